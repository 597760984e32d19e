// SPDX-License-Identifier: GPL-2.0-only
#include "impl/tree/worker/session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "impl/bpf_request.hpp"
#include "impl/guarded_attribute.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::tree {
namespace {

constexpr std::uint32_t kFirstIfindex = 2;
constexpr std::uint8_t kNoName = 255;
constexpr std::uint8_t kStrangeFlags = 0xff;
// Of include/uapi/linux/bpf.h.
constexpr std::uint32_t kSchedCls = 3, kXdpProg = 6;
constexpr int kPass = 0, kDrop = 2, kRedirect = 7, kNext = -1, kUndefined = 99;

Hook hook_from(std::uint32_t type) {
  return type == abi::kTcxIngress  ? Hook::ingress
         : type == abi::kTcxEgress ? Hook::egress
                                   : Hook::bogus;
}

std::uint8_t narrow(std::uint32_t count) {
  return static_cast<std::uint8_t>(std::min(count, 255u));
}

Errno errno_of(int ret) {
  return ret < 0 ? static_cast<Errno>(-ret) : Errno::ok;
}

}  // namespace

void Session::begin(const Header& header) {
  warnings_ = api_.warnings();
  dialect_ = header.dialect;
  const auto devices = std::min<std::uint8_t>(header.devices, kMaxDevices);
  api_.begin(devices);
  for (std::size_t d = 0; d < kMaxDevices; ++d) devices_[d] = d < devices;
  for (std::size_t l = 0; l < links_named_; ++l) links_[l] = {};
  links_named_ = 0;
  link_names_.clear();
  first_link_id_ = 0;
  prog_names_.assign(1, kNoName);
  for (std::size_t p = 0; p < kMaxProgs; ++p) {
    progs_[p] = {};
    if (!header.loaded[p]) continue;
    const int fd = api_.load(header.xdp[p] ? kXdpProg : kSchedCls, static_cast<std::uint32_t>(p),
                             &progs_[p].id);
    progs_[p].fd = static_cast<std::uint32_t>(fd);
    if (progs_[p].id >= prog_names_.size()) prog_names_.resize(progs_[p].id + 1, kNoName);
    prog_names_[progs_[p].id] = static_cast<std::uint8_t>(p);
  }
}

Harm Session::end() {
  api_.end();
  return api_.warnings() == warnings_ ? Harm::none : Harm::warned;
}

std::uint32_t Session::fd_of(Ref ref) const {
  switch (ref.kind) {
    case Ref::Kind::none:
      return TREE_FD_ZERO;
    case Ref::Kind::bad:
      return kBadFd;
    case Ref::Kind::file:
      return TREE_FD_FILE;
    case Ref::Kind::map:
      return TREE_FD_MAP;
    case Ref::Kind::prog:
      return ref.raw < progs_.size() ? progs_[ref.raw].fd : kBadFd;
    case Ref::Kind::link:
      return ref.raw < links_.size() ? links_[ref.raw].fd : kBadFd;
    case Ref::Kind::foreign:
      return TREE_FD_FOREIGN + ref.raw % kForeigns;
  }
  return kBadFd;
}

std::uint32_t Session::id_of(Ref ref, Ref::Kind wanted) const {
  if (!ref.given()) return 0;
  if (ref.kind != wanted) return kBadId;
  if (wanted == Ref::Kind::prog) return ref.raw < progs_.size() ? progs_[ref.raw].id : kBadId;
  return ref.raw < links_.size() ? links_[ref.raw].id : kBadId;
}

std::uint32_t Session::ifindex_of(std::uint8_t device) const {
  return device < kMaxDevices ? kFirstIfindex + device : kBadIfindex;
}

Prog Session::prog_of(std::uint32_t id) const {
  const std::uint8_t name = id < prog_names_.size() ? prog_names_[id] : kNoName;
  return name == kNoName ? kStrangeProg : Prog{name};
}

Link Session::link_of(std::uint32_t id) const {
  if (id == 0) return kNoLink;
  const std::uint32_t at = id - first_link_id_;
  const std::uint8_t name = at < link_names_.size() ? link_names_[at] : kNoName;
  return name == kNoName ? kStrangeLink : Link{name};
}

Session::OpenLink* Session::open_link(Ref ref) {
  if (ref.kind != Ref::Kind::link || ref.raw >= kMaxLinks || links_[ref.raw].fd == kBadFd)
    return nullptr;
  return &links_[ref.raw];
}

