// SPDX-License-Identifier: GPL-2.0-only
// Dialect rfc2: FIRST and LAST, held for the life of the entry (seed 003; never merged in this
// form).
//
// REPLACE means the relative object here. BEFORE and AFTER of nothing mean the first entry that is
// not FIRST, the last that is not LAST.
//
// The prose of the posting and its code contradict each other: "directives can be combined", and
// BEFORE of nothing "will just prepend"; the code refuses some of it. The rules follow the code,
// and their sentences say so.
//
// Not followed are two slips of the code. It compares an expected revision with an int, so from
// 2^31 on no expectation is met; and detach of a named program from a list that is empty, but was
// not before, reports success.
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
  Bool beside_absent;          // BEFORE or AFTER of an object that is not on the list
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
      .beside_absent = plain && (r.before || r.after) && r.relative.usable() && !anchor.exists,
      .locked = filled && c.is_first(last) && c.is_last(last),
      .head = Int(0),
      .tail = tail};
}

inline constexpr auto no_directive = Sequence{
    due("relative.no_directive", Errno::inval,
        "The request gives a relative object, ID or LINK, but sets none of REPLACE, BEFORE and "
        "AFTER.",
        code(source::posting3("bpf_mprog_tuple_relative")),
        [](const auto& f) {
          return !f.r.replace && !f.r.before && !f.r.after &&
                 (f.r.id || f.r.by_link || !f.r.relative.none);
        }),
};

// By descriptor 0 the posting looks for a link, as by any other.
inline constexpr auto relative_link_none = Sequence{
    fails("relative.link_none", Errno::inval, "LINK is set, and the request gives no link.",
          code(source::posting3("bpf_mprog_tuple_relative")),
          [](const auto& f) { return f.r.by_link && !f.r.id && f.r.relative.none; }),
};

inline constexpr auto relative_object = join(relative_id, relative_link_none, relative_found);

