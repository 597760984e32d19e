// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "impl/kernel/unusual_calls.hpp"
#include "impl/target.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"

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

Session::Session(SharedResources& shared, const Trace& trace)
    : fixture_(shared, trace),
      held_before_(shared.lists->references(fixture_.here(0))),
      open_progs_(static_cast<std::int32_t>(trace.header.loaded.count())) {
  for (std::uint8_t p = 0; p < kMaxProgs; ++p)
    if (fixture_.names.progs[p].id != kUnknownId)
      progs_by_id_.emplace(fixture_.names.progs[p].id, Prog{p});
}

Session::~Session() {
  std::vector<Descriptor> links = std::move(nameless_links_);
  for (OpenLink& link : links_)
    if (link.descriptor.is_open()) links.push_back(std::move(link.descriptor));
  fixture_.clear(std::move(links), !unusual_ && std::uncaught_exceptions() == 0);
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
      open_progs_ + *fixture_.shared.lists->references(fixture_.here(0)) - *held_before_;
}

void Session::run_one(const Operation& op, Observation& seen) {
  struct Way {
    Verb verb;
    void (Session::*run)(const Operation&, Observation&);
  };
  static constexpr Way kWays[] = {
      {Verb::info, &Session::info},
      {Verb::fdinfo, &Session::info_in_proc},
      {Verb::close, &Session::close},
      {Verb::remove, &Session::remove},
      {Verb::qdisc, &Session::qdisc},
      {Verb::packet, &Session::packet},
      {Verb::create, &Session::ask_netkits<&Netkits::create>},
      {Verb::change, &Session::ask_netkits<&Netkits::change>},
      {Verb::set, &Session::ask_netkits<&Netkits::set>},
      {Verb::send, &Session::send},
      {Verb::filter, &Session::filter},
      {Verb::filter_link, &Session::filter},
      {Verb::chain, &Session::filter},
      {Verb::provoke, &Session::provoke},
  };
  unusual_ = unusual_ || op.hazardous() || op.verb == Verb::qdisc;
  if (has_trait(op.verb, Trait::bpf)) return run_call(op, seen);
  const auto way = std::find_if(std::begin(kWays), std::end(kWays),
                                [&](const Way& one) { return one.verb == op.verb; });
  (this->*way->run)(op, seen);
  if (tells_devices(op.verb)) observe_devices(seen);
}

void Session::run_call(const Operation& given, Observation& seen) {
  const Operation op = shortened(given);
  OpenLink* const link = has_trait(op.verb, Trait::changes_link) ? link_of(op.link) : nullptr;
  const bool link_attached = link != nullptr && link->attached;
  const bool link_owns = link != nullptr && owns_filter(*link);
  if (has_trait(op.verb, Trait::only_asks)) buffers_.clear();
  if (op.point.device < kMaxDevices)
    fixture_.names.interfaces[op.point.device] = fixture_.number(op.point.device, op.space);
  std::optional<ScopedNetns> inside;
  fixture_.enter(inside, op.space);
  // The fields as they are; which of them arrive is up to the size.
  abi::Call call = translate(given, fixture_.names, buffers_);
  int result = 0;
  if (op.odd_attribute() || op.caller != Caller::root) {
    const UnusualResult unusual =
        make_unusual_call(op, *fixture_.shared.lists, fixture_.here(op.space), call);
    result = unusual.result, seen.strayed = unusual.strayed;
  } else {
    result = fixture_.shared.lists->make(fixture_.here(op.space), call);
  }
  seen.error = abi::error_of(result);
  inside.reset();
  if (has_trait(op.verb, Trait::only_asks)) {
    seen.overran = buffers_.overran(slots_to_fill(op));
    if (seen.error != Errno::ok && seen.error != Errno::nospc) return;
    if (tells_revision(op)) seen.answer.revision = call.as<abi::Query>().revision;
    if (tells_count(op)) seen.answer.count = narrow(call.as<abi::Query>().count);
    return read_entries(slots_to_fill(op), op.arrays, seen.answer);
  }
  if (has_trait(op.verb, Trait::makes_link) && result >= 0) keep_link(op, result);
  if (op.verb == Verb::link_detach && link_attached && result >= 0) link->attached = false;
  if (link_owns) return observe_filters(link->point.device, seen);
  if (link_attached) return snapshot(link->point, seen);
  if (!has_trait(op.verb, Trait::changes_link) && has(op.point, op.space)) snapshot(op.point, seen);
}

void Session::keep_link(const Operation& op, int descriptor) {
  const bool of_filter = of_filters(op.verb);
  OpenLink link{Descriptor(descriptor), op.point, !of_filter && has(op.point, op.space), of_filter};
  if (op.link.kind != Ref::Kind::link || op.link.raw >= kMaxLinks) {
    nameless_links_.push_back(std::move(link.descriptor));
    return;
  }
  const std::uint32_t id = fixture_.shared.lists->id_of(fixture_.here(0), descriptor);
  fixture_.names.links[op.link.raw] = {static_cast<std::uint32_t>(descriptor), id};
  links_by_id_[id] = Link{op.link.raw};
  OpenLink& slot = links_[op.link.raw];
  // A name given twice means the later link; the earlier one stays open, and attached.
  if (slot.descriptor.is_open()) nameless_links_.push_back(std::move(slot.descriptor));
  slot = std::move(link);
}

