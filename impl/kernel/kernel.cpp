// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/kernel.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "impl/kernel/netns_thread.hpp"
#include "impl/kernel/session.hpp"
#include "impl/process.hpp"

namespace mprogcheck {
namespace {

using kernel::Session;
using kernel::Workshop;

// 0 in a descriptor field is descriptor 0 where it does not mean "none". The answers are the same
// on every machine if that is an open file, so a closed one is opened. (The lowest number is given
// out.)
void occupy_descriptor_zero() {
  if (::fcntl(0, F_GETFD) >= 0) return;
  if (::open("/dev/null", O_RDWR) != 0)
    throw CannotRun("descriptor 0 is closed, and /dev/null cannot be opened on it");
}

void run_trace(Workshop& workshop, const Trace& trace, std::vector<Observation>& seen,
               const Kernel::Each& each = {}) {
  seen.resize(trace.operations.size());
  Session session(workshop, trace);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    session.run(trace.operations[i], seen[i]);
    if (each) each(i, seen[i]);
  }
}

std::vector<Observation> run_trace(Workshop& workshop, const Trace& trace) {
  std::vector<Observation> seen;
  run_trace(workshop, trace, seen);
  return seen;
}

Operation attach_at(Hook hook) {
  Operation op;
  op.verb = Verb::attach;
  op.point = {0, hook};
  op.prog = ref(Prog{0});
  return op;
}

Operation packet_at(Hook hook, Action action) {
  Operation op;
  op.verb = Verb::packet;
  op.point = {0, hook};
  op.says[0] = {Prog{0}, action};
  return op;
}

Trace trace_of(std::vector<Operation> operations) {
  Trace trace;
  trace.header.loaded.set(0);
  trace.operations = std::move(operations);
  return trace;
}

// Throws CannotRun if programs cannot be attached and lists not be asked.
void try_lists(Workshop& workshop) {
  const auto seen =
      run_trace(workshop, trace_of({attach_at(Hook::ingress), attach_at(Hook::egress)}));
  for (const Observation& one : seen) {
    if (one.error == Errno::inval)
      throw CannotRun(
          "this kernel answers EINVAL to a tcx attach (needs 6.6 or newer with CONFIG_NET_XGRESS)");
    if (one.error == Errno::perm || one.error == Errno::acces)
      throw CannotRun(
          "a tcx attach is not permitted: run as root, or with CAP_BPF and CAP_NET_ADMIN");
    if (one.error != Errno::ok)
      throw CannotRun("this kernel answers " + to_string(one.error) + " to a tcx attach");
    if (one.after.revision == 0 || one.after.count != 1)
      throw CannotRun(
          "this kernel does not tell what is attached (BPF_PROG_QUERY needs CAP_NET_ADMIN; run as "
          "root)");
  }
}

// Whether packets at both hooks run the program and meet the fate it gives them.
bool try_packets(Workshop& workshop) {
  std::vector<Operation> operations;
  for (const Hook hook : {Hook::ingress, Hook::egress}) {
    operations.push_back(attach_at(hook));
    operations.push_back(packet_at(hook, Action::pass));
    operations.push_back(packet_at(hook, Action::drop));
  }
  try {
    const auto seen = run_trace(workshop, trace_of(std::move(operations)));
    const auto went = [](const Observation& one, Fate fate) {
      return one.fate == fate && one.answer.count == 1;
    };
    return went(seen[1], Fate::passed) && went(seen[2], Fate::dropped) &&
           went(seen[4], Fate::passed) && went(seen[5], Fate::dropped);
  } catch (const CannotRun&) {
    return false;
  }
}

bool try_qdiscs(Workshop& workshop) {
  std::vector<kernel::Device> devices;
  devices.push_back(workshop.devices.create(false));
  const Errno added = workshop.devices.add_qdisc(devices[0], Qdisc::clsact, false);
  workshop.devices.leave(std::move(devices), {}, false);
  return added == Errno::ok;
}

// With attributes of one value each.
Operation create(std::uint8_t peer, std::vector<Attr> attrs) {
  Operation op;
  op.verb = Verb::create;
  op.point = {1, Hook::bogus};
  op.peer = peer;
  std::copy(attrs.begin(), attrs.end(), op.attrs.begin());
  return op;
}

DeviceView try_to_make(Workshop& workshop, const Operation& op) {
  return run_trace(workshop, trace_of({op}))[0].devices[1];
}

bool try_netkit(Workshop& workshop) {
  Operation remove;
  remove.verb = Verb::remove;
  remove.point = {1, Hook::bogus};
  const auto seen = run_trace(workshop, trace_of({create(2, {}), remove}));
  return seen[0].error == Errno::ok && seen[0].devices[1].there && seen[1].error == Errno::ok &&
         !seen[1].devices[1].there && !seen[1].devices[2].there;
}

// An attribute that the kernel does not know has no effect.
bool try_rooms(Workshop& workshop) {
  const DeviceView made =
      try_to_make(workshop, create(2, {{.key = Key::headroom, .form = Form::whole, .value = 8}}));
  return (made.told & told(Key::headroom)) != 0 && made.headroom == 8;
}

bool try_single(Workshop& workshop) {
  const DeviceView made = try_to_make(
      workshop,
      create(kNoDevice, {{.key = Key::pairing, .form = Form::whole, .value = netkit::single}}));
  return made.there && made.link == kNoDevice;
}

void refuse_unfit_devices(const Operation& op, const Capabilities& can) {
  const bool at_netkit = op.point.hook == Hook::primary || op.point.hook == Hook::peer;
  const bool makes_netkit = op.verb == Verb::create || op.verb == Verb::change ||
                            op.verb == Verb::set || op.verb == Verb::send;
  if ((at_netkit || makes_netkit) && !can.netkit)
    throw CannotRun("this kernel makes no netkit devices (needs 6.7 or newer with CONFIG_NETKIT)");
  if ((op.attr(Key::headroom) || op.attr(Key::tailroom)) && !can.rooms)
    throw CannotRun("this kernel's netkit devices have no HEADROOM and TAILROOM (6.14 or newer)");
  if (op.attr(Key::pairing) && !can.single)
    throw CannotRun("this kernel's netkit devices have no PAIRING (7.1 or newer)");
}

void refuse_unfit(const Trace& trace, const Capabilities& can) {
  const Header& header = trace.header;
  if (!can.speaks(header.dialect))
    throw CannotRun("target kernel runs traces of dialect mainline only");
  if (!can.any_capacity && (header.capacity != kMaxCapacity || header.revision != 1))
    throw CannotRun(
        "a kernel's lists hold 63 programs and start at revision 1; this trace asks for something "
        "else");
  if (header.devices > can.devices)
    throw CannotRun("target kernel has no more than four devices for a trace");
  for (const Operation& op : trace.operations) {
    if (op.hazardous() && !can.hazards)
      throw CannotRun(
          "this trace has an operation that may crash a kernel; run it in a VM (target vm:...)");
    if (op.has(flag::first | flag::last) && !header.dialect->has_ends())
      throw CannotRun("the flags first and last are of dialect rfc2, which no kernel has");
    if ((op.fault || op.odd_attribute()) && !can.memory)
      throw CannotRun(
          "this trace speaks of memory that bpf(2) is given; the module takes messages");
    if (op.verb == Verb::packet && !can.packets)
      throw CannotRun(
          "packets do not reach the attach points here, so traces with packets cannot be run");
    if (op.verb == Verb::qdisc && !can.qdiscs)
      throw CannotRun(
          "this kernel makes no clsact and ingress qdiscs (needs CONFIG_NET_SCH_INGRESS, try: "
          "modprobe sch_ingress)");
    if (of_filters(op.verb) && !can.filters)
      throw CannotRun("links that own filters (seed 002) were never merged: no kernel has them");
    refuse_unfit_devices(op, can);
  }
}

}  // namespace