bool Session::has(Point point, std::uint8_t space) const {
  return (point.hook == Hook::ingress || point.hook == Hook::egress) && space == 0 &&
         point.device < kMaxDevices && devices_[point.device];
}

void Session::apply(const Operation& op, Observation& seen) {
  seen.fate = Fate::none, seen.harm = Harm::none;
  seen.overran = seen.strayed = seen.has_filters = false;
  seen.at = kNoPoint;
  seen.journey.start();
  seen.extack.clear();
  seen.answer.revision = seen.answer.count = seen.answer.filled = 0;
  seen.after.revision = seen.after.count = seen.after.filled = 0;
  seen.has_devices = tells_devices(op.verb);
  if (seen.has_devices) seen.devices.fill({});
  const std::uint32_t warnings = api_.warnings();

  const OpenLink* const link =
      has_trait(op.verb, Trait::changes_link) ? open_link(mprogcheck::link_of(op)) : nullptr;
  const bool link_attached = link && link->attached;
  const Point point = link                     ? link->point
                      : op.verb == Verb::qdisc ? Point{op.point.device, Hook::ingress}
                                               : op.point;
  seen.has_after = link_attached || ((has_trait(op.verb, Trait::list) || op.verb == Verb::qdisc) &&
                                     has(point, op.space));
  seen.error = execute(op, seen);
  if (seen.has_after) snapshot(point, seen.after);
  if (seen.has_after && op.verb == Verb::qdisc)
    snapshot({op.point.device, Hook::egress}, seen.answer);
  seen.references = static_cast<std::int32_t>(api_.references());
  if (api_.warnings() != warnings) seen.harm = Harm::warned;
}

Errno Session::execute(const Operation& op, Observation& seen) {
  if (has_trait(op.verb, Trait::bpf)) return call(op, seen);
  switch (op.verb) {
    case Verb::info:
      return info(op, seen);
    case Verb::fdinfo:
      return fdinfo(op, seen);
    case Verb::close:
      return close(op);
    case Verb::remove:
      return remove(op);
    case Verb::qdisc:
      return qdisc(op);
    case Verb::packet:
      return packet(op, seen);
    case Verb::provoke:
      std::fputs("provoked\n", stderr);
      if (op.provocation == Provocation::panic) __builtin_trap();
      while (op.provocation == Provocation::hang) {
      }
      seen.harm = Harm::warned;
      return Errno::ok;
    default:
      return Errno::opnotsupp;  // not asked: see the capabilities
  }
}

Errno Session::bpf(const Operation& op, abi::Call& call, int& result, Observation& seen) {
  const tree_caller caller{.space = op.space, .capable = op.caller == Caller::root};
  if (op.odd_attribute()) {
    GuardedAttribute memory(op, call);
    result =
        api_.bpf(caller, call.command, memory.bytes(), static_cast<std::uint32_t>(memory.size()));
    memory.answer(call);
    seen.strayed = memory.strayed();
  } else {
    result = api_.bpf(caller, call.command, call.words.data(), call.size);
  }
  return errno_of(result);
}

Errno Session::call(const Operation& op, Observation& seen) {
  constexpr std::uint64_t kUnmapped = 8;
  const std::size_t slots = has_trait(op.verb, Trait::only_asks) ? slots_to_fill(shortened(op)) : 0;
  const auto address = [&](std::uint8_t array, Array& memory) -> std::uint64_t {
    if ((op.arrays & array) == 0) return 0;
    if (op.fault) return kUnmapped;
    // No further than a list may reach, and behind it who overruns is seen.
    std::fill_n(memory.begin(), std::min(slots, kMaxCapacity + 1) + kGuard, kUntouched);
    std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(slots), kGuard, kUntouched);
    return reinterpret_cast<std::uintptr_t>(memory.data());
  };
  const auto wanted = op.has(flag::link) ? Ref::Kind::link : Ref::Kind::prog;
  abi::Call call = abi::call_of(
      op.verb, {.ifindex = ifindex_of(op.point.device),
                .attach_type = abi::attach_type_of(op.point.hook),
                .flags = op.bits | wire_flags(dialect_, op.flags),
                .prog_fd = fd_of(op.prog),
                .old_fd = fd_of(op.old),
                .link_fd = fd_of(op.link),
                .relative = op.has(flag::id) ? id_of(op.relative, wanted) : fd_of(op.relative),
                .revision = op.revision,
                .room = op.room,
                .prog_ids = address(array::progs, prog_ids_),
                .prog_flags = address(array::prog_flags, prog_flags_),
                .link_ids = address(array::links, link_ids_),
                .link_flags = address(array::link_flags, link_flags_)});
  int result = 0;
  const Errno error = bpf(op, call, result, seen);
  if (has_trait(op.verb, Trait::only_asks)) {
    read_query(op, call, error, seen);
    return error;
  }
  if (error != Errno::ok) return error;
  if (has_trait(op.verb, Trait::makes_link)) keep_link(op, static_cast<std::uint32_t>(result));
  if (op.verb == Verb::link_detach)
    if (OpenLink* const link = open_link(op.link)) link->attached = false;
  return error;
}

