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
using kernel::SharedResources;

// 0 in a descriptor field is descriptor 0 where it does not mean "none". The answers are the same
// on every machine if that is an open file, so a closed one is opened. (The lowest number is given
// out.)
void occupy_descriptor_zero() {
  if (::fcntl(0, F_GETFD) >= 0) return;
  if (::open("/dev/null", O_RDWR) != 0)
    throw CannotRun("descriptor 0 is closed, and /dev/null cannot be opened on it");
}

void run_trace(SharedResources& shared, const Trace& trace, std::vector<Observation>& seen,
               const Kernel::Each& each = {}) {
  seen.resize(trace.operations.size());
  Session session(shared, trace);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    session.run(trace.operations[i], seen[i]);
    if (each) each(i, seen[i]);
  }
}

std::vector<Observation> run_trace(SharedResources& shared, const Trace& trace) {
  std::vector<Observation> seen;
  run_trace(shared, trace, seen);
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
void try_lists(SharedResources& shared) {
  const auto seen =
      run_trace(shared, trace_of({attach_at(Hook::ingress), attach_at(Hook::egress)}));
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
bool try_packets(SharedResources& shared) {
  std::vector<Operation> operations;
  for (const Hook hook : {Hook::ingress, Hook::egress}) {
    operations.push_back(attach_at(hook));
    operations.push_back(packet_at(hook, Action::pass));
    operations.push_back(packet_at(hook, Action::drop));
  }
  try {
    const auto seen = run_trace(shared, trace_of(std::move(operations)));
    const auto went = [](const Observation& one, Fate fate) {
      return one.fate == fate && one.answer.count == 1;
    };
    return went(seen[1], Fate::passed) && went(seen[2], Fate::dropped) &&
           went(seen[4], Fate::passed) && went(seen[5], Fate::dropped);
  } catch (const CannotRun&) {
    return false;
  }
}

bool try_qdiscs(SharedResources& shared) {
  std::vector<kernel::Device> devices;
  devices.push_back(shared.devices.create(false));
  const Errno added = shared.devices.add_qdisc(devices[0], Qdisc::clsact, false);
  shared.devices.leave(std::move(devices), {}, false);
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

DeviceView try_to_make(SharedResources& shared, const Operation& op) {
  return run_trace(shared, trace_of({op}))[0].devices[1];
}

bool try_netkit(SharedResources& shared) {
  Operation remove;
  remove.verb = Verb::remove;
  remove.point = {1, Hook::bogus};
  const auto seen = run_trace(shared, trace_of({create(2, {}), remove}));
  return seen[0].error == Errno::ok && seen[0].devices[1].there && seen[1].error == Errno::ok &&
         !seen[1].devices[1].there && !seen[1].devices[2].there;
}

// The attributes of INFO_DATA that netkit devices have here. The kernel ignores an attribute that
// it does not know, and so does not show it. A single device is made without a peer.
KeySet try_attributes(SharedResources& shared) {
  KeySet out = kBasicData;
  for (const Key key : kYounger) {
    const std::uint8_t peer = key == Key::pairing ? kNoDevice : 2;
    const DeviceView made =
        try_to_make(shared, create(peer, {{.key = key, .form = Form::whole, .value = 1}}));
    if (made.shown.has(key) && row(key).shown_in.get(made) == 1) out.add(key);
  }
  return out;
}

void refuse_unsupported(const Trace& trace, const Capabilities& can) {
  if (const std::string why = unsupported(trace, can); !why.empty())
    throw CannotRun("target kernel " + why);
}

}  // namespace

struct Kernel::Inside {
  kernel::NetnsThread thread;
  std::optional<SharedResources> shared;

  explicit Inside(KernelOptions options) {
    thread.run([&] {
      // What is left of an earlier trace is known of the kernel's own lists only.
      shared.emplace(options.hazards, options.reuse && !options.module, options.module);
    });
  }
  ~Inside() {
    thread.run([this] { shared.reset(); });
  }
};

Kernel::Kernel(KernelOptions options) {
  occupy_descriptor_zero();
  inside_ = std::make_unique<Inside>(options);
  inside_->thread.run([&] {
    try_lists(*inside_->shared);
    capabilities_ = {.mainline = true,
                     .rfc2 = options.module,
                     .any_capacity = options.module,
                     .memory = !options.module,
                     .hazards = options.hazards,
                     .foreign = inside_->shared->foreign ? inside_->shared->foreign->kinds()
                                                         : std::bitset<kForeigns>(),
                     .packets = try_packets(*inside_->shared),
                     .qdiscs = try_qdiscs(*inside_->shared),
                     .netkit = try_netkit(*inside_->shared),
                     .devices = kMaxDevices};
    capabilities_.filters = capabilities_.qdiscs && inside_->shared->lists->has_filters();
    if (capabilities_.netkit) capabilities_.attributes = try_attributes(*inside_->shared);
  });
}

Kernel::~Kernel() = default;

void Kernel::run_each(const Trace& trace, const Each& each) {
  refuse_unsupported(trace, capabilities_);
  std::vector<Observation> seen;
  inside_->thread.run([&] {
    run_trace(*inside_->shared, trace, seen, each);
    // What harm that does is this trace's.
    inside_->shared->sweep();
  });
}

void Kernel::without_devices(const std::function<void()>& job) {
  inside_->thread.run([&] {
    inside_->shared->sweep();
    job();
    inside_->shared->lists->renew(inside_->shared->home);
  });
}

void Kernel::inside(const std::function<void()>& job) {
  inside_->thread.run(job);
}

std::uint32_t Kernel::devices_made() const {
  return inside_->shared->devices.made();
}

std::string Kernel::release() const {
  utsname own{};
  return ::uname(&own) == 0 ? own.release : "";
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

void Kernel::run_all(std::span<const Trace> traces,
                     std::vector<std::vector<Observation>>& observations) {
  for (const Trace& trace : traces) refuse_unsupported(trace, capabilities_);
  observations.resize(traces.size());
  inside_->thread.run([&] {
    for (std::size_t t = 0; t < traces.size(); ++t)
      run_trace(*inside_->shared, traces[t], observations[t]);
  });
}

}  // namespace mprogcheck
