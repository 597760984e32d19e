// SPDX-License-Identifier: GPL-2.0-only
#include "impl/inprocess.hpp"

#include <linux/rcupdate.h>

#include <algorithm>
#include <array>

#include "impl/core/faults.h"
#include "impl/core/mprog.h"

namespace mprogcheck {
namespace {

// Values that are never given out as descriptor, id, interface index or attach type.
constexpr std::uint32_t kBadFd = 100'000, kBadId = 1023, kBadIfindex = 1'000, kBadHook = 1'000;
constexpr std::uint8_t kNoName = 255;

// Slots behind the room of a query that nobody may write to, and what stands in them.
constexpr std::size_t kGuard = 2;
constexpr std::uint32_t kUntouched = 0xffffffff;

constexpr std::array kFaults = {
#define mainline true, false
#define rfc2 false, true
#define both true, true
#define X(name, dialects, sentence) FaultInfo{#name, dialects, sentence},
    MPROG_FAULTS(X)
#undef X
#undef mainline
#undef rfc2
#undef both
};

std::uint32_t fault_number(std::string_view name) {
#ifdef MPROG_PLANTED_FAULTS
  for (std::size_t i = 0; i < kFaults.size(); ++i)
    if (kFaults[i].name == name) return static_cast<std::uint32_t>(i + 1);
  throw CannotRun("no such fault: " + std::string(name));
#else
  throw CannotRun("faults are not built in: " + std::string(name));
#endif
}

// The programs' side of a packet: each notes that it ran and answers what the operation says.
struct Packet {
  const Operation& op;
  Listing* ran;  // or null, if nobody looks
};

int visit(const mprog_prog* prog, void* context) {
  auto& packet = *static_cast<Packet*>(context);
  const Prog self{static_cast<std::uint8_t>(prog->cookie)};
  if (Listing* ran = packet.ran; ran && ran->filled < ran->entries.size())
    ran->entries[ran->filled++] = Entry{self, kNoLink, 0};
  for (const Says& says : packet.op.says) {
    if (says.prog != self || says.action == Action::next) continue;
    switch (says.action) {
      case Action::pass:
        return MPROG_PASS;
      case Action::drop:
        return MPROG_DROP;
      case Action::unknown:
        return 4711;
      case Action::next:
        break;
    }
  }
  return MPROG_NEXT;
}

std::uint32_t hook_of(Hook hook) {
  switch (hook) {
    case Hook::ingress:
      return MPROG_INGRESS;
    case Hook::egress:
      return MPROG_EGRESS;
    case Hook::bogus:
      break;
  }
  return kBadHook;
}

std::uint32_t ifindex_of(const Point& point) {
  return point.device == kNoDevice ? kBadIfindex : point.device + 1u;
}

std::uint8_t entry_flags(std::uint32_t bits) {
  return static_cast<std::uint8_t>((bits & MPROG_F_FIRST ? flag::first : 0) |
                                   (bits & MPROG_F_LAST ? flag::last : 0));
}

Errno errno_of(int ret) {
  return static_cast<Errno>(-ret);
}

}  // namespace

struct InProcess::State {
  mprog_net net{};
  std::uint32_t fault = MPROG_FAULT_none;
  bool rfc2 = false;
  bool grace_periods = false;
  std::array<std::uint32_t, kMaxProgs> prog_fd{}, prog_id{};
  std::array<std::uint32_t, kMaxLinks> link_fd{}, link_id{};
  std::array<std::uint8_t, MPROG_MAX_LINKS> link_name{};  // by slot in the core
  std::size_t links_named = 0;                            // names below this one were in use
  std::array<std::uint32_t, MPROG_SLOTS + kGuard> prog_ids{}, link_ids{}, prog_flags{},
      link_flags{};

  State() {
    prog_fd.fill(kBadFd);
    prog_id.fill(kBadId);
    link_fd.fill(kBadFd);
    link_id.fill(kBadId);
    link_name.fill(kNoName);
  }