void Session::read_query(const Operation& given, const abi::Call& call, Errno error,
                         Observation& seen) {
  const Operation op = shortened(given);
  const std::size_t slots = slots_to_fill(op);
  const auto overran = [&](std::uint8_t which, const Array& array) {
    return (op.arrays & which) != 0 && !op.fault &&
           (array[slots] != kUntouched || array[slots + 1] != kUntouched);
  };
  seen.overran = overran(array::progs, prog_ids_) || overran(array::links, link_ids_) ||
                 overran(array::prog_flags, prog_flags_) || overran(array::link_flags, link_flags_);
  if (error != Errno::ok && error != Errno::nospc) return;
  const auto told = call.as<abi::Query>();
  if (tells_revision(op)) seen.answer.revision = told.revision;
  if (tells_count(op)) seen.answer.count = narrow(told.count);
  seen.answer.filled =
      static_cast<std::uint8_t>(std::min<std::size_t>({slots, seen.answer.count, kMaxCapacity}));
  const auto has = [&](std::uint8_t which) { return (op.arrays & which) != 0; };
  for (std::size_t i = 0; i < seen.answer.filled; ++i) {
    const std::uint32_t flags = (has(array::prog_flags) ? prog_flags_[i] : 0) |
                                (has(array::link_flags) ? link_flags_[i] : 0);
    seen.answer.entries[i] = {.prog = prog_of(prog_ids_[i]),
                              .link = has(array::links) ? link_of(link_ids_[i]) : kNoLink,
                              .flags = flags == 0 ? std::uint8_t{0} : kStrangeFlags};
  }
}

void Session::keep_link(const Operation& op, std::uint32_t fd) {
  if (op.link.kind != Ref::Kind::link || op.link.raw >= kMaxLinks) return;
  const std::uint32_t id = api_.link_id(fd);
  // A name given twice means the later link; the earlier one stays open, and attached.
  links_[op.link.raw] = {.fd = fd, .id = id, .point = op.point, .attached = true};
  links_named_ = std::max<std::size_t>(links_named_, op.link.raw + 1u);
  if (link_names_.empty()) first_link_id_ = id;
  const std::size_t at = id - first_link_id_;
  if (at >= link_names_.size()) link_names_.resize(at + 1, kNoName);
  std::replace(link_names_.begin(), link_names_.end(), op.link.raw, kNoName);
  link_names_[at] = op.link.raw;
}

void Session::tell(std::uint32_t prog_id, std::uint32_t ifindex, std::uint32_t type,
                   Observation& seen) {
  const std::uint32_t device = ifindex - kFirstIfindex;
  seen.at = {ifindex == 0           ? kNoDevice
             : device < kMaxDevices ? static_cast<std::uint8_t>(device)
                                    : kStrangeDevice,
             hook_from(type)};
  seen.answer.count = seen.answer.filled = 1;
  seen.answer.entries[0] = {.prog = prog_of(prog_id), .link = kNoLink, .flags = 0};
}

Errno Session::info(const Operation& op, Observation& seen) {
  abi::LinkInfo told{};
  abi::Call call(abi::kGetInfoByFd, abi::GetInfo{.bpf_fd = fd_of(op.link),
                                                 .info_len = sizeof(told),
                                                 .info = reinterpret_cast<std::uintptr_t>(&told)});
  const int ret = api_.bpf({.space = 0, .capable = 1}, call.command, call.words.data(), call.size);
  if (ret == 0) tell(told.prog_id, told.ifindex, told.attach_type, seen);
  return errno_of(ret);
}

