// SPDX-License-Identifier: GPL-2.0-only
// Draws the operations of a trace.
//
// The generator reads the World in order to reach rare states on purpose (a full list, one below
// it, empty after use, link-owned neighbours, both ends taken, stale revisions, the same program in
// the other direction). It never waits for a target. What it draws always passes NameCheck.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "model/words/bpf_attribute.hpp"
#include "model/words/choices.hpp"
#include "model/words/forms.hpp"
#include "model/world/world.hpp"
#include "props/generate/device_generator.hpp"
#include "props/generate/filter_generator.hpp"
#include "props/generate/kinds.hpp"
#include "props/generate/scope.hpp"

namespace mprogcheck {

template <Choices C>
class Generator {
 public:
  Generator(C& choices, const Scope& scope)
      : c_(choices), s_(scope), netkit_(c_, s_), filters_(c_, s_) {}
  Generator(const Generator&) = delete;  // its parts refer to each other

  // The next operation of a trace whose operations so far led to `world`.
  Operation next(const World& world) {
    Operation op;
    next(world, op);
    return op;
  }

  // Goes on where another one is, of the same scope.
  void go_on_from(const Generator& o) { filled_ = o.filled_, netkit_.go_on_from(o.netkit_); }

  // Likewise in place, from constants: a processor waits where it copies what was just stored.
  void next(const World& world, Operation& op) {
    static constexpr Operation kFresh{};
    op = kFresh;
    if (filled_ < s_.prefill) return fill(op);
    if (s_.netkit && (!netkit_.named_any() || one_in(c_, 3))) return of_device(world, op);
    if (s_.filters && c_.below(2) == 0) return filters_.next(world, op);
    of_list(world, op);
    if (s_.hazards && has_trait(op.verb, Trait::bpf) && one_in(c_, 25)) odd(op);
  }

 private:
  using Kind = KindOf<Generator>;
  template <std::size_t N>
  void draw(const World& world, Operation& op, const std::array<Kind, N>& kinds,
            const Weights<N>& weights) {
    const Kind& kind = kinds[pick(c_, weights)];
    op.verb = kind.verb;
    (this->*kind.fields)(world, op);
  }

  void of_list(const World& world, Operation& op) {
    static constexpr std::array kKinds{
        Kind{Verb::attach, 340, &Generator::insert},
        Kind{Verb::detach, 200, &Generator::remove},
        Kind{Verb::query, 90, &Generator::query},
        Kind{Verb::link_create, 140, &Generator::insert, need::more_links},
        Kind{Verb::link_update, 90, &Generator::link_update, need::links},
        Kind{Verb::link_detach, 40, &Generator::link_detach, need::links},
        Kind{Verb::close, 50, &Generator::close},
        Kind{Verb::packet, 45, &Generator::packet, need::packets},
        Kind{Verb::remove, 2, &Generator::remove_device, need::removes},
        Kind{Verb::info, 12, &Generator::info, need::links},
        Kind{Verb::fdinfo, 8, &Generator::fdinfo, need::links},
        Kind{Verb::qdisc, 20, &Generator::qdisc, need::qdiscs}};
    static constexpr auto kWeights = weights_of(kKinds);
    const std::uint32_t there = (world.links_named() != 0 ? need::links : 0) |
                                (world.links_named() < s_.links ? need::more_links : 0) |
                                (s_.packets ? need::packets : 0) |
                                (s_.removes ? need::removes : 0) | (s_.qdiscs ? need::qdiscs : 0);
    draw(world, op, kKinds, kWeights[there]);
  }

  void of_device(const World& world, Operation& op) {
    using Of = DeviceGenerator<C>;
    static constexpr std::array kKinds{
        Kind{Verb::create, 12, &Generator::template by_netkit<&Of::create>},
        Kind{Verb::change, 10, &Generator::template by_netkit<&Of::change>},
        Kind{Verb::set, 28, &Generator::template by_netkit<&Of::set>},
        Kind{Verb::send, 45, &Generator::send}, Kind{Verb::remove, 4, &Generator::remove_netkit}};
    static constexpr auto kWeights = weights_of(kKinds);
    op.point.hook = Hook::ingress;
    if (netkit_.named_any() && (netkit_.any_there(world) || one_in(c_, 8)))
      return draw(world, op, kKinds, kWeights[0]);
    op.verb = Verb::create;
    netkit_.create(world, op);
  }

  template <auto fields>
  void by_netkit(const World& world, Operation& op) {
    (netkit_.*fields)(world, op);
  }

  // Where no packet could get anywhere something is set up first.
  void send(const World& world, Operation& op) {
    if (netkit_.any_connected(world) || one_in(c_, 4)) return netkit_.send(world, op);
    op.verb = Verb::set;
    netkit_.set(world, op);
  }