  void begin(const Header& header) {
    mprog_params params{};
    params.dialect = header.dialect == Dialect::rfc2 ? MPROG_RFC2 : MPROG_MAINLINE;
    params.capacity = std::clamp<std::uint32_t>(header.capacity, 1, MPROG_MAX_CAPACITY);
    params.devices = std::min<std::uint32_t>(header.devices, MPROG_MAX_DEVICES);
    params.revision = header.revision;
    params.fault = fault;
    params.synchronize = grace_periods ? synchronize_rcu : nullptr;
    rfc2 = header.dialect == Dialect::rfc2;
    mprog_net_init(&net, &params);
    for (std::size_t i = 0; i < links_named; ++i) link_fd[i] = kBadFd, link_id[i] = kBadId;
    links_named = 0;
    for (std::size_t i = 0; i < kMaxProgs; ++i) {
      prog_fd[i] = kBadFd;
      prog_id[i] = kBadId;
      if (!header.loaded[i]) continue;
      const std::uint32_t type = header.xdp[i] ? MPROG_XDP : MPROG_SCHED_CLS;
      prog_id[i] =
          mprog_prog_load(&net, type, visit, static_cast<std::uint32_t>(i), &prog_fd[i])->id;
    }
  }

  std::uint32_t fd_of(Ref r) const {
    switch (r.kind) {
      case Ref::Kind::none:
        return MPROG_FD_NONE;
      case Ref::Kind::bad:
        return kBadFd;
      case Ref::Kind::file:
        return MPROG_FD_OTHER;
      case Ref::Kind::prog:
        return r.raw < kMaxProgs ? prog_fd[r.raw] : kBadFd;
      case Ref::Kind::link:
        return r.raw < kMaxLinks ? link_fd[r.raw] : kBadFd;
      case Ref::Kind::foreign:
        return MPROG_FD_FOREIGN;
    }
    return kBadFd;
  }

  std::uint32_t id_of(Ref r) const {
    switch (r.kind) {
      case Ref::Kind::none:
        return 0;
      case Ref::Kind::bad:
      case Ref::Kind::file:
        return kBadId;
      case Ref::Kind::prog:
        return r.raw < kMaxProgs ? prog_id[r.raw] : kBadId;
      case Ref::Kind::link:
        return r.raw < kMaxLinks ? link_id[r.raw] : kBadId;
      case Ref::Kind::foreign:
        return net.foreign.id;
    }
    return kBadId;
  }

  // Mainline has no FIRST and LAST: there they become bits that mean nothing.
  std::uint32_t bits_of(const Operation& op) const {
    std::uint32_t bits = op.bits;
    if (op.has(flag::replace)) bits |= MPROG_F_REPLACE;
    if (op.has(flag::before)) bits |= MPROG_F_BEFORE;
    if (op.has(flag::after)) bits |= MPROG_F_AFTER;
    if (op.has(flag::first)) bits |= rfc2 ? MPROG_F_FIRST : 1u << 16;
    if (op.has(flag::last)) bits |= rfc2 ? MPROG_F_LAST : 1u << 17;
    if (op.has(flag::id)) bits |= rfc2 ? MPROG_F_ID : MPROG_F_ID_MAINLINE;
    if (op.has(flag::link)) bits |= MPROG_F_LINK;
    return bits;
  }

  mprog_attr attr_of(const Operation& op) const {
    mprog_attr attr;
    attr.ifindex = ifindex_of(op.point);
    attr.attach_type = hook_of(op.point.hook);
    attr.flags = bits_of(op);
    attr.prog_fd = fd_of(op.prog);
    attr.old_fd = fd_of(op.old);
    attr.link_fd = fd_of(op.link);
    attr.relative = attr.flags & (rfc2 ? MPROG_F_ID : MPROG_F_ID_MAINLINE) ? id_of(op.relative)
                                                                           : fd_of(op.relative);
    attr.expected_revision = op.revision;
    return attr;
  }

  Prog prog_of(std::uint32_t id) {
    const mprog_prog* prog = mprog_prog_of_id(&net, id);
    return prog ? Prog{static_cast<std::uint8_t>(prog->cookie)} : kStrangeProg;
  }

  Link link_of(std::uint32_t id) {
    if (id == 0) return kNoLink;
    const mprog_link* link = mprog_link_of_id(&net, id);
    if (!link || link == &net.foreign) return kStrangeLink;
    const std::uint8_t name = link_name[static_cast<std::size_t>(link - net.links)];
    return name != kNoName && link_id[name] == id ? Link{name} : kStrangeLink;
  }

  // The list as it is, read past the query command so that a faulty query is seen as such.
  void snapshot(const mprog_list& list, Listing& out) {
    const mprog_array& array = *list.active;
    out.revision = list.revision;
    out.count = out.filled =
        static_cast<std::uint8_t>(std::min<std::uint32_t>(list.count, kMaxCapacity));
    for (std::size_t i = 0; i < out.filled; ++i) {
      const mprog_cp& cp = array.cp[i];
      Link link = kNoLink;
      // The link of an entry is always alive; an entry of a freed one is a strange sight.
      if (cp.link) link = cp.link->id ? link_of(cp.link->id) : kStrangeLink;
      out.entries[i] = Entry{prog_of(array.fp[i]->id), link, entry_flags(cp.flags)};
    }
  }

