// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "impl/kernel/unusual_calls.hpp"
#include "impl/target.hpp"
#include "model/words/bpf_attribute.hpp"

namespace mprogcheck::kernel {
namespace {

// Packets arrive at once; only one that the notes do not call dropped is waited for. Long, as an
// emulated kernel on a busy machine may stand still in between.
constexpr std::chrono::milliseconds kPatience{3000};

// Of an entry for which the kernel reported flags that are not those an entry keeps.
constexpr std::uint8_t kStrangeFlags = 0xff;

void start(Listing& listing) {
  listing.revision = listing.count = listing.filled = 0;
}

std::uint8_t narrow(std::uint32_t count) {
  return static_cast<std::uint8_t>(std::min(count, 255u));
}

template <typename Name>
Name name_of(const std::unordered_map<std::uint32_t, Name>& names, std::uint32_t id, Name strange) {
  const auto found = names.find(id);
  return found == names.end() ? strange : found->second;
}

}  // namespace

Session::Session(Workshop& workshop, const Trace& trace)
    : stage_(workshop, trace),
      held_before_(workshop.lists->references(stage_.here(0))),
      open_progs_(static_cast<std::int32_t>(trace.header.loaded.count())) {
  for (std::uint8_t p = 0; p < kMaxProgs; ++p)
    if (stage_.names.progs[p].id != kUnknownId)
      progs_by_id_.emplace(stage_.names.progs[p].id, Prog{p});
}

Session::~Session() {
  std::vector<Descriptor> links = std::move(nameless_links_);
  for (OpenLink& link : links_)
    if (link.descriptor.is_open()) links.push_back(std::move(link.descriptor));
  stage_.clear(std::move(links), !unusual_ && std::uncaught_exceptions() == 0);
}

void Session::run(const Operation& op, Observation& seen) {
  seen.error = Errno::ok;
  seen.fate = Fate::none;
  seen.harm = Harm::none;
  seen.has_after = seen.has_filters = false;
  seen.overran = seen.strayed = false;
  seen.at = kNoPoint;
  seen.references = -1;
  start(seen.answer);
  start(seen.after);
  seen.journey.start();
  seen.has_devices = tells_devices(op.verb);
  seen.extack.clear();
  run_one(op, seen);
  if (!held_before_) return;
  seen.references =
      open_progs_ + *stage_.workshop.lists->references(stage_.here(0)) - *held_before_;
}

void Session::run_one(const Operation& op, Observation& seen) {
  unusual_ = unusual_ || op.hazardous() || op.verb == Verb::qdisc;
  switch (op.verb) {
    case Verb::info:
      return info(op.link, seen);
    case Verb::fdinfo:
      return fdinfo(op.link, seen);
    case Verb::close:
      return close(op.prog, seen);
    case Verb::remove:
      remove(op, seen);
      return tell_devices(seen);
    case Verb::qdisc:
      return qdisc(op, seen);
    case Verb::packet:
      return packet(op, seen);
    case Verb::create:
      stage_.netkits.create(op, seen);
      return tell_devices(seen);
    case Verb::change:
      stage_.netkits.change(op, seen);
      return tell_devices(seen);
    case Verb::set:
      stage_.netkits.set(op, seen);
      return tell_devices(seen);
    case Verb::send:
      return send(op, seen);
    case Verb::filter:
    case Verb::filter_link:
    case Verb::chain:
      return filter(op, seen);
    case Verb::provoke:
      return provoke(op.provocation);
    default:
      return run_call(op, seen);
  }
}

void Session::run_call(const Operation& given, Observation& seen) {
  const Operation op = shortened(given);
  OpenLink* const link =
      op.verb == Verb::link_update || op.verb == Verb::link_detach ? link_of(op.link) : nullptr;
  const bool link_attached = link != nullptr && link->attached;
  const bool link_owns = link != nullptr && owns_filter(*link);
  if (op.verb == Verb::query) room_.clear();
  if (op.point.device < kMaxDevices)
    stage_.names.interfaces[op.point.device] = stage_.number(op.point.device, op.space);
  std::optional<Visit> elsewhere;
  stage_.enter(elsewhere, op.space);
  // The fields as they are; which of them arrive is up to the size.
  abi::Call call = translate(given, stage_.names, room_);
  int result = 0;
  if (op.odd_attribute() || op.caller != Caller::root) {
    const OddResult odd = make_oddly(op, *stage_.workshop.lists, stage_.here(op.space), call);
    result = odd.result, seen.strayed = odd.strayed;
  } else {
    result = stage_.workshop.lists->make(stage_.here(op.space), call);
  }
  seen.error = abi::error_of(result);
  elsewhere.reset();
  switch (op.verb) {
    case Verb::query:
      seen.overran = room_.overran(op.room);
      if (seen.error != Errno::ok && seen.error != Errno::nospc) return;
      if (tells_revision(op)) seen.answer.revision = call.as<abi::Query>().revision;
      if (tells_count(op)) seen.answer.count = narrow(call.as<abi::Query>().count);
      return read_entries(op.room, op.arrays, seen.answer);
    case Verb::link_create:
      if (result >= 0) keep_link(op, result);
      break;
    case Verb::link_detach:
      if (link_attached && result >= 0) link->attached = false;
      break;
    default:
      break;
  }
  if (link_owns) return tell_filters(link->point.device, seen);
  if (link_attached) return snapshot(link->point, seen);
  if (op.verb != Verb::link_update && op.verb != Verb::link_detach && has(op.point, op.space))
    snapshot(op.point, seen);
}

void Session::keep_link(const Operation& op, int descriptor) {
  const bool of_filter = op.verb == Verb::filter_link;
  OpenLink link{Descriptor(descriptor), op.point, !of_filter && has(op.point, op.space), of_filter};
  if (op.link.kind != Ref::Kind::link || op.link.raw >= kMaxLinks) {
    nameless_links_.push_back(std::move(link.descriptor));
    return;
  }
  const std::uint32_t id = stage_.workshop.lists->id_of(stage_.here(0), descriptor);
  stage_.names.links[op.link.raw] = {static_cast<std::uint32_t>(descriptor), id};
  links_by_id_[id] = Link{op.link.raw};
  OpenLink& slot = links_[op.link.raw];
  // A name given twice means the later link; the earlier one stays open, and attached.
  if (slot.descriptor.is_open()) nameless_links_.push_back(std::move(slot.descriptor));
  slot = std::move(link);
}

void Session::tell(Ref link, std::uint32_t prog_id, std::uint32_t ifindex,
                   std::uint32_t attach_type, Observation& seen) const {
  const Hook hook = attach_type == abi::kTcxIngress      ? Hook::ingress
                    : attach_type == abi::kTcxEgress     ? Hook::egress
                    : attach_type == abi::kNetkitPrimary ? Hook::primary
                    : attach_type == abi::kNetkitPeer    ? Hook::peer
                                                         : Hook::bogus;
  const bool named = link.kind == Ref::Kind::link && link.raw < kMaxLinks;
  seen.at = {stage_.device(ifindex, named ? links_[link.raw].point.device : kNoDevice), hook};
  seen.answer.count = seen.answer.filled = 1;
  seen.answer.entries[0] =
      Entry{.prog = name_of(progs_by_id_, prog_id, kStrangeProg), .link = kNoLink, .flags = 0};
}

void Session::info(Ref link, Observation& seen) {
  abi::LinkInfo info{};
  abi::Call call(abi::kGetInfoByFd, abi::GetInfo{.bpf_fd = stage_.names.descriptor(link),
                                                 .info_len = sizeof(info),
                                                 .info = reinterpret_cast<std::uintptr_t>(&info)});
  seen.error = abi::error_of(stage_.workshop.lists->make(stage_.here(0), call));
  if (seen.error == Errno::ok) tell(link, info.prog_id, info.ifindex, info.attach_type, seen);
}

// Lines of a name, a colon and a value; what is not there is 0, which no link has.
void Session::fdinfo(Ref link, Observation& seen) const {
  std::ifstream file("/proc/thread-self/fdinfo/" + std::to_string(stage_.names.descriptor(link)));
  if (!file) {
    seen.error = Errno::noent;
    return;
  }
  std::uint32_t prog_id = 0, ifindex = 0, attach_type = 0;
  for (std::string name; file >> name; file.ignore(256, '\n')) {
    if (name == "prog_id:") file >> prog_id;
    if (name == "ifindex:") file >> ifindex;
    if (name == "attach_type:") file >> attach_type;
  }
  tell(link, prog_id, ifindex, attach_type, seen);
}

void Session::close(Ref ref, Observation& seen) {
  if (OpenLink* const link = link_of(ref)) {
    const bool attached = std::exchange(link->attached, false);
    const bool owned = owns_filter(*link);
    link->descriptor.reset();
    stage_.names.links[ref.raw].descriptor = kNotOpen;
    if (attached) snapshot(link->point, seen);
    if (owned) tell_filters(link->point.device, seen);
  } else if (ref.kind == Ref::Kind::prog && ref.raw < kMaxProgs &&
             stage_.own_progs[ref.raw].is_open()) {
    stage_.own_progs[ref.raw].reset();
    --open_progs_;
    stage_.names.progs[ref.raw].descriptor = kNotOpen;
  } else {
    seen.error = Errno::badf;
  }
}

void Session::remove(const Operation& op, Observation& seen) {
  const std::uint8_t device = op.point.device;
  if (device == kAllDevices)
    stage_.end_namespace(op.space);
  else if (device < kMaxDevices && stage_.devices[device].is_there())
    seen.error = stage_.place().remove(stage_.devices[device]);
  else
    stage_.netkits.remove(device, seen);
}

void Session::tell_devices(Observation& seen) {
  stage_.netkits.read_all();
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) seen.devices[d] = stage_.netkits.at(d).view;
  // What is attached to a device goes with it.
  for (OpenLink& link : links_) link.attached = link.attached && is_there(link.point.device);
}