  void remove_netkit(const World& world, Operation& op) {
    op.point = {netkit_.device(world, !one_in(c_, 8)), Hook::ingress};
    if (!one_in(c_, 8)) return;
    op.point.device = kAllDevices;
    op.space = static_cast<std::uint8_t>(c_.below(2));
  }

  void link_detach(const World& world, Operation& op) { op.link = some_link(world); }

  void close(const World& world, Operation& op) {
    const bool link = world.links_named() != 0 && !one_in(c_, 4);
    op.prog = link ? ref(named_link(world)) : ref(any_prog());
  }

  void remove_device(const World&, Operation& op) {
    op.point = {one_in(c_, 5) ? kAllDevices : some_device(), Hook::ingress};
    if (s_.netkit && op.point.device == kAllDevices)
      op.space = static_cast<std::uint8_t>(c_.below(2));
  }

  void info(const World& world, Operation& op) {
    op.link = mistake(20) ? wrong_link() : ref(named_link(world));
  }

  void fdinfo(const World& world, Operation& op) { op.link = ref(named_link(world)); }

  void qdisc(const World&, Operation& op) {
    op.point = {some_device(), Hook::ingress};
    op.change = static_cast<TcChange>(c_.below(3));
    if (op.change != TcChange::remove) op.kind = c_.below(2) ? Qdisc::ingress : Qdisc::clsact;
  }

  void fill(Operation& op) {
    if (s_.netkit && !netkit_.named_any()) return netkit_.plain(op);
    op.verb = Verb::attach;
    op.point = s_.netkit ? Point{s_.devices, Hook::primary} : Point{0, Hook::ingress};
    op.prog = ref(Prog{filled_++});
  }

  // Another caller, or an attribute that is not just its fields.
  void odd(Operation& op) {
    const std::span<const std::uint8_t> sizes = sizes_of(op.verb);
    const auto end = static_cast<std::uint32_t>(attribute_size(op.verb));
    const auto of_memory = [&](std::uint32_t weight) { return s_.memory ? weight : 0U; };
    switch (
        pick(c_, std::array<std::uint32_t, 5>{3, 2, of_memory(3), of_memory(2), of_memory(3)})) {
      case 0:
        op.caller = Caller::nobody;
        break;
      case 1:
        op.caller = Caller::userns;
        break;
      case 2:
        op.size = sizes[c_.below(static_cast<std::uint32_t>(sizes.size() - 1))];
        break;
      case 3: {
        const std::uint32_t longer[] = {end + 1, end + 8, 256, kPage, kPage + 1, kLongestAttribute};
        op.size = static_cast<std::uint16_t>(longer[c_.below(6)]);
        break;
      }
      default: {
        const words::Gaps& gaps = form(op.verb).gaps;
        const std::uint32_t gap = gaps.end != 0 ? gaps.begin : end;
        const std::uint32_t flags = gaps.flags_end != 0 ? gaps.flags_begin : 120U;
        const std::uint32_t dirty[] = {end, gap, end + 8, flags, 400, kPage - 1};
        op.dirty = static_cast<std::uint16_t>(dirty[c_.below(6)]);
        break;
      }
    }
  }

  bool mistake(std::uint32_t n) { return s_.mistakes && one_in(c_, n); }
  void some_point(const World& world, Operation& op) {
    if (netkit_.named_any() && !one_in(c_, 4)) return netkit_.point(world, op);
    op.point = some_point();
  }

  Point some_point() {
    Point p{0, Hook::ingress};
    if (s_.devices > 1) p.device = static_cast<std::uint8_t>(c_.below(s_.devices));
    if (one_in(c_, 4)) p.hook = Hook::egress;
    if (mistake(100)) {
      if (c_.below(2))
        p.hook = Hook::bogus;
      else
        p.device = kNoDevice;
    }
    return p;
  }

  std::uint8_t some_device() { return static_cast<std::uint8_t>(c_.below(s_.devices)); }
  Ref wrong_link() {
    static constexpr Ref::Kind kKinds[] = {Ref::Kind::bad, Ref::Kind::file, Ref::Kind::none};
    return {kKinds[c_.below(3)], 0};
  }

  Prog any_prog() {
    return Prog{static_cast<std::uint8_t>(
        c_.below(std::uint32_t{s_.progs} + (s_.mistakes ? s_.others : 0U)))};
  }
  Prog right_prog() { return Prog{static_cast<std::uint8_t>(c_.below(s_.progs))}; }
  Link named_link(const World& w) {
    return Link{static_cast<std::uint8_t>(c_.below(w.links_named()))};
  }