void Session::observe_link(Ref link, std::uint32_t prog_id, std::uint32_t ifindex,
                           std::uint32_t attach_type, Observation& seen) const {
  const Hook hook = attach_type == abi::kTcxIngress      ? Hook::ingress
                    : attach_type == abi::kTcxEgress     ? Hook::egress
                    : attach_type == abi::kNetkitPrimary ? Hook::primary
                    : attach_type == abi::kNetkitPeer    ? Hook::peer
                                                         : Hook::bogus;
  const bool named = link.kind == Ref::Kind::link && link.raw < kMaxLinks;
  seen.at = {fixture_.device(ifindex, named ? links_[link.raw].point.device : kNoDevice), hook};
  seen.answer.count = seen.answer.filled = 1;
  seen.answer.entries[0] =
      Entry{.prog = name_of(progs_by_id_, prog_id, kStrangeProg), .link = kNoLink, .flags = 0};
}

void Session::info(const Operation& op, Observation& seen) {
  abi::LinkInfo info{};
  abi::Call call(abi::kGetInfoByFd, abi::GetInfo{.bpf_fd = fixture_.names.descriptor(op.link),
                                                 .info_len = sizeof(info),
                                                 .info = reinterpret_cast<std::uintptr_t>(&info)});
  seen.error = abi::error_of(fixture_.shared.lists->make(fixture_.here(0), call));
  if (seen.error == Errno::ok)
    observe_link(op.link, info.prog_id, info.ifindex, info.attach_type, seen);
}

// Lines of a name, a colon and a value; what is not there is 0, which no link has.
void Session::info_in_proc(const Operation& op, Observation& seen) {
  std::ifstream file("/proc/thread-self/fdinfo/" +
                     std::to_string(fixture_.names.descriptor(op.link)));
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
  observe_link(op.link, prog_id, ifindex, attach_type, seen);
}

void Session::close(const Operation& op, Observation& seen) {
  const Ref ref = op.prog;
  if (OpenLink* const link = link_of(ref)) {
    const bool attached = std::exchange(link->attached, false);
    const bool owned = owns_filter(*link);
    link->descriptor.reset();
    fixture_.names.links[ref.raw].descriptor = kNotOpen;
    if (attached) snapshot(link->point, seen);
    if (owned) observe_filters(link->point.device, seen);
  } else if (ref.kind == Ref::Kind::prog && ref.raw < kMaxProgs &&
             fixture_.own_progs[ref.raw].is_open()) {
    fixture_.own_progs[ref.raw].reset();
    --open_progs_;
    fixture_.names.progs[ref.raw].descriptor = kNotOpen;
  } else {
    seen.error = Errno::badf;
  }
}

void Session::remove(const Operation& op, Observation& seen) {
  const std::uint8_t device = op.point.device;
  if (device == kAllDevices)
    fixture_.end_namespace(op.space);
  else if (device < kMaxDevices && fixture_.devices[device].is_there())
    seen.error = fixture_.place().remove(fixture_.devices[device]);
  else
    fixture_.netkits.remove(device, seen);
}

void Session::observe_devices(Observation& seen) {
  fixture_.netkits.read_all();
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) seen.devices[d] = fixture_.netkits.at(d).view;
  // What is attached to a device goes with it.
  for (OpenLink& link : links_) link.attached = link.attached && is_there(link.point.device);
}

void Session::send(const Operation& op, Observation& seen) {
  const std::uint8_t device = op.point.device;
  if (!fixture_.netkits.is_there(device)) {
    seen.error = Errno::nodev;
    return;
  }
  const auto end = [&](std::uint8_t d) {
    if (!fixture_.netkits.is_there(d)) return Endpoint{};
    const Netkit& netkit = fixture_.netkits.at(d);
    return Endpoint{
        .netns = fixture_.netns[netkit.view.space], .ifindex = netkit.ifindex, .device = d};
  };
  fixture_.shared.delivery.send(op, end(device), end(fixture_.netkits.at(device).other),
                                fixture_.shared.programs, seen);
}

