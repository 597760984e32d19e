// SPDX-License-Identifier: GPL-2.0-only
// What stands between a trace and impl/core: names there, descriptors and ids here.
#pragma once

#include <linux/err.h>
#include <linux/rcupdate.h>

#include <algorithm>
#include <array>

#include "impl/core/cls.h"
#include "impl/fake_kernel/netdev.h"
#include "impl/inprocess/inprocess.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::inprocess {

// Values that are never given out as descriptor, id, interface index or attach type.
inline constexpr std::uint32_t kBadFd = 100'000, kBadId = 1023, kBadIfindex = 1'000,
                               kBadHook = 1'000;
inline constexpr std::uint8_t kNoName = 255;

// Slots behind the room of a query that nobody may write to, and what stands in them.
inline constexpr std::size_t kGuard = 2;
inline constexpr std::uint32_t kUntouched = 0xffffffff;

struct State;

// A packet as programs see it, and what they note on it: at an attach point that they ran, on the
// way from device to device also where they met it, and how.
struct Packet : mprog_packet {
  const Operation& op;
  const State& state;
  Listing* ran;      // or null, if nobody looks
  Journey* journey;  // likewise
};

int visit(const mprog_prog* prog, void* context);

inline std::uint32_t hook_of(Hook hook) {
  switch (hook) {
    case Hook::ingress:
      return MPROG_INGRESS;
    case Hook::egress:
      return MPROG_EGRESS;
    case Hook::primary:
      return MPROG_PRIMARY;
    case Hook::peer:
      return MPROG_PEER;
    case Hook::bogus:
      break;
  }
  return kBadHook;
}

inline Hook hook_from(std::uint32_t attach_type) {
  for (const Hook hook : {Hook::ingress, Hook::egress, Hook::primary, Hook::peer})
    if (hook_of(hook) == attach_type) return hook;
  return Hook::bogus;
}

inline std::uint8_t entry_flags(std::uint32_t bits) {
  return static_cast<std::uint8_t>((bits & MPROG_F_FIRST ? flag::first : 0) |
                                   (bits & MPROG_F_LAST ? flag::last : 0));
}

inline Errno errno_of(int ret) {
  return static_cast<Errno>(-ret);
}

// Everything of one environment of the core that a trace can name.
struct State {
  mprog_net net{};
  Dialect dialect;
  std::uint32_t id_flag = 0;
  bool grace_periods = false;
  std::array<std::uint32_t, 128> wire_of{};  // flags as bpf(2) numbers them, by those of a trace
  // One for every number a Ref can hold, so that looking one up needs no check.
  std::array<std::uint32_t, 256> prog_fd{}, prog_id{}, link_fd{}, link_id{};
  std::array<std::uint32_t, kMaxDevices> ifindex{};       // by name; stays when the device goes
  std::array<std::uint8_t, MPROG_MAX_LINKS> link_name{};  // by slot in the core
  std::size_t links_named = 0;                            // names below this one were in use
  std::uint64_t last_told = 0;                            // attributes of a device that were shown
  KeySet last_shown{};                                    // and as keys
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
    static_assert(MPROG_MAINLINE == 0 && MPROG_RFC2 == 1);  // as dialects are numbered
    params.dialect = static_cast<mprog_dialect>(header.dialect->number);
    params.capacity = std::clamp<std::uint32_t>(header.capacity, 1, MPROG_MAX_CAPACITY);
    params.devices = std::min<std::uint32_t>(header.devices, MPROG_MAX_DEVICES);
    params.revision = header.revision;
    params.synchronize = grace_periods ? synchronize_rcu : nullptr;
    if (dialect != header.dialect || wire_of[flag::id] == 0) number_flags(header.dialect);
    mprog_net_init(&net, &params);
    for (std::uint32_t i = 0; i < kMaxDevices; ++i)
      ifindex[i] = i < params.devices ? MPROG_FIRST_IFINDEX + i : kBadIfindex;
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

  void number_flags(Dialect d) {
    dialect = d;
    for (std::size_t flags = 0; flags < wire_of.size(); ++flags)
      wire_of[flags] = wire_flags(d, static_cast<std::uint8_t>(flags));
    id_flag = wire_of[flag::id];
  }

  // Looked up without branches: the kind is as good as random, and the processor would guess wrong.
  std::uint32_t fd_of(Ref r) const {
    static constexpr std::array<std::uint32_t, 7> kOthers{
        MPROG_FD_NONE, kBadFd, MPROG_FD_OTHER, MPROG_FD_OTHER, 0, 0, MPROG_FD_FOREIGN};
    const std::uint32_t prog = prog_fd[r.raw], link = link_fd[r.raw];
    const std::uint32_t other = kOthers[static_cast<std::size_t>(r.kind)];
    return r.kind == Ref::Kind::prog ? prog : r.kind == Ref::Kind::link ? link : other;
  }