  Errno link_create(const Operation& op) {
    const mprog_attr attr = attr_of(op);
    std::uint32_t fd = kBadFd;
    const int ret = mprog_link_create(&net, &attr, &fd);
    if (ret == 0 && op.link.kind == Ref::Kind::link && op.link.raw < kMaxLinks) {
      const auto* link = static_cast<const mprog_link*>(net.files[fd].object);
      link_fd[op.link.raw] = fd;
      link_id[op.link.raw] = link->id;
      link_name[static_cast<std::size_t>(link - net.links)] = op.link.raw;
      links_named = std::max<std::size_t>(links_named, op.link.raw + 1u);
    }
    return errno_of(ret);
  }

  Errno close(const Operation& op) {
    if (!op.prog.given()) return Errno::badf;
    const int ret = mprog_close(&net, fd_of(op.prog));
    if (ret == 0 && op.prog.kind == Ref::Kind::prog) prog_fd[op.prog.raw] = kBadFd;
    if (ret == 0 && op.prog.kind == Ref::Kind::link) link_fd[op.prog.raw] = kBadFd;
    return errno_of(ret);
  }

  Errno query(const Operation& op, Observation* seen) {
    const std::size_t room = std::min<std::size_t>(op.room, MPROG_SLOTS);
    const auto given = [&](std::uint8_t which, auto& storage) -> std::uint32_t* {
      if (!(op.arrays & which)) return nullptr;
      // ERR_PTR(-EFAULT): how the core is told of an address that is not mapped.
      if (op.fault) return reinterpret_cast<std::uint32_t*>(-std::intptr_t{EFAULT});
      std::fill_n(storage.begin(), room, 0u);
      std::fill_n(storage.begin() + static_cast<std::ptrdiff_t>(room), kGuard, kUntouched);
      return storage.data();
    };
    const auto overran = [&](const std::uint32_t* array) {
      return array && !op.fault && (array[room] != kUntouched || array[room + 1] != kUntouched);
    };
    mprog_query q{};
    q.ifindex = ifindex_of(op.point);
    q.attach_type = hook_of(op.point.hook);
    q.query_flags = op.bits;
    q.room = op.room;
    q.prog_ids = given(array::progs, prog_ids);
    q.link_ids = given(array::links, link_ids);
    q.prog_flags = given(array::prog_flags, prog_flags);
    q.link_flags = given(array::link_flags, link_flags);
    const Errno error = errno_of(mprog_prog_query(&net, &q));
    if (!seen) return error;
    seen->overran = overran(q.prog_ids) || overran(q.link_ids) || overran(q.prog_flags) ||
                    overran(q.link_flags);
    if (error != Errno::ok && error != Errno::nospc) return error;

    Listing* answer = &seen->answer;
    answer->revision = q.revision;
    answer->count = static_cast<std::uint8_t>(q.count);
    if (!op.arrays) return error;
    answer->filled = static_cast<std::uint8_t>(std::min<std::uint32_t>(op.room, q.count));
    for (std::size_t i = 0; i < answer->filled; ++i) {
      const std::uint32_t flags =
          (q.prog_flags ? prog_flags[i] : 0) | (q.link_flags ? link_flags[i] : 0);
      answer->entries[i] = Entry{q.prog_ids ? prog_of(prog_ids[i]) : Prog{},
                                 q.link_ids ? link_of(link_ids[i]) : kNoLink, entry_flags(flags)};
    }
    return error;
  }

  Errno packet(const Operation& op, Observation* observation) {
    if (op.point.hook == Hook::bogus) return Errno::inval;
    const mprog_list* list =
        mprog_point(&net, ifindex_of(op.point), hook_of(op.point.hook) - MPROG_INGRESS);
    if (!list) return Errno::nodev;
    Packet packet{op, observation ? &observation->answer : nullptr};
    const int verdict = mprog_run(list, &packet);
    if (observation) {
      observation->answer.count = observation->answer.filled;
      observation->fate = verdict == MPROG_DROP ? Fate::dropped : Fate::passed;
    }
    return Errno::ok;
  }