void Session::send(const Operation& op, Observation& seen) {
  const std::uint8_t device = op.point.device;
  if (!stage_.netkits.is_there(device)) {
    seen.error = Errno::nodev;
    return;
  }
  const auto end = [&](std::uint8_t d) {
    if (!stage_.netkits.is_there(d)) return End{};
    const Netkit& netkit = stage_.netkits.at(d);
    return End{.space = stage_.spaces[netkit.view.space], .ifindex = netkit.ifindex, .device = d};
  };
  stage_.workshop.traveller.send(op, end(device), end(stage_.netkits.at(device).other),
                                 stage_.workshop.programs, seen);
}

void Session::qdisc(const Operation& op, Observation& seen) {
  if (!has(op.point, 0)) {
    seen.error = Errno::nodev;
    return;
  }
  const Device& device = stage_.devices[op.point.device];
  tell_filters(op.point.device, seen);
  const bool had_filters = seen.filters != Filters{};
  seen.error = op.change == TcChange::remove
                   ? stage_.place().remove_qdisc(device)
                   : stage_.place().add_qdisc(device, op.kind, op.change == TcChange::replace);
  if (seen.error == Errno::ok)
    qdiscs_[op.point.device] = op.change == TcChange::remove ? Qdisc::none : op.kind;
  if (had_filters) tell_filters(op.point.device, seen);
  seen.has_filters = had_filters;
  snapshot({op.point.device, Hook::egress}, seen);
  seen.answer = seen.after;
  snapshot({op.point.device, Hook::ingress}, seen);
}