  std::uint32_t id_of(Ref r) const {
    switch (r.kind) {
      case Ref::Kind::none:
        return 0;
      case Ref::Kind::bad:
      case Ref::Kind::file:
      case Ref::Kind::map:
        return kBadId;
      case Ref::Kind::prog:
        return prog_id[r.raw];
      case Ref::Kind::link:
        return link_id[r.raw];
      case Ref::Kind::foreign:
        return net.foreign.id;
    }
    return kBadId;
  }

  std::uint32_t ifindex_of(std::uint8_t device) const {
    return device < kMaxDevices  ? ifindex[device]
           : device == kLoopback ? MPROG_LOOPBACK
                                 : kBadIfindex;
  }

  std::uint8_t device_of(std::uint32_t index) const {
    for (std::uint8_t d = 0; d < kMaxDevices; ++d)
      if (ifindex[d] == index) return d;
    return index == 0 ? kNoDevice : kStrangeDevice;
  }

  // Mainline has no FIRST and LAST: there they become bits that mean nothing.
  std::uint32_t bits_of(const Operation& op) const {
    constexpr std::uint32_t kUnknown = 1U << 16;
    const std::uint32_t bits = op.bits | wire_of[op.flags & 127];
    return op.has(flag::first | flag::last) && !dialect->has_ends() ? bits | kUnknown : bits;
  }

  mprog_attr attr_of(const Operation& op) const {
    mprog_attr attr;
    attr.space = op.space;
    attr.ifindex = ifindex_of(op.point.device);
    attr.attach_type = hook_of(op.point.hook);
    attr.flags = bits_of(op);
    attr.prog_fd = fd_of(op.prog);
    attr.old_fd = fd_of(op.old);
    attr.link_fd = fd_of(op.link);
    attr.relative = attr.flags & id_flag ? id_of(op.relative) : fd_of(op.relative);
    attr.expected_revision = op.revision;
    attr.capable = op.caller == Caller::root;
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
    if (ret == 0) name_link(op, fd);
    return errno_of(ret);
  }

  void name_link(const Operation& op, std::uint32_t fd) {
    if (op.link.kind != Ref::Kind::link || op.link.raw >= kMaxLinks) return;
    const auto* link = static_cast<const mprog_link*>(net.files[fd].object);
    link_fd[op.link.raw] = fd;
    link_id[op.link.raw] = link->id;
    link_name[static_cast<std::size_t>(link - net.links)] = op.link.raw;
    links_named = std::max<std::size_t>(links_named, op.link.raw + 1u);
  }

  // Filters, and packets that come to them: inprocess_filter.cpp.
  Errno filter(const Operation& op);
  Errno packet(const Operation& op, Observation* seen);
  // The classifier that the operation is about, as things stand before it; or null.
  const mprog_classifier* classifier(const Operation& op);
  // As a dump shows them.
  void dump(const mprog_classifier& classifier, Filters& out);

  // The command as bpf(2) takes it, with an attribute that is shorter or longer than its fields.
  Errno odd(const Operation& op, Observation* seen);

  Errno close(const Operation& op) {
    if (!op.prog.given()) return Errno::badf;
    const int ret = mprog_close(&net, fd_of(op.prog));
    if (ret == 0 && op.prog.kind == Ref::Kind::prog) prog_fd[op.prog.raw] = kBadFd;
    if (ret == 0 && op.prog.kind == Ref::Kind::link) link_fd[op.prog.raw] = kBadFd;
    return errno_of(ret);
  }

  mprog_query query_of(const Operation& op) {
    const std::size_t room = std::min<std::size_t>(slots_to_fill(op), MPROG_SLOTS);
    const auto given = [&](std::uint8_t which, auto& storage) -> std::uint32_t* {
      if (!(op.arrays & which)) return nullptr;
      // ERR_PTR(-EFAULT): how the core is told of an address that is not mapped.
      if (op.fault) return reinterpret_cast<std::uint32_t*>(-std::intptr_t{EFAULT});
      std::fill_n(storage.begin(), room, 0u);
      std::fill_n(storage.begin() + static_cast<std::ptrdiff_t>(room), kGuard, kUntouched);
      return storage.data();
    };
    mprog_query q{};
    q.space = op.space;
    q.ifindex = ifindex_of(op.point.device);
    q.attach_type = hook_of(op.point.hook);
    q.query_flags = op.bits;
    q.room = op.room;
    q.prog_ids = given(array::progs, prog_ids);
    q.link_ids = given(array::links, link_ids);
    q.prog_flags = given(array::prog_flags, prog_flags);
    q.link_flags = given(array::link_flags, link_flags);
    q.capable = op.caller == Caller::root;
    return q;
  }

  Errno query(const Operation& op, Observation* seen) {
    mprog_query q = query_of(op);
    const Errno error = errno_of(mprog_prog_query(&net, &q));
    if (seen) answered(op, q, error, *seen);
    return error;
  }

