// SPDX-License-Identifier: GPL-2.0-only
// Why a target cannot run a trace: of every verb, and of all else that a trace may need.
#include "impl/target.hpp"

#include <gtest/gtest.h>

#include <map>

#include "model/words/attributes.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

Capabilities everything() {
  Capabilities can;
  can.mainline = can.rfc2 = can.any_capacity = can.memory = can.hazards = can.packets = true;
  can.qdiscs = can.netkit = can.filters = true;
  can.attributes = kAllKeys;
  can.foreign.set();
  can.devices = kMaxDevices;
  return can;
}

Trace trace_of(const Operation& op) {
  Trace trace;
  trace.operations = {op};
  return trace;
}

// What a target that can do everything but this says of the operation.
std::string without(bool Capabilities::*lacks, const Operation& op) {
  Capabilities can = everything();
  can.*lacks = false;
  return unsupported(trace_of(op), can);
}

constexpr bool Capabilities::*kFlags[] = {&Capabilities::memory,  &Capabilities::hazards,
                                          &Capabilities::packets, &Capabilities::qdiscs,
                                          &Capabilities::netkit,  &Capabilities::filters};

// Those that need a capability by their verb alone.
const std::map<Verb, bool Capabilities::*> kNeeds = {
    {Verb::packet, &Capabilities::packets}, {Verb::qdisc, &Capabilities::qdiscs},
    {Verb::create, &Capabilities::netkit},  {Verb::change, &Capabilities::netkit},
    {Verb::set, &Capabilities::netkit},     {Verb::send, &Capabilities::netkit},
    {Verb::filter, &Capabilities::filters}, {Verb::filter_link, &Capabilities::filters},
    {Verb::chain, &Capabilities::filters},  {Verb::provoke, &Capabilities::hazards},
};

TEST(Unsupported, every_verb_needs_just_the_capability_that_it_is_about) {
  for (std::size_t v = 0; v < kVerbs; ++v) {
    Operation op;
    op.verb = static_cast<Verb>(v);
    EXPECT_EQ(unsupported(trace_of(op), everything()), "") << word(op.verb);
    const auto needs = kNeeds.find(op.verb);
    for (const auto lacks : kFlags) {
      const bool refused = needs != kNeeds.end() && needs->second == lacks;
      EXPECT_EQ(!without(lacks, op).empty(), refused) << word(op.verb) << without(lacks, op);
    }
  }
}

TEST(Unsupported, what_is_asked_of_a_verb_may_need_more) {
  Operation faulty;
  faulty.fault = true;
  EXPECT_EQ(without(&Capabilities::memory, faulty),
            "takes netlink messages and not the memory that bpf(2) takes: " + print(faulty));
  Operation odd;
  odd.size = 12;
  EXPECT_NE(without(&Capabilities::memory, odd), "");
  EXPECT_NE(without(&Capabilities::hazards, odd), "");
  Operation primary;
  primary.point = {0, Hook::primary};
  EXPECT_NE(without(&Capabilities::netkit, primary), "");
  for (const Key key : kYounger) {
    Operation create;
    create.verb = Verb::create;
    create.attrs[0] = {.key = key, .form = Form::whole, .value = 1};
    EXPECT_EQ(unsupported(trace_of(create), everything()), "");
    Capabilities can = everything();
    can.attributes.remove(key);
    EXPECT_EQ(unsupported(trace_of(create), can).find("has no netkit attribute"), 0U);
  }
}

// Whatever asks for them, and at whatever device: lo has no such lists, which is what is shown.
TEST(Unsupported, every_verb_at_a_list_of_netkit_needs_netkit) {
  for (std::size_t v = 0; v < kVerbs; ++v)
    for (const Hook hook : {Hook::primary, Hook::peer})
      for (const std::uint8_t device : {std::uint8_t{1}, kLoopback, kNoDevice}) {
        Operation op;
        op.verb = static_cast<Verb>(v);
        op.point = {device, hook};
        EXPECT_NE(without(&Capabilities::netkit, op), "") << print(op);
        EXPECT_EQ(unsupported(trace_of(op), everything()), "") << print(op);
      }
}

TEST(Unsupported, every_field_of_every_verb_that_a_kernel_may_be_harmed_by_needs_leave) {
  for (std::size_t v = 0; v < kVerbs; ++v) {
    Operation plain;
    plain.verb = static_cast<Verb>(v);
    std::vector<Operation> all;
    for (Ref Operation::*field :
         {&Operation::prog, &Operation::link, &Operation::relative, &Operation::old}) {
      all.push_back(plain);
      all.back().*field = {Ref::Kind::map, 0};
    }
    for (const Caller caller : {Caller::nobody, Caller::userns}) {
      all.push_back(plain);
      all.back().caller = caller;
    }
    all.push_back(plain);
    all.back().size = 12;
    all.push_back(plain);
    all.back().dirty = 100;
    for (const Operation& op : all) {
      EXPECT_NE(without(&Capabilities::hazards, op), "") << print(op);
      EXPECT_EQ(unsupported(trace_of(op), everything()), "") << print(op);
    }
  }
}

// One that cannot be run is found wherever it stands, and what stands before ':' is its kind.
TEST(Unsupported, any_operation_of_a_trace_may_be_the_one) {
  const Trace trace = parse(
                          "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n"
                          "attach p0 lo/primary => EINVAL\ndetach p0 d0/ingress\n",
                          "test")
                          .at(0);
  EXPECT_EQ(unsupported(trace, everything()), "");
  Capabilities can = everything();
  can.netkit = false;
  EXPECT_EQ(unsupported(trace, can),
            "makes no netkit devices (Linux 6.7 or newer with CONFIG_NETKIT)");
}

TEST(Unsupported, a_link_of_another_type_has_to_be_there) {
  Operation op;
  op.verb = Verb::attach;
  op.relative = {Ref::Kind::foreign, static_cast<std::uint8_t>(Foreign::iter)};
  Capabilities can = everything();
  EXPECT_EQ(unsupported(trace_of(op), can), "");
  can.foreign.reset(op.relative.raw);
  EXPECT_EQ(unsupported(trace_of(op), can), "has no link of this type: " + print(op));
}

TEST(Unsupported, the_header_may_ask_for_what_is_not_there) {
  Trace trace;
  Capabilities can = everything();
  can.mainline = false;
  EXPECT_EQ(unsupported(trace, can), "does not speak dialect mainline");
  trace.header.dialect = Dialect::rfc2;
  EXPECT_EQ(unsupported(trace, can), "");
  can.any_capacity = false;
  EXPECT_EQ(unsupported(trace, can), "");
  trace.header.capacity = 3;
  EXPECT_EQ(unsupported(trace, can), "has lists of 63 programs, and no others");
  can.capacities = true;
  EXPECT_EQ(unsupported(trace, can), "");
  trace.header.revision = 2;
  EXPECT_EQ(unsupported(trace, can), "has lists that start at revision 1");
  can.any_capacity = true;
  can.devices = 1;
  trace.header.devices = 2;
  EXPECT_EQ(unsupported(trace, can), "has no more than 1 devices for a trace");
}

}  // namespace
}  // namespace mprogcheck
