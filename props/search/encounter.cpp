// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/encounter.hpp"

#include <algorithm>
#include <bit>

#include "model/words/attributes.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck {
namespace {

// A number from which each bit of `x` may change each of the result; the same everywhere.
constexpr std::uint32_t hashed(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15U;
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9U;
  return static_cast<std::uint32_t>(x >> 32);
}

// Values side by side, the first one lowest: four bits each.
class Packed {
 public:
  Packed& with(std::uint64_t value) {
    value_ |= (value & 15) << at_;
    at_ += 4;
    return *this;
  }
  template <class E>
  Packed& with(E value) requires std::is_enum_v<E> {
    return with(static_cast<std::uint64_t>(value));
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
  unsigned at_ = 0;
};

enum class Stands : std::uint8_t { nowhere, alone, first, last, between };

Stands place_of(const Chain* list, Prog p) {
  const auto at = list ? list->find(p) : Place<Plain>{};
  if (!at.exists) return Stands::nowhere;
  if (list->size() == 1) return Stands::alone;
  return at.index == 0                  ? Stands::first
         : at.index == list->size() - 1 ? Stands::last
                                        : Stands::between;
}

// The link that owns the program's entry; none where the program stands by itself or nowhere.
Link owner_of(const Chain* list, Prog p) {
  const auto at = list ? list->find(p) : Place<Plain>{};
  return at.exists ? list->at(at.index).link : kNoLink;
}

std::uint64_t class_of(const World& w, const Chain* list, Ref r) {
  Packed out;
  out.with(r.kind);
  if (r.kind == Ref::Kind::foreign) out.with(r.raw);
  if (r.kind == Ref::Kind::prog) {
    const Prog p{r.raw};
    const ProgState& state = w.prog(p);
    out.with(state.open).with(state.holders != 0).with(state.type).with(place_of(list, p));
    out.with(owner_of(list, p) != kNoLink);
  }
  if (r.kind == Ref::Kind::link) {
    const LinkState& l = w.link(Link{r.raw});
    out.with(l.created).with(l.open).with(l.attached).with(l.owns_filter).with(l.of_filter);
    out.with(place_of(list, l.prog)).with(owner_of(list, l.prog) == Link{r.raw});
  }
  return out.value();
}

enum class Known : std::uint8_t { present, absent, none, loopback, all };

Known device_class(const World& w, std::uint8_t device) {
  return device == kNoDevice        ? Known::none
         : device == kLoopback      ? Known::loopback
         : device == kAllDevices    ? Known::all
         : w.device_present(device) ? Known::present
                                    : Known::absent;
}

// Near which of the places where a revision, of 32 bits or of 64, has an end.
std::uint64_t revision_class(std::uint64_t revision) {
  constexpr std::uint64_t kEnd = 0xffffffffU;
  if (revision < 2) return 0;
  if (revision < 2048) return 1;
  if (revision <= kEnd) return revision == kEnd ? 3 : 2;
  return revision < ~std::uint64_t{64} ? 4 : 5;
}

std::uint64_t relation(std::uint64_t expected, std::uint64_t now) {
  if (expected == now) return 0;
  if (static_cast<std::uint32_t>(expected) == static_cast<std::uint32_t>(now)) return 1;
  return expected < now ? 2 : 3;
}

// None, some or all.
std::uint64_t share(int some, int all) {
  return some == 0 ? 0U : some == all ? 2U : 1U;
}

}  // namespace

enum class Encounter::Fact : std::uint8_t {
  clause,
  all_met,
  also_met,
  fate,
  point,
  flags,
  flag,
  prog,
  link,
  relative,
  old,
  same_twice,
  apart,
  arrays,
  array,
  room,
  fault,
  bits,
  revision,
  says,
  caller,
  qdisc,
  change,
  size,
  dirty,
  space,
  peer,
  attribute,
  value,
  bytes,
  carries,
  chain,
  priority,
  handle,
  length,
  capacity,
  links_of_list,
  revision_of_list,
  ends,
  filters,
  links_of_filters,
  qdisc_there,
  device,  // and one for each attribute that a device shows
  other_device = device + kKeys + 1,
};

void Encounter::add(Fact fact, std::uint64_t value) {
  if (count_ == facts_.size()) return;
  facts_[count_++] = hashed(value ^ static_cast<std::uint64_t>(fact) << 56);
}

void Encounter::look(const World& w, const Operation& op) {
  count_ = 2;  // the first two are of what it comes to
  const auto at = w.concerns(op);
  const Chain* const list = at ? w.chain(*at) : nullptr;
  look_at_references(w, list, op);
  look_at_fields(w, list, op);
  if (list) look_at_list(*list);
  const std::uint8_t d = op.point.device;
  if (!w.device_present(d)) return;
  if (of_netkit(op.verb) || of_netkit(op.point.hook) || op.verb == Verb::remove) {
    const DeviceView view = w.view(d);
    look_at_device(view, false);
    if (view.there && view.link < kMaxDevices) look_at_device(w.view(view.link), true);
  }
  if (of_filters(op.verb) || op.verb == Verb::qdisc || op.verb == Verb::remove ||
      op.verb == Verb::packet)
    look_at_filters(w, d);
}

void Encounter::look_at_references(const World& w, const Chain* list, const Operation& op) {
  if (op.prog.given()) add(Fact::prog, class_of(w, list, op.prog));
  if (op.link.given() && !has_trait(op.verb, Trait::makes_link))
    add(Fact::link, class_of(w, list, op.link));
  if (op.old.given()) {
    add(Fact::old, class_of(w, list, op.old));
    add(Fact::same_twice, op.old == op.prog ? 0 : 1);
  }
  if (!op.relative.given()) return;
  add(Fact::relative, class_of(w, list, op.relative));
  if (!op.prog.given()) return;
  add(Fact::same_twice, op.relative == op.prog ? 2 : 3);
  if (!list || op.relative.kind != Ref::Kind::prog || op.prog.kind != Ref::Kind::prog) return;
  const auto a = list->find(Prog{op.prog.raw}), b = list->find(Prog{op.relative.raw});
  if (a.exists && b.exists)
    add(Fact::apart, static_cast<std::uint64_t>(std::clamp(b.index - a.index, -2, 2) + 2));
}

void Encounter::look_at_fields(const World& w, const Chain* list, const Operation& op) {
  if (op.point != kNoPoint)
    add(Fact::point, Packed().with(op.point.hook).with(device_class(w, op.point.device)).value());
  if (op.flags) add(Fact::flags, op.flags);
  for (unsigned bit = 0; bit < 8; ++bit)
    if (op.flags >> bit & 1) add(Fact::flag, bit);
  if (has_trait(op.verb, Trait::only_asks) && takes<&Operation::arrays>(op.verb)) {
    add(Fact::arrays, op.arrays);
    for (unsigned bit = 0; bit < 4; ++bit)
      if (op.arrays >> bit & 1) add(Fact::array, bit);
    const int size = list ? list->size() : -1;
    add(Fact::room, op.room == 0      ? 0U
                    : size < 0        ? 4U
                    : op.room < size  ? 1U
                    : op.room == size ? 2U
                                      : 3U);
    if (op.fault) add(Fact::fault, 1);
  }
  if (op.bits) add(Fact::bits, op.bits);
  if (op.revision) add(Fact::revision, relation(op.revision, list ? list->revision() : 0));
  for (const Says& s : op.says)
    if (s.action != Action::next)
      add(Fact::says, Packed().with(s.action).with(place_of(list, s.prog)).value());
  if (op.caller != Caller::root) add(Fact::caller, static_cast<std::uint64_t>(op.caller));
  if (takes<&Operation::kind>(op.verb)) add(Fact::qdisc, static_cast<std::uint64_t>(op.kind));
  if (takes<&Operation::change>(op.verb)) add(Fact::change, static_cast<std::uint64_t>(op.change));
  if (op.size != kWhole) add(Fact::size, op.size);
  if (op.dirty != kClean) add(Fact::dirty, op.dirty);
  if (op.space) add(Fact::space, op.space);
  if (takes<&Operation::peer>(op.verb))
    add(Fact::peer,
        op.peer == op.point.device ? 9 : static_cast<unsigned>(device_class(w, op.peer)));
  for (const Attr& a : op.attrs) {
    if (a.key == Key::none) continue;
    const std::uint64_t key = Packed().with(a.form).value() | static_cast<std::uint64_t>(a.key)
                                                                  << 4;
    add(Fact::attribute, static_cast<std::uint64_t>(a.key));
    add(Fact::value, key | std::uint64_t{a.value} << 12);
  }
  if (takes<&Operation::bytes>(op.verb)) {
    add(Fact::bytes, op.bytes);
    add(Fact::carries, Packed().with(op.mark).with(op.priority).value());
  }
  if (of_filters(op.verb)) {
    add(Fact::chain, op.key.chain);
    add(Fact::priority, op.key.priority);
    add(Fact::handle, op.key.handle);
  }
}

void Encounter::look_at_list(const Chain& list) {
  const int size = list.size(), capacity = list.capacity();
  int links = 0;
  for (int i = 0; i < size; ++i) links += list.at(i).link != kNoLink;
  // Up to three, or how much is left of it at the other end.
  add(Fact::length, size >= capacity - 1 ? static_cast<std::uint64_t>(7 - (capacity - size))
                                         : static_cast<std::uint64_t>(std::min(size, 3)));
  add(Fact::capacity, static_cast<std::uint64_t>(std::min(capacity, 3)));
  add(Fact::links_of_list, share(links, size));
  add(Fact::revision_of_list, revision_class(list.revision()));
  if (size != 0)
    add(Fact::ends, std::uint64_t{list.at(0).flags} | std::uint64_t{list.at(size - 1).flags} << 8);
}

void Encounter::look_at_device(const DeviceView& d, bool other_side) {
  const Fact first = other_side ? Fact::other_device : Fact::device;
  add(first, Packed()
                 .with(d.there)
                 .with(d.up)
                 .with(d.carrier)
                 .with(d.primary)
                 .with(d.link == kNoDevice)
                 .value());
  if (!d.there) return;
  for (const Key key : kAllKeys) {
    const ShownIn& shown = row(key).shown_in;
    // Its name says nothing, and whether it is up was said.
    if (!shown || key == Key::name || key == Key::state || key == Key::primary) continue;
    add(static_cast<Fact>(static_cast<unsigned>(first) + static_cast<unsigned>(key) + 1),
        shown.get(d));
  }
}

void Encounter::look_at_filters(const World& w, std::uint8_t device) {
  int all = 0, links = 0;
  for (const Filter& f : w.filters(device)) {
    all += f.there;
    links += f.there && f.link != kNoLink;
  }
  add(Fact::filters, static_cast<std::uint64_t>(std::min(all, 3)));
  add(Fact::links_of_filters, share(links, all));
  add(Fact::qdisc_there, static_cast<std::uint64_t>(w.qdisc(device)));
}

void Encounter::features(const Operation& op, const Prediction& came_to,
                         std::vector<std::uint16_t>& out) {
  const Decision& d = came_to.decision;
  const Observation& seen = came_to.observation;
  const std::size_t looked_at = count_;
  count_ = 0;
  add(Fact::clause, d.rule);
  add(Fact::all_met, d.met);
  count_ = looked_at;
  for (std::uint64_t rest = d.met & ~(std::uint64_t{1} << d.rule); rest != 0; rest &= rest - 1)
    add(Fact::also_met, static_cast<std::uint64_t>(std::countr_zero(rest)));
  if (seen.fate != Fate::none || op.verb == Verb::send) {
    const std::uint64_t met = op.verb == Verb::send ? seen.journey.met : seen.answer.filled;
    add(Fact::fate, Packed()
                        .with(seen.fate)
                        .with(std::min<std::uint64_t>(met, 3))
                        .with(op.mark)
                        .with(op.priority)
                        .value());
  }
  const std::uint32_t verb = hashed(static_cast<std::uint64_t>(op.verb) + 1);
  std::uint32_t all = verb;
  const auto put = [&](std::uint32_t feature) {
    out.push_back(static_cast<std::uint16_t>(feature % kFeatures));
  };
  for (std::size_t i = 0; i < count_; ++i) {
    all = hashed(std::uint64_t{all} << 32 | facts_[i]);
    put(hashed(std::uint64_t{facts_[i]} << 32 | (facts_[0] ^ verb)));
  }
  put(all);
}

}  // namespace mprogcheck