void Session::packet(const Operation& op, Observation& seen) {
  if (op.point.hook == Hook::bogus) {
    seen.error = Errno::inval;
    return;
  }
  if (!has(op.point, 0)) {
    seen.error = Errno::nodev;
    return;
  }
  const Device& device = stage_.devices[op.point.device];
  stage_.workshop.programs.expect_packet(op.says);
  stage_.packets().send(device, op.point.hook);

  bool arrived = stage_.packets().arrives(device, op.point.hook, std::chrono::milliseconds{0});
  const std::uint32_t ran = stage_.workshop.programs.ran();
  const auto drops = [&](Prog prog) {
    return std::any_of(op.says.begin(), op.says.end(), [&](const Says& one) {
      return one.prog == prog && one.action == Action::drop;
    });
  };
  const bool dropped = ran != 0 && drops(stage_.workshop.programs.ran_at(ran - 1).prog);
  if (!arrived && !dropped) arrived = stage_.packets().arrives(device, op.point.hook, kPatience);
  unusual_ = unusual_ || arrived == dropped;

  seen.fate = arrived ? Fate::passed : Fate::dropped;
  seen.answer.count = narrow(ran);
  seen.answer.filled = static_cast<std::uint8_t>(std::min<std::size_t>(ran, kMaxListed));
  for (std::uint8_t i = 0; i < seen.answer.filled; ++i)
    seen.answer.entries[i] =
        Entry{.prog = stage_.workshop.programs.ran_at(i).prog, .link = kNoLink, .flags = 0};
}