inline constexpr auto replacing = Sequence{
    due("replace.combined", Errno::inval, "REPLACE is combined with BEFORE, AFTER or LINK.",
        code(source::posting3("bpf_mprog_replace")),
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
};

// Not for a link to be made: an entry it could replace is never its own.
inline constexpr auto replacing_ends = Sequence{
    due("replace.first", Errno::acces, "FIRST is set, and the entry to replace is not the head.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) { return f.replaced.exists && f.r.first && !f.anchor_is_head; }),
    due("replace.last", Errno::acces, "LAST is set, and the entry to replace is not the tail.",
        code(source::posting3("bpf_mprog_replace")),
        [](const auto& f) { return f.replaced.exists && f.r.last && !f.anchor_is_tail; }),
};

inline constexpr auto both_ends = Sequence{
    due("ends.exists", Errno::exist,
        "FIRST or LAST is set without REPLACE, and the program is already on this list, with or "
        "without a link.",
        code(source::posting3("bpf_mprog_head_tail")),
        [](const auto& f) { return f.ends && f.on_list; }),
    due("first.after", Errno::inval,
        "FIRST is combined with AFTER. By the prose of the posting directives can be combined, and "
        "on an empty list both can hold.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("can also be combined")),
        [](const auto& f) { return f.ends && f.r.first && f.r.after; }),
    due("first.taken", Errno::busy, "FIRST is set without REPLACE, and the head is already FIRST.",
        refusal(document(source::posting3("Enforced throughout the bpf_mprog"),
                         source::posting3("bpf_mprog_head_tail"))),
        [](const auto& f) { return f.ends && f.r.first && f.head_is_first; }),
    due("both.before", Errno::inval,
        "FIRST and LAST are combined with BEFORE. By the prose of the posting directives can be "
        "combined, and on an empty list all three can hold.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("can also be combined")),
        [](const auto& f) { return f.ends && f.r.first && f.r.last && f.r.before; }),
    due("both.not_empty", Errno::busy,
        "FIRST and LAST are set without REPLACE, and the list is not empty.",
        refusal(document(source::posting3("Enforced throughout the bpf_mprog"),
                         source::posting3("bpf_mprog_head_tail"))),
        [](const auto& f) { return f.ends && f.r.first && f.r.last && !f.empty; }),
    due("first.not_head", Errno::busy,
        "FIRST and BEFORE are set, and the relative object is not the head, or there is none and "
        "the list is not empty. By the prose of the posting BEFORE of nothing prepends.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("BPF_F_BEFORE will just prepend")),
        [](const auto& f) {
          return f.ends && f.r.first && !f.r.last && f.r.before &&
                 ((f.bare && !f.empty) || (f.r.relative.usable() && !f.anchor_is_head));
        }),
    due("last.before", Errno::inval,
        "LAST is combined with BEFORE. By the prose of the posting directives can be combined, and "
        "on an empty list both can hold.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("can also be combined")),
        [](const auto& f) { return f.ends && f.r.last && !f.r.first && f.r.before; }),
    due("last.taken", Errno::busy, "LAST is set without REPLACE, and the tail is already LAST.",
        refusal(document(source::posting3("Enforced throughout the bpf_mprog"),
                         source::posting3("bpf_mprog_head_tail"))),
        [](const auto& f) { return f.ends && f.r.last && !f.r.first && f.tail_is_last; }),
    due("last.not_tail", Errno::busy,
        "LAST and AFTER are set, and the relative object is not the tail, or there is none, even "
        "if the list is empty. By the prose of the posting AFTER of nothing appends.",
        code(source::posting3("bpf_mprog_head_tail"),
             source::posting3("BPF_F_AFTER will just append")),
        [](const auto& f) {
          return f.ends && f.r.last && !f.r.first && f.r.after &&
                 (f.bare || (f.r.relative.usable() && !f.anchor_is_tail));
        }),
    due("ends.full", Errno::nospc, "FIRST or LAST is set without REPLACE, and the list is full.",
        code(source::posting3("bpf_mprog_head_tail"), source::posting3("bpf_mprog_max")),
        [](const auto& f) { return f.ends && f.full; }),
};

inline constexpr auto plain = Sequence{
    due("plain.full", Errno::nospc, "None of REPLACE, FIRST and LAST is set, and the list is full.",
        code(source::posting3("bpf_mprog_add"), source::posting3("bpf_mprog_max")),
        [](const auto& f) { return f.plain && f.full; }),
    due("plain.before_and_after", Errno::inval,
        "BEFORE is combined with AFTER. By the prose of the posting directives can be combined.",
        code(source::posting3("bpf_mprog_add"), source::posting3("can also be combined")),
        [](const auto& f) { return f.plain && f.r.before && f.r.after; }),
    due("plain.exists", Errno::exist,
        "None of REPLACE, FIRST and LAST is set, and the program is already on this list, with or "
        "without a link.",
        code(source::posting3("bpf_mprog_add")),
        [](const auto& f) { return f.plain && f.on_list; }),
    due("plain.locked", Errno::busy,
        "The only entry is FIRST and LAST, so there is no place for another, nor beside an object "
        "that is not on the list.",
        refusal(document(source::posting3("Enforced throughout the bpf_mprog"),
                         source::posting3("bpf_mprog_add"))),
        [](const auto& f) { return f.locked && (f.appends || f.beside_absent); }),
    due("plain.absent", Errno::noent,
        "BEFORE or AFTER is set, and the relative object is not on the list.",
        code(source::posting3("bpf_mprog_add")),
        [](const auto& f) { return f.beside_absent && !f.locked; }),
    due("plain.before_first", Errno::busy, "BEFORE is set, and the relative object is FIRST.",
        refusal(document(source::posting3("Enforced throughout the bpf_mprog"),
                         source::posting3("bpf_mprog_add"))),
        [](const auto& f) { return f.plain && f.r.before && f.anchor_is_first; }),
    due("plain.after_last", Errno::busy, "AFTER is set, and the relative object is LAST.",
        refusal(document(source::posting3("Enforced throughout the bpf_mprog"),
                         source::posting3("bpf_mprog_add"))),
        [](const auto& f) { return f.plain && f.r.after && f.anchor_is_last; }),
};

// Not for a link to be made: an entry it could replace is never its own.
inline constexpr auto replaces = Sequence{
    effect(
        "replace.replaces", Change::replace,
        "The new program takes the place of the old program, with the flags of the request. No "
        "other entry moves.",
        code(source::posting3("bpf_mprog_replace"),
             source::posting3("link detach, prog-based BPF_F_REPLACE")),
        [](const auto& f) { return f.r.replace; }, [](const auto& f) { return f.replaced.index; }),
};

inline constexpr auto checks_up_to_replace = join(stale, no_directive, relative_object, replacing);
inline constexpr auto checks_of_place = join(both_ends, plain);

inline constexpr auto inserts = Sequence{
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
        "The tail is LAST, and no directive is set, or AFTER is set without a relative object and "
        "LAST is the only entry. The program is inserted immediately before LAST.",
        code(source::posting3("bpf_mprog_add"),
             source::posting3("Enforced throughout the bpf_mprog")),
        [](const auto& f) { return f.appends && f.tail_is_last; },
        [](const auto& f) { return f.tail - 1; }),
    effect(
        "plain.appends", Change::insert,
        "No directive is set, and the tail is not LAST. Or BEFORE or AFTER is set without a "
        "relative object, and the list is empty, or BEFORE, and the only entry is FIRST. The "
        "program is inserted at the tail.",
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
    cite(cite(join(front_attribute, front_caller, front_flags, front_prog, front_device,
                   checks_up_to_replace, replacing_ends, checks_of_place, replaces, inserts),
              kRelative),
         kAttach);

// The posting looks only at the bits it knows.
inline constexpr auto link_flags = Sequence{
    may("front.flags", Errno::inval,
        "The command does not define one of the flag bits. The kernel may ignore it.",
        house(
            file("Documentation/process/adding-syscalls.rst", "and reject the system call (with")),
        [](const auto& f) { return f.r.other_flags; }),
};

inline constexpr auto link_create = cite(
    cite(join(mainline::link_front, link_flags, checks_up_to_replace, checks_of_place, inserts),
         kRelative),
    kLinkCreate);

// FIRST and LAST are held until the link is detached; only REPLACE by program states them anew.
inline constexpr auto link_update =
    join(link_update_checks, link_update_replaces,
         Sequence{
             effect(
                 "link_update.keeps_ends", Change::replace,
                 "The entry is FIRST or LAST. The new program takes its place, and the "
                 "entry stays FIRST "
                 "or LAST.",
                 document(source::posting3("Enforced throughout the bpf_mprog"),
                          source::posting3("link detach, prog-based BPF_F_REPLACE")),
                 [](const auto& f) { return !f.current && !f.r.owns_filter && f.at_end; },
                 [](const auto& f) { return f.index; }),
         });

inline constexpr auto query = cite(rules::query, kQuery);

}  // namespace mprogcheck::rules::rfc2
