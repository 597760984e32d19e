// SPDX-License-Identifier: GPL-2.0-only
// Rules (or tables), each of its own type, in order.
//
// A std::tuple would do. Its constructors compare every element with those of every other overload,
// though: with tables of 40 rules each file that reads them compiles ten seconds longer.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace mprogcheck {

template <std::size_t, class Element>
struct At {
  Element element;
};

template <class Indices, class... Element>
struct SequenceAt;
template <std::size_t... I, class... Element>
struct SequenceAt<std::index_sequence<I...>, Element...> : At<I, Element>... {
  constexpr explicit SequenceAt(const Element&... element) : At<I, Element>{element}... {}

  // Calls visit(element, constant index) for each, in order.
  template <class Visit>
  constexpr void each(Visit&& visit) const {
    (visit(At<I, Element>::element, std::integral_constant<std::size_t, I>{}), ...);
  }
  template <class Visit>
  constexpr void each(Visit&& visit) {
    (visit(At<I, Element>::element, std::integral_constant<std::size_t, I>{}), ...);
  }

  // f(all elements)
  template <class F>
  constexpr decltype(auto) apply(F&& f) const {
    return f(At<I, Element>::element...);
  }
};

template <class... Element>
struct Sequence : SequenceAt<std::index_sequence_for<Element...>, Element...> {
  static constexpr std::size_t size = sizeof...(Element);
  constexpr explicit Sequence(const Element&... element)
      : SequenceAt<std::index_sequence_for<Element...>, Element...>(element...) {}
};
template <class... Element>
Sequence(const Element&...) -> Sequence<Element...>;

// The elements of all of them, in order.
template <class... A>
constexpr const Sequence<A...>& join(const Sequence<A...>& list) {
  return list;
}
template <class... A, class... B, class... More>
constexpr auto join(const Sequence<A...>& a, const Sequence<B...>& b, const More&... more) {
  return join(a.apply([&](const A&... of_a) {
    return b.apply([&](const B&... of_b) { return Sequence<A..., B...>(of_a..., of_b...); });
  }),
              more...);
}

}  // namespace mprogcheck
