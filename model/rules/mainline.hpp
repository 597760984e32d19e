// SPDX-License-Identifier: GPL-2.0-only
// Dialect mainline: BEFORE, AFTER, REPLACE, ID and LINK as merged (Linux 6.6 on).
//
// Every directive of a request names a spot, each worked out on its own; only if all of them name
// the same spot something happens. REPLACE names the entry itself, BEFORE the entry in front of the
// anchor, AFTER the one behind it. So for an insertion BEFORE the anchor at k is spot k - 1 and
// makes the new entry k; AFTER it is spot k + 1 and makes it k + 1; REPLACE|BEFORE agrees where the
// anchor stands right behind the replaced entry.
#pragma once

#include "model/rules/common.hpp"
#include "model/rules/mainline_sources.hpp"

namespace mprogcheck::rules::mainline {

template <class D>
struct InsertFacts {
  using Bool = typename D::Bool;
  Request<D> r;
  Bool stale;
  Bool on_list;  // the new program is on this list
  Bool full;
  typename D::Int tail;  // one behind the last entry
  Bool bare;             // no relative object at all
  Place<D> anchor;       // of the relative object
  Place<D> replaced;
  Bool owner_differs;  // the replaced entry is not owned as the request would own it
  Place<D> by_replace, by_before,
      by_after;  // the spots; exist where the directive is given and names one

