// SPDX-License-Identifier: GPL-2.0-only
// Requests about filters, and packets to them, drawn as generator.hpp draws the others.
#pragma once

#include <array>
#include <cstdint>

#include "model/words/choices.hpp"
#include "model/words/forms.hpp"
#include "model/world/world.hpp"
#include "props/generate/scope.hpp"

namespace mprogcheck {

template <Choices C>
class FilterGenerator {
 public:
  FilterGenerator(C& choices, const Scope& scope) : c_(choices), s_(scope) {}

  void next(const World& w, Operation& op) {
    op.point = {static_cast<std::uint8_t>(c_.below(s_.devices)),
                one_in(c_, 5) ? Hook::egress : Hook::ingress};
    // Without a qdisc nothing else comes of it.
    if (w.qdisc(op.point.device) == Qdisc::none && !one_in(c_, 8)) return qdisc(op, TcChange::add);
    struct Kind {
      Verb verb;
      std::uint32_t weight;
      void (FilterGenerator::*fields)(const World& w, Operation& op);
    };
    const bool more_links = w.links_named() < s_.links;
    const std::array kinds{
        Kind{Verb::filter, 40, &FilterGenerator::filter},
        Kind{Verb::filter_link, more_links ? 30U : 0U, &FilterGenerator::filter_link},
        Kind{Verb::packet, s_.packets ? 14U : 0U, &FilterGenerator::packet},
        Kind{Verb::chain, 8, &FilterGenerator::chain},
        Kind{Verb::qdisc, 6, &FilterGenerator::other_qdisc},
        Kind{Verb::remove, s_.removes ? 2U : 0U, &FilterGenerator::remove_device}};
    std::array<std::uint32_t, kinds.size()> weights;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = kinds[i].weight;
    const Kind& kind = kinds[pick(c_, weights)];
    op.verb = kind.verb;
    (this->*kind.fields)(w, op);
    if (!of_filters(op.verb)) return;
    if (s_.mistakes && one_in(c_, 40)) op.point.device = kNoDevice;
    if (s_.hazards && one_in(c_, 25)) op.caller = c_.below(2) ? Caller::userns : Caller::nobody;
  }

 private:
  void filter_link(const World& w, Operation& op) {
    op.link = ref(Link{static_cast<std::uint8_t>(w.links_named())});
    op.key = key(w, op);
    op.key.chain = 0;
    op.prog = prog();
    flags(op);
  }

  void chain(const World&, Operation& op) {
    if (one_in(c_, 4)) op.key.chain = 1;
  }

  void other_qdisc(const World&, Operation& op) {
    qdisc(op, c_.below(2) ? TcChange::remove : TcChange::replace);
  }

  void remove_device(const World&, Operation& op) { op.point.hook = Hook::ingress; }

  void qdisc(Operation& op, TcChange change) {
    op.verb = Verb::qdisc;
    op.point.hook = Hook::ingress;
    op.change = change;
    if (change != TcChange::remove) op.kind = one_in(c_, 4) ? Qdisc::ingress : Qdisc::clsact;
  }

  void filter(const World& w, Operation& op) {
    static constexpr TcChange kAsked[] = {TcChange::add, TcChange::replace, TcChange::change,
                                          TcChange::remove};
    op.change = kAsked[pick(c_, std::array<std::uint32_t, 4>{45, 20, 15, 20})];
    op.key = key(w, op);
    if (op.change == TcChange::remove) return;
    op.prog = prog();
    flags(op);
  }

  // The place of a filter that is there, every other time, if there is any.
  FilterKey key(const World& w, const Operation& op) {
    FilterKey k;
    if (c_.below(2) == 0) {
      const Filters& filters = w.filters(op.point.device);
      const std::uint32_t first = c_.below(kFiltersOfHook);
      for (std::uint32_t i = 0; i < kFiltersOfHook; ++i) {
        const auto at = static_cast<std::uint8_t>((first + i) % kFiltersOfHook);
        k = {static_cast<std::uint8_t>(at / kFiltersOfChain),
             static_cast<std::uint8_t>(at % kFiltersOfChain / kHandles + 1),
             static_cast<std::uint8_t>(at % kHandles + 1)};
        if (filters[filter_index(op.point.hook, k)].there) return k;
      }
    }
    k = {.chain = one_in(c_, 5),
         .priority = static_cast<std::uint8_t>(1 + c_.below(kPriorities)),
         .handle = static_cast<std::uint8_t>(one_in(c_, 4) ? 1 + c_.below(kHandles) : 1U)};
    return k;
  }

  Ref prog() {
    if (s_.mistakes && one_in(c_, 30)) {
      static constexpr Ref::Kind kWrong[] = {Ref::Kind::bad, Ref::Kind::file, Ref::Kind::none};
      return {kWrong[c_.below(3)], 0};
    }
    const std::uint32_t others = s_.mistakes && one_in(c_, 30) ? s_.others : 0U;
    return ref(Prog{static_cast<std::uint8_t>(c_.below(s_.progs + others))});
  }

  void flags(Operation& op) {
    if (one_in(c_, 12)) op.bits |= kSkipHw;
    if (s_.mistakes && one_in(c_, 20)) op.bits |= kSkipSw;
    if (s_.mistakes && one_in(c_, 16)) op.bits |= 1U << (2 + c_.below(4));
  }

  // With a word of a filter's program, if there is one.
  void packet(const World& w, Operation& op) {
    const Filters& filters = w.filters(op.point.device);
    const std::size_t first = filter_index(op.point.hook, {});
    std::size_t speaks = 0;
    for (std::size_t i = 0; i < kFiltersOfHook && speaks < op.says.size(); ++i) {
      const Filter& filter = filters[first + i];
      if (!filter.there || c_.below(2) == 0) continue;
      if (speaks == 1 && op.says[0].prog == filter.prog) continue;
      op.says[speaks++] = {filter.prog, static_cast<Action>(1 + c_.below(3))};
    }
  }

  C& c_;
  const Scope& s_;
};

}  // namespace mprogcheck