struct Kernel::Inside {
  kernel::Namespace space;
  std::optional<Workshop> workshop;

  explicit Inside(KernelOptions options) {
    space.run([&] {
      // What is left of an earlier trace is known of the kernel's own lists only.
      workshop.emplace(options.hazards, options.reuse && !options.module, options.module);
    });
  }
  ~Inside() {
    space.run([this] { workshop.reset(); });
  }
};

Kernel::Kernel(KernelOptions options) {
  occupy_descriptor_zero();
  inside_ = std::make_unique<Inside>(options);
  inside_->space.run([&] {
    try_lists(*inside_->workshop);
    capabilities_ = {.mainline = true,
                     .rfc2 = options.module,
                     .any_capacity = options.module,
                     .memory = !options.module,
                     .hazards = options.hazards,
                     .foreign = inside_->workshop->foreign ? inside_->workshop->foreign->kinds()
                                                           : std::bitset<kForeigns>(),
                     .packets = try_packets(*inside_->workshop),
                     .qdiscs = try_qdiscs(*inside_->workshop),
                     .netkit = try_netkit(*inside_->workshop),
                     .devices = kMaxDevices};
    capabilities_.filters = capabilities_.qdiscs && inside_->workshop->lists->has_filters();
    capabilities_.rooms = capabilities_.netkit && try_rooms(*inside_->workshop);
    capabilities_.single = capabilities_.netkit && try_single(*inside_->workshop);
  });
}

Kernel::~Kernel() = default;

void Kernel::run_each(const Trace& trace, const Each& each) {
  refuse_unfit(trace, capabilities_);
  std::vector<Observation> seen;
  inside_->space.run([&] {
    run_trace(*inside_->workshop, trace, seen, each);
    // What harm that does is this trace's.
    inside_->workshop->sweep();
  });
}

void Kernel::without_devices(const std::function<void()>& job) {
  inside_->space.run([&] {
    inside_->workshop->sweep();
    job();
    inside_->workshop->lists->renew(inside_->workshop->home);
  });
}

void Kernel::inside(const std::function<void()>& job) {
  inside_->space.run(job);
}

std::uint32_t Kernel::devices_made() const {
  return inside_->workshop->devices.made();
}

std::string Kernel::describe() const {
  utsname own{};
  if (::uname(&own) != 0) return name();
  return std::string(own.sysname) + " " + own.release + ", " + own.machine;
}

std::optional<ProgramResult> Kernel::run_program(const std::filesystem::path& executable) {
  std::vector<std::string> line{std::filesystem::absolute(executable).string()};
  if (capabilities_.hazards) line.emplace_back("--crash");
  return run_process(line, {.limit = std::chrono::seconds(60)});
}

void Kernel::run(std::span<const Trace> traces,
                 std::vector<std::vector<Observation>>& observations) {
  for (const Trace& trace : traces) refuse_unfit(trace, capabilities_);
  observations.resize(traces.size());
  inside_->space.run([&] {
    for (std::size_t t = 0; t < traces.size(); ++t)
      run_trace(*inside_->workshop, traces[t], observations[t]);
  });
}

}  // namespace mprogcheck