void Session::qdisc(const Operation& op, Observation& seen) {
  if (!has(op.point, 0)) {
    seen.error = Errno::nodev;
    return;
  }
  const Device& device = fixture_.devices[op.point.device];
  observe_filters(op.point.device, seen);
  const bool had_filters = seen.filters != Filters{};
  seen.error = op.change == TcChange::remove
                   ? fixture_.place().remove_qdisc(device)
                   : fixture_.place().add_qdisc(device, op.kind, op.change == TcChange::replace);
  if (seen.error == Errno::ok)
    qdiscs_[op.point.device] = op.change == TcChange::remove ? Qdisc::none : op.kind;
  if (had_filters) observe_filters(op.point.device, seen);
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
  const Device& device = fixture_.devices[op.point.device];
  fixture_.shared.programs.expect_packet(op.says);
  fixture_.packets().send(device, op.point.hook);

  bool arrived = fixture_.packets().arrives(device, op.point.hook, std::chrono::milliseconds{0});
  const std::uint32_t ran = fixture_.shared.programs.ran();
  const auto drops = [&](Prog prog) {
    return std::any_of(op.says.begin(), op.says.end(), [&](const Says& one) {
      return one.prog == prog && one.action == Action::drop;
    });
  };
  const bool dropped = ran != 0 && drops(fixture_.shared.programs.ran_at(ran - 1).prog);
  if (!arrived && !dropped) arrived = fixture_.packets().arrives(device, op.point.hook, kPatience);
  unusual_ = unusual_ || arrived == dropped;

  seen.fate = arrived ? Fate::passed : Fate::dropped;
  seen.answer.count = narrow(ran);
  seen.answer.filled = static_cast<std::uint8_t>(std::min<std::size_t>(ran, kMaxListed));
  for (std::uint8_t i = 0; i < seen.answer.filled; ++i)
    seen.answer.entries[i] =
        Entry{.prog = fixture_.shared.programs.ran_at(i).prog, .link = kNoLink, .flags = 0};
}

// Only ever in a VM: Kernel refuses what is hazardous elsewhere.
void Session::provoke(const Operation& op, Observation&) {
  const auto write = [](const char* file, std::string_view text) {
    const Descriptor to(::open(file, O_WRONLY | O_CLOEXEC));
    if (::write(to.number(), text.data(), text.size()) < 0)
      throw CannotRun(std::string("could not write to ") + file);
  };
  switch (op.provocation) {
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
         (fixture_.netkits.is_there(device) || fixture_.devices[device].is_there());
}

// Whether it is a list that somebody in the namespace can ask for: the device is there, and the
// hook is one of those it has. Those of netkit are a primary's that has a peer.
bool Session::has(Point point, std::uint8_t space) const {
  if (point.hook == Hook::bogus || !fixture_.is_in(point.device, space)) return false;
  if (point.hook == Hook::ingress || point.hook == Hook::egress) return true;
  if (!fixture_.netkits.is_there(point.device)) return false;
  const Netkit& netkit = fixture_.netkits.at(point.device);
  return netkit.view.primary && netkit.is_pair();
}

Session::OpenLink* Session::link_of(Ref ref) {
  if (ref.kind != Ref::Kind::link || ref.raw >= kMaxLinks || !links_[ref.raw].descriptor.is_open())
    return nullptr;
  return &links_[ref.raw];
}

// Should the kernel refuse this query, the revision is 0, which no list has: the difference shows.
void Session::snapshot(Point point, Observation& seen) {
  buffers_.clear(kWholeList);
  const bool netkit = fixture_.netkits.is_there(point.device);
  const std::uint8_t space = netkit ? fixture_.netkits.at(point.device).view.space : 0;
  std::optional<ScopedNetns> inside;
  fixture_.enter(inside, space);
  const bool with_flags = fixture_.names.dialect->has_ends();
  abi::Call call =
      whole_list(fixture_.number(point.device, space), point.hook, buffers_, with_flags);
  seen.has_after = true;
  if (fixture_.shared.lists->make(fixture_.here(space), call) < 0) return;
  seen.after.revision = call.as<abi::Query>().revision;
  seen.after.count = narrow(call.as<abi::Query>().count);
  std::uint8_t arrays = array::progs | array::links;
  if (with_flags) arrays |= array::prog_flags | array::link_flags;
  read_entries(kWholeList, arrays, seen.after);
}

std::uint8_t Session::entry_flags(std::uint32_t bits) const {
  const Dialect dialect = fixture_.names.dialect;
  if ((bits & ~wire_flags(dialect, dialect->entry_flags)) != 0) return kStrangeFlags;
  return static_cast<std::uint8_t>(((bits & abi::kFirst) != 0 ? flag::first : 0) |
                                   ((bits & abi::kLast) != 0 ? flag::last : 0));
}

void Session::read_entries(std::size_t room, std::uint8_t arrays, Listing& answer) const {
  answer.filled =
      static_cast<std::uint8_t>(std::min<std::size_t>({room, answer.count, kMaxCapacity}));
  const auto given = [&](std::uint8_t array) { return (arrays & array) != 0; };
  for (std::uint8_t i = 0; i < answer.filled; ++i) {
    Entry entry;
    entry.prog = name_of(progs_by_id_, buffers_.progs[i], kStrangeProg);
    if (given(array::links) && buffers_.links[i] != 0)
      entry.link = name_of(links_by_id_, buffers_.links[i], kStrangeLink);
    entry.flags = entry_flags((given(array::prog_flags) ? buffers_.prog_flags[i] : 0) |
                              (given(array::link_flags) ? buffers_.link_flags[i] : 0));
    answer.entries[i] = entry;
  }
}

}  // namespace mprogcheck::kernel
