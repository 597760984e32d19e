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
  EXPECT_EQ(unsupported(trace, can),
            "has lists of 63 programs that start at revision 1, and no others");
  trace.header.capacity = kMaxCapacity;
  trace.header.revision = 2;
  EXPECT_NE(unsupported(trace, can), "");
  can.any_capacity = true;
  can.devices = 1;
  trace.header.devices = 2;
  EXPECT_EQ(unsupported(trace, can), "has no more than 1 devices for a trace");
}

}  // namespace
}  // namespace mprogcheck