  // Not on the list, if that can be had in a few tries.
  Prog absent_prog(const Chain& chain) {
    Prog p = right_prog();
    for (int tries = 0; tries < 3 && chain.find(p).exists; ++tries)
      p = Prog{static_cast<std::uint8_t>((p.raw + 1) % s_.progs)};
    return p;
  }
  // On the list, mind its ends.
  Entry present(const Chain& chain) {
    const std::uint32_t last = static_cast<std::uint32_t>(chain.size()) - 1;
    const std::uint32_t kind = pick(c_, std::array<std::uint32_t, 3>{25, 25, 50});
    const std::uint32_t any = kind == 2 ? c_.below(last + 1) : 0;
    return chain.at(static_cast<int>(kind == 1 ? last : any));
  }

  Ref wrong(const World& w) {
    switch (pick(c_, std::array<std::uint32_t, 7>{3, 2, 2, 2, w.links_named() ? 2U : 0U,
                                                  s_.hazards ? 2U : 0U, s_.hazards ? 1U : 0U})) {
      case 0:
        return {Ref::Kind::bad, 0};
      case 1:
        return {Ref::Kind::file, 0};
      case 2:
        return {Ref::Kind::none, 0};
      case 3:
        return ref(any_prog());
      case 4:
        return ref(named_link(w));
      case 5:
        return {Ref::Kind::foreign, some_foreign()};
      default:
        return {Ref::Kind::map, 0};
    }
  }
  std::uint8_t some_foreign() {
    const auto n = static_cast<std::uint32_t>(s_.foreign.size());
    return static_cast<std::uint8_t>(s_.foreign[n == 1 ? 0 : c_.below(n)]);
  }
  Ref wrong_prog(const World& w) {
    Ref r = wrong(w);
    return r.kind == Ref::Kind::foreign ? Ref{Ref::Kind::file, 0} : r;
  }
  Ref some_link(const World& w) {
    return mistake(12) || !w.links_named() ? wrong_prog(w) : ref(named_link(w));
  }

  static const Chain& nothing() {
    static const Chain chain;
    return chain;
  }
  const Chain& list_at(const World& w, Point p) const {
    return w.chain(p) ? *w.chain(p) : nothing();
  }
  const Chain& list_asked(const World& w, const Operation& op) const {
    const auto at = w.located(op.point, op.space);
    return at ? *w.chain(*at) : nothing();
  }

  // BEFORE, AFTER, REPLACE and their combinations; FIRST and LAST where the dialect has them.
  std::uint8_t directives() {
    static constexpr std::uint8_t kSome[] = {0, flag::before, flag::after, flag::replace};
    std::uint8_t flags = 0;
    const std::uint32_t kind = pick(c_, std::array<std::uint32_t, 5>{28, 22, 22, 14, 14});
    if (kind < 4)
      flags = kSome[kind];
    else
      flags = static_cast<std::uint8_t>(c_.below(8));
    if (s_.dialect->has_ends()) switch (pick(c_, std::array<std::uint32_t, 4>{64, 15, 15, 6})) {
        case 1:
          flags |= flag::first;
          break;
        case 2:
          flags |= flag::last;
          break;
        case 3:
          flags |= flag::first | flag::last;
      }
    return flags;
  }

  // The relative object: mostly an entry of the list, as program or link, by descriptor or id.
  void relative(const World& w, Operation& op) {
    const Chain& chain = list_asked(w, op);
    const bool uses =
        op.flags & (flag::before | flag::after) || (!s_.dialect->has_old && op.has(flag::replace));
    const bool filled = chain.size() != 0;
    const std::uint32_t none = uses ? 22 : 92;
    switch (pick(
        c_, std::array<std::uint32_t, 5>{none,
                                         filled && uses ? 60U
                                         : filled       ? 3U
                                                        : 0U,
                                         8U, w.links_named() ? 5U : 0U, s_.mistakes ? 4U : 0U})) {
      case 0:
        break;
      case 1: {
        const Entry e = present(chain);
        op.relative = ref(e.prog);
        if (e.link != kNoLink && c_.below(2)) by_link(op, e.link);
        if (one_in(c_, 4)) op.flags |= flag::id;
        break;
      }
      case 2:
        op.relative = ref(any_prog());
        if (one_in(c_, 4)) op.flags |= flag::id;
        break;
      case 3:
        by_link(op, named_link(w));
        if (one_in(c_, 4)) op.flags |= flag::id;
        break;
      default:
        op.relative = wrong(w);
        if (c_.below(2)) op.flags |= flag::link;
        if (c_.below(2)) op.flags |= flag::id;
        break;
    }
    // Ids of programs and links are different number spaces, and files have none.
    if (op.has(flag::id)) {
      const bool fits =
          op.relative.kind == Ref::Kind::none || op.relative.kind == Ref::Kind::bad ||
          op.relative.kind == (op.has(flag::link) ? Ref::Kind::link : Ref::Kind::prog);
      if (!fits) op.flags &= static_cast<std::uint8_t>(~flag::id);
    }
  }
  static void by_link(Operation& op, Link l) {
    op.flags |= flag::link;
    op.relative = ref(l);
  }