  Errno execute(const Operation& op, Observation* observation) {
    switch (op.verb) {
      case Verb::attach: {
        const mprog_attr attr = attr_of(op);
        return errno_of(mprog_prog_attach(&net, &attr));
      }
      case Verb::detach: {
        const mprog_attr attr = attr_of(op);
        return errno_of(mprog_prog_detach(&net, &attr));
      }
      case Verb::link_update: {
        const mprog_attr attr = attr_of(op);
        return errno_of(mprog_link_update(&net, &attr));
      }
      case Verb::query:
        return query(op, observation);
      case Verb::link_create:
        return link_create(op);
      case Verb::link_detach:
        return errno_of(mprog_link_detach(&net, fd_of(op.link)));
      case Verb::close:
        return close(op);
      case Verb::remove:
        return errno_of(mprog_device_remove(&net, ifindex_of(op.point)));
      case Verb::packet:
        return packet(op, observation);
      case Verb::provoke:
        return Errno::ok;  // there is no kernel to come to harm
    }
    return Errno::inval;
  }

  // The list that the operation is about, as things stand before it.
  const mprog_list* concerned(const Operation& op) {
    switch (op.verb) {
      case Verb::attach:
      case Verb::detach:
      case Verb::link_create:
        if (op.point.hook == Hook::bogus) return nullptr;
        return mprog_point(&net, ifindex_of(op.point), hook_of(op.point.hook) - MPROG_INGRESS);
      case Verb::link_update:
      case Verb::link_detach:
        return list_of(op.link);
      case Verb::close:
        return list_of(op.prog);
      default:
        return nullptr;
    }
  }

  const mprog_list* list_of(Ref r) {
    if (r.kind != Ref::Kind::link || r.raw >= kMaxLinks) return nullptr;
    const mprog_link* link = mprog_link_of_id(&net, link_id[r.raw]);
    if (!link || !link->list) return nullptr;
    for (const mprog_device& device : net.devices)
      for (const mprog_list& list : device.lists)
        if (&list == link->list) return device.present ? &list : nullptr;
    return nullptr;
  }
};

InProcess::InProcess() : state_(std::make_unique<State>()) {
  begin(Header{});
}

InProcess::InProcess(std::string_view fault) : InProcess() {
  state_->fault = fault_number(fault);
  begin(Header{});
}

void InProcess::wait_for_readers(bool wait) {
  state_->grace_periods = wait;
  begin(Header{});
}

InProcess::~InProcess() = default;
InProcess::InProcess(InProcess&&) noexcept = default;
InProcess& InProcess::operator=(InProcess&&) noexcept = default;

std::string InProcess::name() const {
  if (state_->fault == MPROG_FAULT_none) return "impl";
  return "impl:" + std::string(kFaults[state_->fault - 1].name);
}

std::string InProcess::describe() const {
  const std::string ours = "our own implementation, impl/core";
  if (state_->fault == MPROG_FAULT_none) return ours;
  return ours + ", with a planted fault: " + std::string(kFaults[state_->fault - 1].sentence);
}

Capabilities InProcess::capabilities() const {
  return {.mainline = true,
          .rfc2 = true,
          .any_capacity = true,
          .hazards = true,
          .foreign = ~std::bitset<kForeigns>(),  // it has one, which stands for all
          .packets = true,
          .devices = kMaxDevices};
}

void InProcess::run(std::span<const Trace> traces,
                    std::vector<std::vector<Observation>>& observations) {
  observations.resize(traces.size());
  for (std::size_t t = 0; t < traces.size(); ++t) {
    const Trace& trace = traces[t];
    begin(trace.header);
    observations[t].resize(trace.operations.size());
    for (std::size_t i = 0; i < trace.operations.size(); ++i)
      apply(trace.operations[i], observations[t][i]);
  }
}

void InProcess::begin(const Header& header) {
  state_->begin(header);
}

void InProcess::apply(const Operation& op, Observation& observation) {
  const auto clear = [](Listing& listing) {
    listing.revision = 0, listing.count = 0, listing.filled = 0;
  };
  observation.fate = Fate::none, observation.harm = Harm::none;
  observation.overran = false;
  clear(observation.answer);
  const mprog_list* list = state_->concerned(op);
  observation.error = state_->execute(op, &observation);
  observation.has_after = list != nullptr;
  if (list)
    state_->snapshot(*list, observation.after);
  else
    clear(observation.after);
  observation.references = static_cast<std::int32_t>(state_->net.held);
}

Errno InProcess::apply_bare(const Operation& op) {
  return state_->execute(op, nullptr);
}

std::span<const FaultInfo> InProcess::faults() {
  return kFaults;
}

}  // namespace mprogcheck