Errno Session::fdinfo(const Operation& op, Observation& seen) {
  std::array<char, 512> text{};
  const int ret = api_.fdinfo(fd_of(op.link), text.data(), text.size());
  if (ret < 0) return errno_of(ret);
  const auto number = [&](const char* name) {
    const char* const found = std::strstr(text.data(), name);
    return found ? static_cast<std::uint32_t>(std::strtoul(found + std::strlen(name), nullptr, 10))
                 : 0;
  };
  tell(number("prog_id:"), number("ifindex:"), number("attach_type:"), seen);
  return Errno::ok;
}

Errno Session::close(const Operation& op) {
  if (OpenLink* const link = open_link(op.prog)) {
    const std::uint32_t fd = link->fd;
    link->fd = kBadFd, link->attached = false;
    return errno_of(api_.close(fd));
  }
  if (op.prog.kind != Ref::Kind::prog || op.prog.raw >= kMaxProgs ||
      progs_[op.prog.raw].fd == kBadFd)
    return Errno::badf;
  const std::uint32_t fd = progs_[op.prog.raw].fd;
  progs_[op.prog.raw].fd = kBadFd;
  return errno_of(api_.close(fd));
}

Errno Session::remove(const Operation& op) {
  const bool all = op.point.device == kAllDevices;
  if (all && op.space != 0) return Errno::ok;  // there is nothing in it
  if (!all && (op.point.device >= kMaxDevices || !devices_[op.point.device] || op.space != 0))
    return Errno::nodev;
  Errno error = Errno::ok;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    if (!devices_[d] || (!all && d != op.point.device)) continue;
    error = errno_of(api_.remove(ifindex_of(d)));
    devices_[d] = false;
    for (std::size_t l = 0; l < links_named_; ++l)
      links_[l].attached = links_[l].attached && links_[l].point.device != d;
  }
  return error;
}

Errno Session::qdisc(const Operation& op) {
  if (op.point.device >= kMaxDevices || !devices_[op.point.device]) return Errno::nodev;
  const tree_qdisc kind = op.change == TcChange::remove ? TREE_NO_QDISC
                          : op.kind == Qdisc::clsact    ? TREE_CLSACT
                                                        : TREE_INGRESS;
  return errno_of(
      api_.qdisc(ifindex_of(op.point.device), kind, op.change == TcChange::replace ? 1 : 0));
}

Errno Session::packet(const Operation& op, Observation& seen) {
  if (op.point.hook == Hook::bogus) return Errno::inval;
  if (!has(op.point, 0)) return Errno::nodev;
  struct Met {
    const Operation& op;
    Listing& ran;
  } met{op, seen.answer};
  const auto answer = [](void* context, std::uint32_t cookie) {
    Met& m = *static_cast<Met*>(context);
    const Prog prog{static_cast<std::uint8_t>(cookie)};
    if (m.ran.filled < kMaxListed)
      m.ran.entries[m.ran.filled++] = {.prog = prog, .link = kNoLink, .flags = 0};
    m.ran.count = narrow(m.ran.count + 1u);
    for (const Says& one : m.op.says) {
      if (one.prog != prog || one.action == Action::next) continue;
      return one.action == Action::pass       ? kPass
             : one.action == Action::drop     ? kDrop
             : one.action == Action::redirect ? kRedirect
                                              : kUndefined;
    }
    return kNext;
  };
  int error = 0;
  const int verdict = api_.packet(ifindex_of(op.point.device), op.point.hook == Hook::ingress,
                                  answer, &met, &error);
  if (error != 0) return errno_of(error);
  seen.fate = verdict == kDrop ? Fate::dropped : Fate::passed;
  return Errno::ok;
}

// Of a list that is not there the revision is 0, which no list has: the difference shows.
void Session::snapshot(Point point, Listing& out) {
  if (api_.look(ifindex_of(point.device), point.hook == Hook::ingress, &list_) == 0) return;
  out.revision = list_.revision;
  out.count = narrow(list_.count);
  out.filled = static_cast<std::uint8_t>(
      std::min<std::size_t>(list_.filled, std::min<std::size_t>(TREE_MOST_ENTRIES, kMaxCapacity)));
  for (std::size_t i = 0; i < out.filled; ++i)
    out.entries[i] = {
        .prog = prog_of(list_.prog_ids[i]), .link = link_of(list_.link_ids[i]), .flags = 0};
}

}  // namespace mprogcheck::tree