  void expectation(const Chain& chain, Operation& op) {
    if (!one_in(c_, 4)) return;
    const std::uint64_t now = chain.revision();
    switch (pick(c_, std::array<std::uint32_t, 4>{48, 32, 10, 10})) {
      case 0:
        op.revision = now;
        break;
      case 1:
        op.revision = now > 1 ? now - 1 : now + 1;
        break;
      case 2:
        op.revision = now + 1;
        break;
      default:
        op.revision = now + (1ULL << 32);
        break;
    }
    op.revision &= s_.dialect->last_revision;
  }

  void extra_bits(Operation& op) {
    static constexpr std::uint32_t kBits[] = {1U << 0, 1U << 1, 1U << 9, 1U << 31};
    if (mistake(80)) op.bits = kBits[c_.below(4)];
  }

  void insert(const World& w, Operation& op) {
    some_point(w, op);
    const Chain& chain = list_asked(w, op);
    if (has_trait(op.verb, Trait::makes_link))
      op.link = ref(Link{static_cast<std::uint8_t>(w.links_named())});
    op.prog = mistake(60) ? wrong_prog(w) : ref(one_in(c_, 8) ? any_prog() : absent_prog(chain));
    op.flags = directives();
    if (takes<&Operation::old>(op.verb) && s_.dialect->has_old) {
      if (op.has(flag::replace))
        op.old = mistake(16)
                     ? wrong_prog(w)
                     : ref(chain.size() == 0 || one_in(c_, 8) ? any_prog() : present(chain).prog);
      else if (mistake(60))
        op.old = ref(any_prog());
    }
    relative(w, op);
    expectation(chain, op);
    extra_bits(op);
  }

  void remove(const World& w, Operation& op) {
    some_point(w, op);
    const Chain& chain = list_asked(w, op);
    if (chain.size() != 0 && c_.below(2) == 0)
      op.prog = ref(present(chain).prog);
    else if (one_in(c_, 8))
      op.prog = ref(any_prog());
    else if (mistake(40))
      op.prog = wrong_prog(w);
    op.flags = directives();
    if (op.has(flag::replace) && !one_in(c_, 4))
      op.flags &= static_cast<std::uint8_t>(~flag::replace);
    if (s_.dialect->has_old && mistake(80)) op.old = ref(any_prog());
    relative(w, op);
    expectation(chain, op);
    extra_bits(op);
  }

  void query(const World& world, Operation& op) {
    some_point(world, op);
    op.room = static_cast<std::uint8_t>(
        one_in(c_, 2) ? kMaxCapacity + 1 : c_.below(std::min<std::uint32_t>(s_.capacity, 8) + 2));
    op.arrays = static_cast<std::uint8_t>(15 - c_.below(16));
    op.fault = mistake(50) && s_.memory;
    if (mistake(50)) op.bits = 1 + c_.below(2);
  }

  void link_update(const World& w, Operation& op) {
    op.link = some_link(w);
    const LinkState* l = op.link.kind == Ref::Kind::link ? &w.link(Link{op.link.raw}) : nullptr;
    const Chain& chain = l && l->attached ? list_at(w, l->point) : nothing();
    op.prog = mistake(30) ? wrong_prog(w) : ref(one_in(c_, 3) ? any_prog() : absent_prog(chain));
    if (c_.below(3) == 0) {
      op.flags = flag::replace;
      op.old = mistake(16) ? wrong_prog(w) : ref(l && !one_in(c_, 4) ? l->prog : any_prog());
    } else if (mistake(30)) {
      op.old = ref(any_prog());
    }
    if (mistake(60)) op.bits = 1U << 3;
  }

  void packet(const World&, Operation& op) {
    op.point = some_point();
    for (Says& says : op.says) {
      if (c_.below(2) == 0) continue;
      says = {right_prog(), static_cast<Action>(1 + c_.below(3))};
    }
    if (op.says[0].prog == op.says[1].prog || op.says[0].action == Action::next) {
      if (op.says[0].action == Action::next) op.says[0] = op.says[1];
      op.says[1] = {};
    }
  }

  C& c_;
  Scope s_;
  DeviceGenerator<C> netkit_;
  FilterGenerator<C> filters_;
  std::uint8_t filled_ = 0;
};

}  // namespace mprogcheck
