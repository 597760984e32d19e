// SPDX-License-Identifier: GPL-2.0-only
// Dialect rfc2: FIRST and LAST, held for the life of the entry (seed 003; never merged in this
// form).
//
// REPLACE means the relative object here. BEFORE and AFTER of nothing mean the first entry that is
// not FIRST, the last that is not LAST.
#pragma once

#include "model/rules/mainline.hpp"
#include "model/rules/rfc2_sources.hpp"

namespace mprogcheck::rules::rfc2 {

template <class D>
struct InsertFacts {
  using Bool = typename D::Bool;
  Request<D> r;
  Bool stale, on_list, full, empty, bare;
  Bool plain, ends;  // neither REPLACE, FIRST nor LAST; FIRST or LAST without REPLACE
  Bool head_is_first, tail_is_last;  // both ends taken
  Place<D> anchor;
  Bool anchor_is_head, anchor_is_tail, anchor_is_first, anchor_is_last;
  Place<D> replaced;
  Bool replaces_itself, replaced_owner_differs;
  Place<D> first_regular,
      last_regular;            // the first entry that is not FIRST, the last that is not LAST
  Bool appends;                // no directive, or one of nothing where no entry is regular
  Bool locked;                 // the tail is FIRST and LAST: no room behind it
  typename D::Int head, tail;  // the first index, and one behind the last