// Only ever in a VM: Kernel refuses what is hazardous elsewhere.
void Session::provoke(Provocation provocation) {
  const auto write = [](const char* file, std::string_view text) {
    const Descriptor to(::open(file, O_WRONLY | O_CLOEXEC));
    if (::write(to.number(), text.data(), text.size()) < 0)
      throw CannotRun(std::string("could not write to ") + file);
  };
  switch (provocation) {
    case Provocation::panic:
      return write("/proc/sysrq-trigger", "c");
    case Provocation::warn:
      return write("/dev/kmsg", "<4>WARNING: provoked by mprogcheck\n");
    case Provocation::hang:
      for (;;) ::pause();
  }
}

bool Session::is_there(std::uint8_t device) const {
  return device < kMaxDevices &&
         (stage_.netkits.is_there(device) || stage_.devices[device].is_there());
}

// Whether it is a list that somebody in the namespace can ask for: the device is there, and the
// hook is one of those it has. Those of netkit are a primary's that has a peer.
bool Session::has(Point point, std::uint8_t space) const {
  if (point.hook == Hook::bogus || !stage_.is_in(point.device, space)) return false;
  if (point.hook == Hook::ingress || point.hook == Hook::egress) return true;
  if (!stage_.netkits.is_there(point.device)) return false;
  const Netkit& netkit = stage_.netkits.at(point.device);
  return netkit.view.primary && netkit.is_pair();
}

Session::OpenLink* Session::link_of(Ref ref) {
  if (ref.kind != Ref::Kind::link || ref.raw >= kMaxLinks || !links_[ref.raw].descriptor.is_open())
    return nullptr;
  return &links_[ref.raw];
}

// Should the kernel refuse this query, the revision is 0, which no list has: the difference shows.
void Session::snapshot(Point point, Observation& seen) {
  room_.clear(kWholeList);
  const bool netkit = stage_.netkits.is_there(point.device);
  const std::uint8_t space = netkit ? stage_.netkits.at(point.device).view.space : 0;
  std::optional<Visit> elsewhere;
  stage_.enter(elsewhere, space);
  const bool with_flags = stage_.names.dialect->has_ends();
  abi::Call call = whole_list(stage_.number(point.device, space), point.hook, room_, with_flags);
  seen.has_after = true;
  if (stage_.workshop.lists->make(stage_.here(space), call) < 0) return;
  seen.after.revision = call.as<abi::Query>().revision;
  seen.after.count = narrow(call.as<abi::Query>().count);
  std::uint8_t arrays = array::progs | array::links;
  if (with_flags) arrays |= array::prog_flags | array::link_flags;
  read_entries(kWholeList, arrays, seen.after);
}

std::uint8_t Session::entry_flags(std::uint32_t bits) const {
  const Dialect dialect = stage_.names.dialect;
  if ((bits & ~wire_flags(dialect, dialect->entry_flags)) != 0) return kStrangeFlags;
  return static_cast<std::uint8_t>(((bits & abi::kFirst) != 0 ? flag::first : 0) |
                                   ((bits & abi::kLast) != 0 ? flag::last : 0));
}

void Session::read_entries(std::size_t room, std::uint8_t arrays, Listing& answer) const {
  if (arrays == 0) return;
  answer.filled =
      static_cast<std::uint8_t>(std::min<std::size_t>({room, answer.count, kMaxCapacity}));
  const auto given = [&](std::uint8_t array) { return (arrays & array) != 0; };
  for (std::uint8_t i = 0; i < answer.filled; ++i) {
    Entry entry;
    if (given(array::progs)) entry.prog = name_of(progs_by_id_, room_.progs[i], kStrangeProg);
    if (given(array::links) && room_.links[i] != 0)
      entry.link = name_of(links_by_id_, room_.links[i], kStrangeLink);
    entry.flags = entry_flags((given(array::prog_flags) ? room_.prog_flags[i] : 0) |
                              (given(array::link_flags) ? room_.link_flags[i] : 0));
    answer.entries[i] = entry;
  }
}

}  // namespace mprogcheck::kernel