  template <class Chain>
  static InsertFacts of(const Chain& c, const Request<D>& r);
};

// Where the relative object stands. Given as a link: only the entry that very link owns.
template <class D, class Chain>
Place<D> anchor_of(const Chain& c, const Request<D>& r) {
  const auto at = c.find(r.relative.prog);
  return {r.relative.usable() && at.exists && (!r.by_link || c.owner(at.index) == r.relative.link),
          at.index};
}

template <class D>
typename D::Bool is_bare(const Request<D>& r) {
  return r.relative.none && !r.id && !r.by_link;
}

template <class D>
template <class Chain>
InsertFacts<D> InsertFacts<D>::of(const Chain& c, const Request<D>& r) {
  using Int = typename D::Int;
  const auto bare = is_bare(r);
  const auto anchor = anchor_of<D>(c, r);
  const auto old = c.find(r.old.prog);
  const Place<D> replaced{r.replace && r.old.usable() && old.exists, old.index};
  const auto owner_differs = replaced.exists && c.owner(old.index) != r.owner;
  const Int tail = c.size();
  return {
      .r = r,
      .stale = r.expects && r.expected != c.revision(),
      .on_list = r.prog.usable() && c.find(r.prog.prog).exists,
      .full = tail == c.capacity(),
      .tail = tail,
      .bare = bare,
      .anchor = anchor,
      .replaced = replaced,
      .owner_differs = owner_differs,
      .by_replace = {replaced.exists && !owner_differs, old.index},
      .by_before = {r.before && (bare || anchor.exists),
                    D::ite(bare, Int(-1), Int(anchor.index - 1))},
      .by_after = {r.after && (bare || anchor.exists), D::ite(bare, tail, Int(anchor.index + 1))}};
}

// Both exist and are not the same spot.
template <class D>
typename D::Bool differ(const Place<D>& a, const Place<D>& b) {
  return a.exists && b.exists && a.index != b.index;
}

inline constexpr auto exists = Sequence{
    due("insert.exists", Errno::exist,
        "The program is already on this list, with or without a link.",
        selftest(source::tc_opts("test_tc_opts_invalid_target"),
                 source::tc_opts("test_tc_opts_mixed_target"), source::mprog_c("bpf_mprog_attach")),
        [](const auto& f) { return f.on_list; }),
};

inline constexpr auto old_absent = Sequence{
    due("insert.old_absent", Errno::noent, "The program to replace is not on the list.",
        code(source::mprog_c("bpf_mprog_pos_exact")),
        [](const auto& f) {
          return f.r.replace && (f.r.old.none || f.r.old.usable()) && !f.replaced.exists;
        }),
};

inline constexpr auto before = Sequence{
    due("insert.full", Errno::range, "The list is full, and the request does not set REPLACE.",
        selftest(source::tc_opts("test_tc_opts_max_target"), source::mprog_c("bpf_mprog_attach"),
                 file("include/linux/bpf_mprog.h", "BPF_MPROG_MAX")),
        [](const auto& f) { return !f.r.replace && f.full; }),
    due("insert.before_absent", Errno::noent,
        "BEFORE is set, and the relative object is not on the list.",
        selftest(source::tc_opts("test_tc_opts_invalid_target"),
                 source::mprog_c("bpf_mprog_pos_before")),
        [](const auto& f) { return f.r.before && f.r.relative.usable() && !f.anchor.exists; }),
};

inline constexpr auto after = Sequence{
    due("insert.after_absent", Errno::noent,
        "AFTER is set, and the relative object is not on the list.",
        selftest(source::tc_opts("test_tc_opts_invalid_target"),
                 source::mprog_c("bpf_mprog_pos_after")),
        [](const auto& f) { return f.r.after && f.r.relative.usable() && !f.anchor.exists; }),
    due("insert.after_differs", Errno::range, "AFTER means another place than REPLACE or BEFORE.",
        selftest(source::tc_opts("test_tc_opts_replace_target"),
                 source::tc_opts("test_tc_opts_invalid_target"),
                 source::mprog_c("bpf_mprog_attach")),
        [](const auto& f) {
          return differ(f.by_replace, f.by_after) || differ(f.by_before, f.by_after);
        }),
    due("insert.no_directive", Errno::inval,
        "The request gives a relative object, ID or LINK, but sets none of REPLACE, BEFORE and "
        "AFTER.",
        selftest(source::tc_opts("test_tc_opts_invalid_target"),
                 source::mprog_c("bpf_mprog_attach")),
        [](const auto& f) {
          return !f.r.replace && !f.r.before && !f.r.after &&
                 (f.r.id || f.r.by_link || !f.r.relative.none);
        }),
};

inline constexpr auto inserts = Sequence{
    effect(
        "insert.prepends", Change::insert,
        "BEFORE is set without a relative object. The program is inserted at the head.",
        document(source::mprog_commit("then BPF_F_BEFORE will just prepend"),
                 source::tc_opts("test_tc_opts_prepend_target")),
        [](const auto& f) { return f.r.before && f.bare && !f.r.replace; },
        [](const auto& f) { return f.by_before.index + 1; }),
    effect(
        "insert.before", Change::insert,
        "The program is inserted immediately before the relative object.",
        selftest(source::tc_opts("test_tc_opts_before_target"),
                 source::mprog_c("bpf_mprog_pos_before")),
        [](const auto& f) { return f.r.before && !f.bare && !f.r.replace; },
        [](const auto& f) { return f.by_before.index + 1; }),
    effect(
        "insert.appends_after", Change::insert,
        "AFTER is set without a relative object. The program is inserted at the tail.",
        document(source::mprog_commit("BPF_F_AFTER will just append for"),
                 source::tc_opts("test_tc_opts_append_target")),
        [](const auto& f) { return f.r.after && f.bare && !f.r.before && !f.r.replace; },
        [](const auto& f) { return f.by_after.index; }),
    effect(
        "insert.after", Change::insert,
        "The program is inserted immediately after the relative object.",
        selftest(source::tc_opts("test_tc_opts_after_target"),
                 source::mprog_c("bpf_mprog_pos_after")),
        [](const auto& f) { return f.r.after && !f.bare && !f.r.before && !f.r.replace; },
        [](const auto& f) { return f.by_after.index; }),
    effect(
        "insert.appends", Change::insert,
        "No directive is set. The program is inserted at the tail.",
        document(source::mprog_commit("it's default append behavior for attaching"),
                 source::tc_opts("test_tc_opts_before_target")),
        [](const auto& f) { return !f.r.after && !f.r.before && !f.r.replace; },
        [](const auto& f) { return f.tail; }),
};

// Only an attach can name what it would replace. REPLACE of a link to be made names nothing.
inline constexpr auto old_owned = Sequence{
    due("insert.old_owned", Errno::busy,
        "A link owns the entry to replace, and an attach has none.",
        selftest(source::tc_opts("test_tc_opts_mixed_target"),
                 source::mprog_c("bpf_mprog_pos_exact")),
        [](const auto& f) { return f.owner_differs; }),
};

inline constexpr auto before_differs = Sequence{
    due("insert.before_differs", Errno::range, "REPLACE and BEFORE mean different places.",
        code(source::mprog_c("bpf_mprog_attach")),
        [](const auto& f) { return differ(f.by_replace, f.by_before); }),
};

inline constexpr auto replaces = Sequence{
    effect(
        "insert.replaces", Change::replace,
        "The new program takes the place of the old program. No other entry moves.",
        selftest(source::tc_opts("test_tc_opts_replace_target"),
                 source::mprog_c("bpf_mprog_replace")),
        [](const auto& f) { return f.r.replace; },
        [](const auto& f) { return f.by_replace.index; }),
};

inline constexpr auto attach =
    cite(join(front_attribute, front_caller, front_flags, front_old_unused, front_prog,
              front_device, front_old, front_old_type, stale, exists, relative_object, old_absent,
              old_owned, before, before_differs, after, replaces, inserts),
         kAttach);

inline constexpr auto link_front =
    join(front_attribute, attribute_gap, front_caller, front_prog,
         Sequence{
             due("front.attach_type", Errno::inval,
                 "The programs of this type have no such attach type.",
                 code(source::syscall_c("bpf_prog_attach_check_attach_type")),
                 [](const auto& f) { return !f.r.hook_known; }),
         },
         front_device);

inline constexpr auto link_flags = Sequence{
    anywhere("front.flags", Errno::inval, "The command does not define one of the flag bits.",
             house(file("Documentation/process/adding-syscalls.rst",
                        "and reject the system call (with")),
             [](const auto& f) { return f.r.other_flags; }),
};

inline constexpr auto link_create = cite(join(link_front, link_flags, stale, exists,
                                              relative_object, old_absent, before, after, inserts),
                                         kLinkCreate);

template <class D>
struct RemoveFacts {
  using Bool = typename D::Bool;
  Request<D> r;
  Bool stale;
  Bool empty;
  Bool names;  // a program is named
  Bool bare;   // no relative object at all
  Place<D> named;
  Bool named_owned;
  Place<D> anchor;
  Bool nobody_before, nobody_after;  // the anchor is the head, or the tail
  Place<D> by_before,
      by_after;    // the entry each directive means, where it is given and there is one
  Place<D> meant;  // the entry that goes, if all agree
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
  const Bool bare = is_bare(r);
  const auto at = c.find(r.prog.prog);
  const Place<D> named{names && at.exists, at.index};
  const auto anchor = anchor_of<D>(c, r);
  const Bool nobody_before = r.before && anchor.exists && anchor.index == Int(0);
  const Bool nobody_after = r.after && anchor.exists && anchor.index == last;
  const Place<D> by_before{r.before && filled && (bare || (anchor.exists && !nobody_before)),
                           D::ite(bare, Int(0), Int(anchor.index - 1))};
  const Place<D> by_after{r.after && filled && (bare || (anchor.exists && !nobody_after)),
                          D::ite(bare, last, Int(anchor.index + 1))};
  const Place<D> meant{
      D::ite(names, named.exists,
             D::ite(r.before, by_before.exists,
                    D::ite(r.after, by_after.exists, Bool(filled && bare)))),
      D::ite(names, named.index,
             D::ite(r.before, by_before.index, D::ite(r.after, by_after.index, last)))};
  return {.r = r,
          .stale = r.expects && r.expected != c.revision(),
          .empty = !filled,
          .names = names,
          .bare = bare,
          .named = named,
          .named_owned = named.exists && c.owner(named.index) != r.owner,
          .anchor = anchor,
          .nobody_before = nobody_before,
          .nobody_after = nobody_after,
          .by_before = by_before,
          .by_after = by_after,
          .meant = meant,
          .meant_owned = meant.exists && c.owner(meant.index) != r.owner};
}

inline constexpr auto remove = join(
    Sequence{
        anywhere("remove.empty", Errno::noent,
                 "The list is empty. The kernel may have freed it, and then it has no revision "
                 "that could be stale.",
                 selftest(source::tc_opts("test_tc_opts_delete_empty"),
                          source::tc_opts("test_tc_opts_detach_target"),
                          source::mprog_c("bpf_mprog_detach")),
                 [](const auto& f) { return f.empty; }),
        due("remove.replace", Errno::inval, "The request sets REPLACE, which detach does not have.",
            code(source::mprog_c("bpf_mprog_detach")), [](const auto& f) { return f.r.replace; }),
    },
    stale, relative_object, relative_foreign,
    Sequence{
        due("remove.named_absent", Errno::noent, "The named program is not on the list.",
            selftest(source::tc_opts("test_tc_opts_detach_before_target"),
                     source::tc_opts("test_tc_opts_detach_after_target"),
                     source::mprog_c("bpf_mprog_pos_exact")),
            [](const auto& f) { return f.names && !f.named.exists; }),
        due("remove.named_owned", Errno::busy, "A link owns the entry of the named program.",
            code(source::mprog_c("bpf_mprog_pos_exact")),
            [](const auto& f) { return f.named_owned; }),
        due("remove.before_absent", Errno::noent,
            "BEFORE is set, and the relative object is not on the list.",
            selftest(source::tc_opts("test_tc_opts_detach_before_target"),
                     source::mprog_c("bpf_mprog_pos_before")),
            [](const auto& f) { return f.r.before && f.r.relative.usable() && !f.anchor.exists; }),
        fails("remove.before_nobody", Errno::range,
              "BEFORE is set, and the relative object is the head: there is no entry before it. "
              "The code of the posting refuses this. Merged kernels refuse it if a program is "
              "named, and else remove the head itself.",
              code(source::posting3("bpf_mprog_del"), source::mprog_c("bpf_mprog_detach"),
                   source::mprog_c("bpf_mprog_fetch")),
              [](const auto& f) { return f.nobody_before; }),
        due("remove.before_differs", Errno::range,
            "BEFORE means another entry than that of the named program.",
            selftest(source::tc_opts("test_tc_opts_detach_before_target"),
                     source::mprog_c("bpf_mprog_detach")),
            [](const auto& f) { return f.named.exists && differ(f.named, f.by_before); }),
        due("remove.after_absent", Errno::noent,
            "AFTER is set, and the relative object is not on the list.",
            code(source::mprog_c("bpf_mprog_pos_after")),
            [](const auto& f) { return f.r.after && f.r.relative.usable() && !f.anchor.exists; }),
        fails(
            "remove.after_nobody", Errno::range,
            "AFTER is set, and the relative object is the tail: there is no entry after it. The "
            "code of the posting refuses this. Merged kernels refuse it if a program is named, and "
            "else remove the tail itself.",
            code(source::posting3("bpf_mprog_del"),
                 source::tc_opts("test_tc_opts_detach_after_target"),
                 source::mprog_c("bpf_mprog_fetch")),
            [](const auto& f) { return f.nobody_after; }),
        due("remove.after_differs", Errno::range,
            "AFTER means another entry than that of the named program.",
            selftest(source::tc_opts("test_tc_opts_detach_after_target"),
                     source::mprog_c("bpf_mprog_detach")),
            [](const auto& f) { return differ(f.named, f.by_after); }),
        due("remove.sides_differ", Errno::range, "AFTER means another entry than BEFORE.",
            code(source::mprog_c("bpf_mprog_detach")),
            [](const auto& f) { return differ(f.by_before, f.by_after); }),
        may("remove.named_end", Errno::range,
            "The request names a program, and sets BEFORE or AFTER without a relative object. The "
            "kernel may compare the place of the program with the end of the list.",
            code(source::mprog_c("bpf_mprog_detach")),
            [](const auto& f) { return f.names && f.bare && (f.r.before || f.r.after); }),
        may("remove.both_ends", Errno::range,
            "BEFORE and AFTER are set without a relative object. The kernel may refuse this even "
            "if the list has one entry, which is both ends.",
            code(source::mprog_c("bpf_mprog_detach")),
            [](const auto& f) { return !f.names && f.bare && f.r.before && f.r.after; }),
        due("remove.no_directive", Errno::inval,
            "The request gives a relative object, ID or LINK, but no program and no directive.",
            code(source::mprog_c("bpf_mprog_detach")),
            [](const auto& f) {
              return !f.names && !f.r.before && !f.r.after &&
                     (f.r.id || f.r.by_link || !f.r.relative.none);
            }),
        due("remove.owned", Errno::busy, "A link owns the entry that the request means.",
            selftest(source::tc_opts("test_tc_opts_demixed_target"),
                     source::mprog_c("bpf_mprog_fetch")),
            [](const auto& f) { return !f.names && f.meant_owned; }),
        effect(
            "remove.named", Change::remove, "The entry of the named program is removed.",
            document(source::uapi("BPF_PROG_DETACH"),
                     file("tools/lib/bpf/bpf.h", "bpf_prog_detach_opts"),
                     source::tc_opts("test_tc_opts_after_target")),
            [](const auto& f) { return f.names; }, [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.first", Change::remove,
            "BEFORE is set without a relative object. The first entry is removed.",
            selftest(source::tc_opts("test_tc_opts_detach_target"),
                     source::mprog_c("bpf_mprog_fetch")),
            [](const auto& f) { return !f.names && f.r.before && f.bare; },
            [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.before", Change::remove,
            "The entry immediately before the relative object is removed.",
            selftest(source::tc_opts("test_tc_opts_detach_before_target"),
                     source::mprog_c("bpf_mprog_pos_before")),
            [](const auto& f) { return !f.names && f.r.before && !f.bare; },
            [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.after", Change::remove,
            "The entry immediately after the relative object is removed.",
            selftest(source::tc_opts("test_tc_opts_detach_after_target"),
                     source::mprog_c("bpf_mprog_pos_after")),
            [](const auto& f) { return !f.names && f.r.after && !f.bare && !f.r.before; },
            [](const auto& f) { return f.meant.index; }),
        effect(
            "remove.last", Change::remove,
            "The request names no program, and sets no directive, or AFTER without a relative "
            "object. The "
            "last entry is removed.",
            code(source::mprog_c("bpf_mprog_detach"),
                 source::tc_opts("test_tc_opts_detach_target")),
            [](const auto& f) { return !f.names && (f.bare || !f.r.after) && !f.r.before; },
            [](const auto& f) { return f.meant.index; }),
    });

// Without a descriptor to show for it, anybody's entry could be meant.
inline constexpr auto unnamed_caller = Sequence{
    due("remove.caller", Errno::perm,
        "The request names no program, and the caller has neither CAP_NET_ADMIN nor CAP_SYS_ADMIN "
        "in the "
        "initial user namespace.",
        document(commit("ae23bc81ddf7", "CAP_NET_ADMIN or CAP_SYS_ADMIN"), source::bpf2("EPERM"),
                 file("include/linux/bpf_mprog.h", "bpf_mprog_detach_empty", "7.0")),
        [](const auto& f) { return !f.r.privileged && f.r.prog.none; }),
};

inline constexpr auto detach =
    cite(join(front_attribute, front_caller, front_flags, front_old_named, front_named,
              unnamed_caller, front_device, remove),
         kDetach);

}  // namespace mprogcheck::rules::mainline