  template <class Chain>
  static InsertFacts of(const Chain& c, const Request<D>& r);
};

template <class D, class Chain>
Place<D> first_regular_of(const Chain& c) {
  using Int = typename D::Int;
  const Int at = D::ite(c.is_first(Int(0)), Int(1), Int(0));
  return {at < c.size(), at};
}

template <class D, class Chain>
Place<D> last_regular_of(const Chain& c) {
  using Int = typename D::Int;
  const Int last = c.size() - 1;
  const Int at = D::ite(c.is_last(last), Int(last - 1), last);
  return {at >= Int(0), at};
}

template <class D>
template <class Chain>
InsertFacts<D> InsertFacts<D>::of(const Chain& c, const Request<D>& r) {
  using Int = typename D::Int;
  using Bool = typename D::Bool;
  const Int tail = c.size();
  const Int last = tail - 1;
  // On an empty list there is no head to ask about.
  const Bool filled = tail != Int(0);
  const Bool bare = mainline::is_bare(r);
  const auto anchor = mainline::anchor_of<D>(c, r);
  const auto regular_first = first_regular_of<D>(c);
  const auto regular_last = last_regular_of<D>(c);
  const Bool plain = !r.replace && !r.first && !r.last;
  return {
      .r = r,
      .stale = r.expects && r.expected != c.revision(),
      .on_list = r.prog.usable() && c.find(r.prog.prog).exists,
      .full = tail == c.capacity(),
      .empty = !filled,
      .bare = bare,
      .plain = plain,
      .ends = !r.replace && (r.first || r.last),
      .head_is_first = filled && c.is_first(Int(0)),
      .tail_is_last = filled && c.is_last(last),
      .anchor = anchor,
      .anchor_is_head = anchor.exists && anchor.index == Int(0),
      .anchor_is_tail = anchor.exists && anchor.index == last,
      .anchor_is_first = anchor.exists && c.is_first(anchor.index),
      .anchor_is_last = anchor.exists && c.is_last(anchor.index),
      .replaced = {r.replace && !r.by_link && anchor.exists, anchor.index},
      .replaces_itself = r.relative.usable() && r.prog.usable() && r.relative.prog == r.prog.prog,
      .replaced_owner_differs =
          r.replace && !r.by_link && anchor.exists && c.owner(anchor.index) != r.owner,
      .first_regular = regular_first,
      .last_regular = regular_last,
      .appends =
          plain && ((!r.before && !r.after) || (bare && ((r.before && !regular_first.exists) ||
                                                         (r.after && !regular_last.exists)))),
      .locked = filled && c.is_first(last) && c.is_last(last),
      .head = Int(0),
      .tail = tail};
}

inline constexpr auto no_directive = std::tuple{
    due("relative.no_directive", Errno::inval,
        "The request gives a relative object, ID or LINK, but sets none of REPLACE, BEFORE and "
        "AFTER.",
        code(source::posting3("bpf_mprog_tuple_relative")),
        [](const auto& f) {
          return !f.r.replace && !f.r.before && !f.r.after &&
                 (f.r.id || f.r.by_link || !f.r.relative.none);
        }),
};

inline constexpr auto replacing = std::tuple{
    due("replace.combined", Errno::inval, "REPLACE is combined with BEFORE, AFTER or LINK.",
        code(source::posting3("bpf_mprog_replace"), source::posting3("can also be combined")),
        [](const auto& f) { return f.r.replace && (f.r.before || f.r.after || f.r.by_link); }),
    due("replace.exists", Errno::exist,
        "The new program is already on the list, and is not the program to replace.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) { return f.r.replace && f.on_list && !f.replaces_itself; }),
    due("replace.absent", Errno::noent, "The program to replace is not on the list.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) {
          return f.r.replace && !f.r.by_link && (f.bare || f.r.relative.usable()) &&
                 !f.replaced.exists;
        }),
    due("replace.owned", Errno::busy,
        "The entry to replace does not have the owner of the request: its link, or none.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) { return f.replaced_owner_differs; }),
    due("replace.first", Errno::acces, "FIRST is set, and the entry to replace is not the head.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) { return f.replaced.exists && f.r.first && !f.anchor_is_head; }),
    due("replace.last", Errno::acces, "LAST is set, and the entry to replace is not the tail.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) { return f.replaced.exists && f.r.last && !f.anchor_is_tail; }),
};

inline constexpr auto both_ends = std::tuple{
    due("ends.exists", Errno::exist, "The program is already on this list, with or without a link.",
        code(source::posting3("bpf_mprog_head_tail")),
        [](const auto& f) { return f.ends && f.on_list; }),
    due("first.after", Errno::inval, "FIRST is combined with AFTER.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("can also be combined")),
        [](const auto& f) { return f.ends && f.r.first && f.r.after; }),
    due("first.taken", Errno::busy, "FIRST is set, and the head is already FIRST.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.ends && f.r.first && f.head_is_first; }),
    due("both.before", Errno::inval, "FIRST and LAST are combined with BEFORE.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("can also be combined")),
        [](const auto& f) { return f.ends && f.r.first && f.r.last && f.r.before; }),
    due("both.not_empty", Errno::busy, "FIRST and LAST are set, and the list is not empty.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.ends && f.r.first && f.r.last && !f.empty; }),
    due("first.not_head", Errno::busy,
        "FIRST and BEFORE are set, and the relative object is not the head.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("BPF_F_BEFORE will just prepend")),
        [](const auto& f) {
          return f.ends && f.r.first && !f.r.last && f.r.before &&
                 ((f.bare && !f.empty) || (f.r.relative.usable() && !f.anchor_is_head));
        }),
    due("last.before", Errno::inval, "LAST is combined with BEFORE.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("can also be combined")),
        [](const auto& f) { return f.ends && f.r.last && !f.r.first && f.r.before; }),
    due("last.taken", Errno::busy, "LAST is set, and the tail is already LAST.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.ends && f.r.last && !f.r.first && f.tail_is_last; }),
    due("last.not_tail", Errno::busy,
        "LAST and AFTER are set, and the relative object is not the tail.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("BPF_F_AFTER will just append")),
        [](const auto& f) {
          return f.ends && f.r.last && !f.r.first && f.r.after &&
                 (f.bare || (f.r.relative.usable() && !f.anchor_is_tail));
        }),
    due("ends.full", Errno::nospc, "The list is full.",
        code(source::posting3("bpf_mprog_head_tail")),
        [](const auto& f) { return f.ends && f.full; }),
};

inline constexpr auto plain = std::tuple{
    due("plain.full", Errno::nospc, "The list is full.",
        code(source::posting3("bpf_mprog_add"), source::posting3("bpf_mprog_max")),
        [](const auto& f) { return f.plain && f.full; }),
    due("plain.before_and_after", Errno::inval, "BEFORE is combined with AFTER.",
        code(source::posting3("bpf_mprog_add"), source::posting3("can also be combined")),
        [](const auto& f) { return f.plain && f.r.before && f.r.after; }),
    due("plain.exists", Errno::exist,
        "The program is already on this list, with or without a link.",
        code(source::posting3("bpf_mprog_add")),
        [](const auto& f) { return f.plain && f.on_list; }),
    due("plain.absent", Errno::noent,
        "BEFORE or AFTER is set, and the relative object is not on the list.",
        code(source::posting3("bpf_mprog_add")),
        [](const auto& f) {
          return f.plain && (f.r.before || f.r.after) && f.r.relative.usable() && !f.anchor.exists;
        }),
    due("plain.before_first", Errno::busy, "BEFORE is set, and the relative object is FIRST.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.plain && f.r.before && f.anchor_is_first; }),
    due("plain.after_last", Errno::busy, "AFTER is set, and the relative object is LAST.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.plain && f.r.after && f.anchor_is_last; }),
    due("plain.locked", Errno::busy,
        "The only entry is FIRST and LAST, so there is no place for another.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.appends && f.locked; }),
};

// Not for a link to be made: an entry it could replace is never its own.
inline constexpr auto replaces = std::tuple{
    effect(
        "replace.replaces", Change::replace,
        "The new program takes the place of the old program, with the flags of the request. No "
        "other entry moves.",
        code(source::posting3("bpf_mprog_replace"),
             source::posting3("link detach, prog-based BPF_F_REPLACE")),
        [](const auto& f) { return f.r.replace; }, [](const auto& f) { return f.replaced.index; }),
};

inline constexpr auto checks =
    std::tuple_cat(stale, no_directive, relative_object, replacing, both_ends, plain);

inline constexpr auto inserts = std::tuple{
    effect(
        "first.inserts", Change::insert,
        "The program is inserted at the head, and its entry stays the head.",
        document(source::posting3("Enforced throughout the bpf_mprog"),
                 source::posting3("bpf_mprog_head_tail")),
        [](const auto& f) { return f.ends && f.r.first; }, [](const auto& f) { return f.head; }),
    effect(
        "last.inserts", Change::insert,
        "The program is inserted at the tail, and its entry stays the tail.",
        document(source::posting3("Enforced throughout the bpf_mprog"),
                 source::posting3("bpf_mprog_head_tail")),
        [](const auto& f) { return f.ends && !f.r.first; }, [](const auto& f) { return f.tail; }),
    effect(
        "plain.appends_before_last", Change::insert,
        "The program is inserted immediately before LAST.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.appends && f.tail_is_last; },
        [](const auto& f) { return f.tail - 1; }),
    effect(
        "plain.appends", Change::insert, "The program is inserted at the tail.",
        code(source::posting3("bpf_mprog_add"), source::posting3("BPF_F_AFTER will just append")),
        [](const auto& f) { return f.appends && !f.tail_is_last; },
        [](const auto& f) { return f.tail; }),
    effect(
        "plain.prepends", Change::insert,
        "BEFORE is set without a relative object. The program is inserted before all entries but "
        "FIRST.",
        document(source::posting3("BPF_F_BEFORE will just prepend"),
                 source::posting3("Enforced throughout the bpf_mprog"),
                 source::posting3("bpf_mprog_add")),
        [](const auto& f) { return f.plain && !f.appends && f.r.before && f.bare; },
        [](const auto& f) { return f.first_regular.index; }),
    effect(
        "plain.before", Change::insert,
        "The program is inserted immediately before the relative object.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("BPF_F_{BEFORE,AFTER} with relative_{fd,id}")),
        [](const auto& f) { return f.plain && f.r.before && !f.bare; },
        [](const auto& f) { return f.anchor.index; }),
    effect(
        "plain.appends_after", Change::insert,
        "AFTER is set without a relative object. The program is inserted after all entries but "
        "LAST.",
        document(source::posting3("BPF_F_AFTER will just append"),
                 source::posting3("Enforced throughout the bpf_mprog"),
                 source::posting3("bpf_mprog_add")),
        [](const auto& f) { return f.plain && !f.appends && !f.r.before && f.r.after && f.bare; },
        [](const auto& f) { return f.last_regular.index + 1; }),
    effect(
        "plain.after", Change::insert,
        "The program is inserted immediately after the relative object.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("BPF_F_{BEFORE,AFTER} with relative_{fd,id}")),
        [](const auto& f) { return f.plain && !f.r.before && f.r.after && !f.bare; },
        [](const auto& f) { return f.anchor.index + 1; }),
};

inline constexpr auto attach =
    cite(cite(std::tuple_cat(front_attribute, front_caller, front_flags, front_prog, front_device,
                             checks, replaces, inserts),
              kRelative),
         kAttach);
inline constexpr auto link_create =
    cite(cite(std::tuple_cat(mainline::link_front, checks, inserts), kRelative), kLinkCreate);

template <class D>
struct RemoveFacts {
  using Bool = typename D::Bool;
  Request<D> r;
  Bool stale, empty, names, bare;
  Place<D> named;
  Bool named_is_head, named_is_tail, sole;
  Bool chosen;  // by name, FIRST or LAST
  Place<D> anchor;
  Place<D> by_before,
      by_after;        // the neighbour each directive means, where it is given and there is one
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
  const Place<D> by_before{
      r.before && D::ite(bare, regular_first.exists, Bool(anchor.exists && anchor.index > Int(0))),
      D::ite(bare, regular_first.index, Int(anchor.index - 1))};
  const Place<D> by_after{
      r.after && D::ite(bare, regular_last.exists, Bool(anchor.exists && anchor.index < last)),
      D::ite(bare, regular_last.index, Int(anchor.index + 1))};
  const Bool chosen = names || r.first || r.last;
  const Place<D> by_choice{D::ite(names, named.exists, Bool(filled && (r.first || r.last))),
                           D::ite(names, named.index, D::ite(r.first, Int(0), last))};
  const Place<D> meant{
      D::ite(chosen, by_choice.exists, D::ite(r.before, by_before.exists, by_after.exists)),
      D::ite(chosen, by_choice.index, D::ite(r.before, by_before.index, by_after.index))};
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
          .by_before = by_before,
          .by_after = by_after,
          .by_choice = by_choice,
          .meant = meant,
          .meant_owned = meant.exists && c.owner(meant.index) != r.owner};
}

inline constexpr auto remove = std::tuple_cat(
    stale, no_directive, relative_object, relative_foreign,
    std::tuple{
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
            "The relative object is not on the list, or has no neighbour on that side.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) {
              return (f.bare || f.r.relative.usable()) &&
                     ((f.r.before && !f.by_before.exists) || (f.r.after && !f.by_after.exists));
            }),
        due("remove.differs", Errno::noent, "The directives mean different entries.",
            code(source::posting3("bpf_mprog_del"), source::posting3("can also be combined")),
            [](const auto& f) {
              return mainline::differ(f.by_before, f.by_after) ||
                     (f.chosen && !f.bare &&
                      (mainline::differ(f.by_choice, f.by_before) ||
                       mainline::differ(f.by_choice, f.by_after)));
            }),
        due("remove.nothing_meant", Errno::noent,
            "The request gives neither a program nor a directive.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.chosen && !f.r.before && !f.r.after; }),
        due("remove.owned", Errno::busy, "A link owns the entry that the request means.",
            code(source::posting3("bpf_mprog_del")), [](const auto& f) { return f.meant_owned; }),
        due("remove.absent", Errno::noent, "The named program is not on the list.",
            code(source::posting3("bpf_mprog_del")),
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
            "BEFORE or AFTER is set without a relative object. The first or last entry that is "
            "neither FIRST nor LAST is removed.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.chosen && f.bare; },
            [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.neighbour", Change::remove,
            "The entry immediately before or after the relative object is removed.",
            code(source::posting3("bpf_mprog_del")),
            [](const auto& f) { return !f.chosen && !f.bare; },
            [](const auto& f) { return f.meant.index; }),
    });

inline constexpr auto detach = cite(cite(std::tuple_cat(front_attribute, front_caller, front_flags,
                                                        front_named, front_device, remove),
                                         kRelative),
                                    kDetach);

}  // namespace mprogcheck::rules::rfc2
