// SPDX-License-Identifier: GPL-2.0-only
// Dialect rfc2, detach: a name, FIRST, LAST and one side mean one entry each, and all the same one.
#pragma once

#include "model/rules/rfc2.hpp"

namespace mprogcheck::rules::rfc2 {

template <class D>
struct RemoveFacts {
  using Bool = typename D::Bool;
  Request<D> r;
  Bool stale, empty, names, bare;
  Place<D> named;
  Bool named_is_head, named_is_tail, sole;
  Bool chosen;  // by name, FIRST or LAST
  Place<D> anchor;
  // What BEFORE or AFTER mean. Of both only one counts: AFTER of nothing, BEFORE of an object.
  Place<D> by_side;
  Place<D> by_choice;  // the entry named, or the head or tail FIRST or LAST mean
  Place<D> meant;
  Bool meant_owned;

  template <class Chain>
  static RemoveFacts of(const Chain& c, const Request<D>& r);
};

template <class D>
template <class Chain>
RemoveFacts<D> RemoveFacts<D>::of(const Chain& c, const Request<D>& r) {
  using Int = typename D::Int;
  using Bool = typename D::Bool;
  const Int last = c.size() - 1;
  const Bool filled = c.size() != Int(0);
  const Bool names = r.prog.usable();
  const Bool bare = mainline::is_bare(r);
  const auto at = c.find(r.prog.prog);
  const Place<D> named{names && at.exists, at.index};
  const auto anchor = mainline::anchor_of<D>(c, r);
  const auto regular_first = first_regular_of<D>(c);
  const auto regular_last = last_regular_of<D>(c);
  const Bool in_front = anchor.exists && anchor.index > Int(0);
  const Bool behind = anchor.exists && anchor.index < last;
  const Place<D> by_side{
      (r.before || r.after) &&
          D::ite(bare, D::ite(r.after, regular_last.exists, regular_first.exists),
                 D::ite(r.before, in_front, behind)),
      D::ite(bare, D::ite(r.after, regular_last.index, regular_first.index),
             D::ite(r.before, Int(anchor.index - 1), Int(anchor.index + 1)))};
  const Bool chosen = names || r.first || r.last;
  const Place<D> by_choice{D::ite(names, named.exists, Bool(filled && (r.first || r.last))),
                           D::ite(names, named.index, D::ite(r.first, Int(0), last))};
  const Place<D> meant{D::ite(chosen, by_choice.exists, by_side.exists),
                       D::ite(chosen, by_choice.index, by_side.index)};
  return {.r = r,
          .stale = r.expects && r.expected != c.revision(),
          .empty = !filled,
          .names = names,
          .bare = bare,
          .named = named,
          .named_is_head = named.exists && named.index == Int(0),
          .named_is_tail = named.exists && named.index == last,
          .sole = c.size() == Int(1),
          .chosen = chosen,
          .anchor = anchor,
          .by_side = by_side,
          .by_choice = by_choice,
          .meant = meant,
          .meant_owned = meant.exists && c.owner(meant.index) != r.owner};
}

inline constexpr auto remove = join(
    stale, no_directive, relative_object, relative_foreign,
    Sequence{
        due("remove.replace", Errno::inval, "The request sets REPLACE, which detach does not have.",
            code(source::posting3("bpf_mprog_del")), [](const auto& f) { return f.r.replace; }),
        due("remove.first_not_head", Errno::noent,
            "FIRST means the head, and the list is empty or the named program is not the head.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return f.r.first && (f.empty || (f.names && !f.named_is_head)); }),
        due("remove.last_not_tail", Errno::noent,
            "LAST means the tail, and the list is empty or the request means another entry.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) {
              return f.r.last &&
                     (f.empty || (f.names && !f.named_is_tail) || (f.r.first && !f.sole));
            }),
        due("remove.chosen_twice", Errno::inval,
            "BEFORE or AFTER is set without a relative object, but a name, FIRST or LAST already "
            "chooses the entry.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return f.bare && (f.r.before || f.r.after) && f.chosen; }),
        due("remove.no_neighbour", Errno::noent,
            "BEFORE or AFTER is set, and means no entry. The relative object is not on the list or "
            "has no neighbour on that side; or there is none, and the list is empty, or its only "
            "entry is FIRST (BEFORE) or LAST (AFTER). Of both, BEFORE counts with an object, and "
            "AFTER without.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) {
              return (f.bare || f.r.relative.usable()) && (f.r.before || f.r.after) &&
                     !f.by_side.exists;
            }),
        due("remove.differs", Errno::noent,
            "The entry that a name, FIRST or LAST chooses is not the neighbour.",
            code(source::posting3("bpf_mprog_del"), source::posting3("can also be combined")),
            [](const auto& f) {
              return f.chosen && !f.bare && mainline::differ(f.by_choice, f.by_side);
            }),
        due("remove.nothing_meant", Errno::noent,
            "The request gives neither a program nor a directive.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.chosen && !f.r.before && !f.r.after; }),
        due("remove.owned", Errno::busy, "A link owns the entry that the request means.",
            code(source::posting3("bpf_mprog_del")), [](const auto& f) { return f.meant_owned; }),
        due("remove.absent", Errno::noent,
            "The named program is not on the list. The code of the posting says so of a list that "
            "has entries; of a list that has become empty it reports success, and removes nothing.",
            house(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return f.names && !f.named.exists; }),
        effect(
            "remove.named", Change::remove, "The entry of the named program is removed.",
            document(source::uapi("BPF_PROG_DETACH"),
                     source::posting3("prog-based attach/detach and link API"),
                     source::posting3("bpf_mprog_del")),
            [](const auto& f) { return f.names; }, [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.end", Change::remove, "FIRST removes the head, LAST the tail.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.names && f.chosen; },
            [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.regular", Change::remove,
            "BEFORE or AFTER is set without a relative object. BEFORE removes the first entry that "
            "is not FIRST, AFTER the last that is not LAST, and so do both together.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.chosen && f.bare; },
            [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.neighbour", Change::remove,
            "The entry immediately before or after the relative object is removed; if BEFORE and "
            "AFTER are set, the one before.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.chosen && !f.bare; },
            [](const auto& f) { return f.meant.index; }),
    });

inline constexpr auto detach =
    cite(cite(join(front_attribute, front_caller, front_flags, front_named, front_device, remove),
              kRelative),
         kDetach);

}  // namespace mprogcheck::rules::rfc2