  // What `q` came back with, and what stands in the arrays.
  void answered(const Operation& op, const mprog_query& q, Errno error, Observation& seen) {
    const std::size_t room = std::min<std::size_t>(slots_to_fill(op), MPROG_SLOTS);
    const auto overran = [&](std::uint8_t which, const auto& array) {
      return (op.arrays & which) && !op.fault &&
             (array[room] != kUntouched || array[room + 1] != kUntouched);
    };
    seen.overran = overran(array::progs, prog_ids) || overran(array::links, link_ids) ||
                   overran(array::prog_flags, prog_flags) || overran(array::link_flags, link_flags);
    if (error != Errno::ok && error != Errno::nospc) return;

    Listing& answer = seen.answer;
    answer.revision = q.revision;
    answer.count = static_cast<std::uint8_t>(q.count);
    answer.filled = static_cast<std::uint8_t>(std::min<std::uint32_t>(slots_to_fill(op), q.count));
    const auto has = [&](std::uint8_t which) { return (op.arrays & which) != 0; };
    for (std::size_t i = 0; i < answer.filled; ++i) {
      const std::uint32_t flags = (has(array::prog_flags) ? prog_flags[i] : 0) |
                                  (has(array::link_flags) ? link_flags[i] : 0);
      answer.entries[i] =
          Entry{prog_of(prog_ids[i]), has(array::links) ? link_of(link_ids[i]) : kNoLink,
                entry_flags(flags)};
    }
  }

  // The list that the operation names, or null.
  const mprog_list* point(const Operation& op) {
    const mprog_list* list =
        mprog_point(&net, op.space, ifindex_of(op.point.device), hook_of(op.point.hook));
    return IS_ERR(list) ? nullptr : list;
  }

  Errno info(const Operation& op, Observation* seen) {
    if (has_trait(op.verb, Trait::own_descriptor) && fd_of(op.link) == kBadFd) return Errno::noent;
    struct mprog_link_info told {};
    const Errno error = errno_of(::mprog_link_info(&net, fd_of(op.link), &told));
    if (!seen || error != Errno::ok) return error;
    seen->at = {device_of(told.ifindex), hook_from(told.attach_type)};
    seen->answer.count = seen->answer.filled = 1;
    seen->answer.entries[0] = Entry{prog_of(told.prog_id), kNoLink, 0};
    return error;
  }

  Errno remove(const Operation& op) {
    if (op.point.device != kAllDevices)
      return errno_of(mprog_device_remove(&net, ifindex_of(op.point.device)));
    mprog_space_remove(&net, op.space);
    return Errno::ok;
  }

  Errno qdisc(const Operation& op) {
    const bool goes = op.change == TcChange::remove;
    const mprog_qdisc kind = goes                       ? MPROG_NO_QDISC
                             : op.kind == Qdisc::clsact ? MPROG_CLSACT
                                                        : MPROG_INGRESS_QDISC;
    return errno_of(
        mprog_qdisc_set(&net, ifindex_of(op.point.device), kind, op.change == TcChange::replace));
  }

  // Devices, and packets from one to the other: inprocess_netkit.cpp.
  Errno create(const Operation& op, Observation* seen);
  Errno change(const Operation& op, Observation* seen);
  Errno set(const Operation& op, Observation* seen);
  Errno send(const Operation& op, Observation* seen);
  // As a dump shows it; nothing of what is no netkit device of the trace.
  void show(std::uint8_t device, DeviceView& out);
  KeySet shown_by(std::uint64_t told);

  Errno execute(const Operation& op, Observation* observation) {
    if (op.odd_attribute()) return odd(op, observation);
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
      case Verb::info:
      case Verb::fdinfo:
        return info(op, observation);
      case Verb::remove:
        return remove(op);
      case Verb::qdisc:
        return qdisc(op);
      case Verb::packet:
        return packet(op, observation);
      case Verb::create:
        return create(op, observation);
      case Verb::change:
        return change(op, observation);
      case Verb::set:
        return set(op, observation);
      case Verb::send:
        return send(op, observation);
      case Verb::filter:
      case Verb::filter_link:
      case Verb::chain:
        return filter(op);
      case Verb::provoke:
        return Errno::ok;  // there is no kernel to come to harm
    }
    return Errno::inval;
  }

  // The list that the operation is about, as things stand before it.
  const mprog_list* concerned(const Operation& op) {
    if (has_trait(op.verb, Trait::changes_link)) return list_of(mprogcheck::link_of(op));
    return has_trait(op.verb, Trait::list) || op.verb == Verb::qdisc ? point(op) : nullptr;
  }

  bool known_otherwise(std::uint8_t device, std::uint32_t name, std::uint32_t space);
  void name_device(std::uint8_t device, std::uint32_t index);
  void claim();

  const mprog_list* list_of(Ref r) {
    if (r.kind != Ref::Kind::link || r.raw >= kMaxLinks) return nullptr;
    const mprog_link* link = mprog_link_of_id(&net, link_id[r.raw]);
    if (!link || !link->list) return nullptr;
    return mprog_device_of(&net, link->list->ifindex) ? link->list : nullptr;
  }
};

}  // namespace mprogcheck::inprocess
