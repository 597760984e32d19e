// SPDX-License-Identifier: GPL-2.0-only
// Rules both dialects share: what the system call checks in front of the list, the relative object,
// the query and the link commands that do not depend on the order of the list.
#pragma once

#include "model/rules/domain.hpp"
#include "model/rules/rule.hpp"

namespace mprogcheck::rules {

// Where the sources of the rules are to be found.
namespace source {
inline constexpr std::string_view kUapi = "include/uapi/linux/bpf.h, BPF_F_* and struct bpf_attr";
inline constexpr std::string_view kMprog =
    "commit 053c8e1f235d (bpf: Add generic attach/detach/query API for multi-progs)";
inline constexpr std::string_view kTcx =
    "commit e420bed02507 (bpf: Add fd-based tcx multi-prog infra with link support)";
inline constexpr std::string_view kUnused =
    "commit ba62d61128bd (bpf: Refuse unused attributes in bpf_prog_{attach,detach})";
inline constexpr std::string_view kBpf2 = "bpf(2), EBADF and EINVAL; kernel/bpf/syscall.c";
inline constexpr std::string_view kSelftests =
    "tools/testing/selftests/bpf/prog_tests/tc_opts.c, tc_links.c";
inline constexpr std::string_view kEmptyQuery =
    "commit edfa9af0a73e (bpf: Handle bpf_mprog_query with NULL entry)";
inline constexpr std::string_view kLinkUpdate =
    "bpf(2) BPF_LINK_UPDATE; include/uapi/linux/bpf.h, link_update";
inline constexpr std::string_view kRfc2 = "seed 003 (bpf-next v2 1/7, 2023-06-07)";
inline constexpr std::string_view kHouse = "close(2); netdevice(7)";
inline constexpr std::string_view kAttribute =
    "bpf(2); Documentation/process/adding-syscalls.rst, designing for extension";
inline constexpr std::string_view kCapabilities = "capabilities(7), CAP_BPF and CAP_NET_ADMIN";
inline constexpr std::string_view kTcLink =
    "seed 002 (net: sched: add bpf_link API for bpf classifier, 2021-05-28)";
inline constexpr std::string_view kQdisc = "tc(8), add, replace, delete; netlink(7), NLM_F_EXCL";
inline constexpr std::string_view kLinkInfo =
    "include/uapi/linux/bpf.h, struct bpf_link_info; proc_pid_fdinfo(5)";
inline constexpr std::string_view kOurs = "of the harness itself";
inline constexpr std::string_view kNetkit =
    "commit 35dfaad7188c (netkit, bpf: Add bpf programmable net device); seed 000";
inline constexpr std::string_view kSingle = "seed 004 (netkit: Add single device mode for netkit)";
}  // namespace source

// What bpf(2) says of the attribute before any command looks at it. Of the tail it says that it has
// to be 0, not which error a caller gets whose tail is longer than the kernel knows fields.
inline constexpr auto front_attribute = std::tuple{
    may("attribute.long", Errno::toobig, "An attribute longer than a page may be refused as such.",
        source::kAttribute, [](const auto& f) { return f.r.long_attribute; }),
    fails("attribute.tail", Errno::inval,
          "A byte behind the last field of the command is not 0: whoever set it meant something.",
          source::kAttribute, [](const auto& f) { return f.r.dirty_tail; }),
};

// Of the commands that have such bytes.
inline constexpr auto attribute_gap = std::tuple{
    may("attribute.gap", Errno::inval,
        "A byte between the fields is not 0, or one of a field that is not for these hooks: "
        "whether that is refused is open.",
        source::kAttribute, [](const auto& f) { return f.r.dirty_gap; }),
};

// Whoever holds the program's descriptor may have been trusted with attaching it.
inline constexpr auto front_caller = std::tuple{
    may("front.caller", Errno::perm,
        "A caller without CAP_NET_ADMIN in the first user namespace: whether the program's "
        "descriptor is enough is open.",
        source::kCapabilities, [](const auto& f) { return !f.r.privileged; }),
};

inline constexpr auto front_flags = std::tuple{
    due("front.attach_type", Errno::inval,
        "An attach type that is not one of the hooks is refused.", source::kBpf2,
        [](const auto& f) { return !f.r.hook_known; }),
    due("front.flags", Errno::inval, "Flag bits the command does not define are refused.",
        source::kUapi, [](const auto& f) { return f.r.other_flags; }),
};

inline constexpr auto front_prog_object = std::tuple{
    due("front.prog_closed", Errno::badf, "The program's descriptor is not open.", source::kBpf2,
        [](const auto& f) { return f.r.prog.missing; }),
    due("front.prog_kind", Errno::inval, "The program's descriptor is not a program.",
        source::kBpf2, [](const auto& f) { return f.r.prog.none || f.r.prog.wrong_kind; }),
};

inline constexpr auto front_prog_type = std::tuple{
    due("front.prog_type", Errno::inval, "The program is not of the type the attach point runs.",
        source::kBpf2, [](const auto& f) { return f.r.prog.wrong_type; }),
};

inline constexpr auto front_prog = std::tuple_cat(front_prog_object, front_prog_type);

// On detach a program need not be named.
inline constexpr auto front_named = std::tuple_cat(
    std::tuple{
        due("front.prog_closed", Errno::badf, "The program's descriptor is not open.",
            source::kBpf2, [](const auto& f) { return f.r.prog.missing; }),
        due("front.prog_kind", Errno::inval, "The program's descriptor is not a program.",
            source::kBpf2, [](const auto& f) { return f.r.prog.wrong_kind; }),
    },
    front_prog_type);

inline constexpr auto front_device = std::tuple{
    due("front.device", Errno::nodev, "There is no such device in the caller's namespace.",
        source::kTcx, [](const auto& f) { return !f.r.device_known; }),
    due("front.not_netkit", Errno::nxio, "The device has no such hooks: it is no netkit.",
        source::kNetkit, [](const auto& f) { return f.r.not_netkit; }),
    due("front.not_primary", Errno::acces,
        "Only the primary is a handle on the pair: its peer manages no programs.", source::kNetkit,
        [](const auto& f) { return f.r.not_primary; }),
    due("front.single", Errno::opnotsupp, "A single device takes no programs.", source::kSingle,
        [](const auto& f) { return f.r.single_device; }),
};

inline constexpr auto front_old_unused = std::tuple{
    anywhere("front.old_unused", Errno::inval,
             "A program to be replaced is named, but the request replaces nothing.",
             source::kUnused, [](const auto& f) { return !f.r.replace && !f.r.old.none; }),
};

inline constexpr auto front_old_named = std::tuple{
    anywhere("front.old_unused", Errno::inval,
             "A program to be replaced is named, but detach replaces nothing.", source::kUnused,
             [](const auto& f) { return !f.r.old.none; }),
};

inline constexpr auto front_old = std::tuple{
    due("front.old_closed", Errno::badf,
        "The descriptor of the program to be replaced is not open.", source::kBpf2,
        [](const auto& f) { return f.r.replace && f.r.old.missing; }),
    due("front.old_kind", Errno::inval,
        "The descriptor of the program to be replaced is not a program.", source::kBpf2,
        [](const auto& f) { return f.r.replace && (f.r.old.none || f.r.old.wrong_kind); }),
};

// The replaced program of an attach is looked up by type, that of a link update is not.
inline constexpr auto front_old_type = std::tuple{
    due("front.old_type", Errno::inval, "The program to be replaced is of another type.",
        source::kBpf2, [](const auto& f) { return f.r.replace && f.r.old.wrong_type; }),
};

inline constexpr auto stale = std::tuple{
    due("list.stale", Errno::stale,
        "An expected revision that is not the list's current one is refused.", source::kUapi,
        [](const auto& f) { return f.stale; }),
};

// A relative object is looked up, and its error given, even where no directive uses it.
inline constexpr auto relative_object = std::tuple{
    due("relative.id_unknown", Errno::noent, "With ID, nobody has the id (0 is nobody's).",
        source::kMprog,
        [](const auto& f) { return f.r.id && (f.r.relative.none || f.r.relative.missing); }),
    due("relative.link_none", Errno::inval, "LINK says link, and descriptor 0 is none.",
        source::kMprog, [](const auto& f) { return f.r.by_link && !f.r.id && f.r.relative.none; }),
    due("relative.closed", Errno::badf, "The relative object's descriptor is not open.",
        source::kBpf2, [](const auto& f) { return !f.r.id && f.r.relative.missing; }),
    due("relative.prog_kind", Errno::inval, "The relative object's descriptor is not a program.",
        source::kBpf2, [](const auto& f) { return !f.r.by_link && f.r.relative.wrong_kind; }),
    due("relative.link_kind", Errno::inval, "LINK says link, and the descriptor is not one.",
        source::kBpf2, [](const auto& f) { return f.r.by_link && f.r.relative.wrong_kind; }),
    due("relative.type", Errno::inval,
        "The relative program, or the relative link's program, is of another type.", source::kMprog,
        [](const auto& f) { return f.r.relative.wrong_type && !f.r.prog.none; }),
};

// Where no program is named none is of another type but a link that has none a list could hold.
inline constexpr auto relative_foreign = std::tuple{
    fails("relative.foreign", Errno::inval,
          "No program is named, and the relative link is of a kind that no list holds: whether it "
          "is refused, or looked for and not found, is open.",
          source::kMprog, [](const auto& f) { return f.r.relative.wrong_type && f.r.prog.none; }),
};

template <class D>
struct QueryFacts {
  Request<D> r;
  typename D::Bool room;  // there is room for at least one
  typename D::Bool short_of_room;
  typename D::Bool empty;

  template <class Chain>
  static QueryFacts of(const Chain& c, const Request<D>& r) {
    using Int = typename D::Int;
    return {.r = r,
            .room = r.room != Int(0),
            .short_of_room = r.room < c.size(),
            .empty = c.size() == Int(0)};
  }
};

inline constexpr auto query = std::tuple_cat(
    front_attribute, attribute_gap,
    std::tuple{
        due("query.caller", Errno::perm,
            "Who asks what is attached needs CAP_NET_ADMIN in the first user namespace.",
            source::kCapabilities, [](const auto& f) { return !f.r.privileged; }),
        due("front.attach_type", Errno::inval,
            "An attach type that is not one of the hooks is refused.", source::kBpf2,
            [](const auto& f) { return !f.r.hook_known; }),
    },
    front_device,
    std::tuple{
        anywhere("query.flags", Errno::inval, "These hooks define no query flags.", source::kMprog,
                 [](const auto& f) { return f.r.other_flags; }),
        due("query.fault", Errno::fault, "An array that has to be filled is not mapped.",
            source::kBpf2,
            [](const auto& f) { return f.r.arrays && f.r.fault && f.room && !f.empty; }),
        due("query.no_space", Errno::nospc,
            "Room for some, but not for all: the first ones, the full count, and ENOSPC.",
            source::kMprog, [](const auto& f) { return f.r.arrays && f.room && f.short_of_room; }),
        may("query.no_room", Errno::nospc,
            "No array, or no room at all, may be taken as asking for the count alone.",
            source::kMprog,
            [](const auto& f) { return (!f.r.arrays || !f.room) && f.short_of_room; }),
        effect("query.empty", Change::none,
               "An attach point never used, or emptied, answers count 0.", source::kEmptyQuery,
               [](const auto& f) { return f.empty; }),
        effect("query.all", Change::none,
               "Revision, count, and all positions of whichever arrays were given.", source::kMprog,
               [](const auto& f) { return f.r.arrays && !f.empty; }),
        effect("query.count", Change::none, "Without an array: revision and count.", source::kMprog,
               [](const auto& f) { return !f.r.arrays && !f.empty; }),
    });

template <class D>
struct LinkFacts {
  Request<D> r;
  typename D::Bool old_given;  // a program that is one
  typename D::Bool current;    // the new program is the one the link has
  typename D::Bool old_is_current;
  typename D::Bool on_list;  // the new program is on the link's list already
  typename D::Int index;     // of the link's entry

  static constexpr bool has_fields = true;
  template <class Self, class Visit>
  static constexpr void visit_fields(Self& f, Visit&& visit) {
    Request<D>::visit_fields(f.r, visit);
    visit("old_given", f.old_given);
    visit("current", f.current);
    visit("old_is_current", f.old_is_current);
    visit("on_list", f.on_list);
    visit("index", f.index);
  }

  template <class Chain>
  static LinkFacts of(const Chain& c, const Request<D>& r) {
    return {.r = r,
            .old_given = r.old.usable(),
            .current = r.link.usable() && (r.link_attached || r.owns_filter) && r.prog.usable() &&
                       r.prog.prog == r.link.prog,
            .old_is_current = r.link.usable() && r.old.usable() && r.old.prog == r.link.prog,
            .on_list = r.prog.usable() && c.find(r.prog.prog).exists,
            .index = c.find(r.link.prog).index};
  }
};
static_assert(lists_every_field<LinkFacts>());

// Whether an entry is FIRST (or LAST) once its program is replaced: a link's entry stays what it
// is for its life, REPLACE of a plain entry states it anew (seed 003).
template <class D>
typename D::Bool end_after_replace(typename D::Bool owned, typename D::Bool was,
                                   typename D::Bool asked) {
  return D::ite(owned, was, asked);
}

// The revision of a list that has changed: never 0, which means any; rfc2 has 32 bits (seed 003).
template <class D>
typename D::Revision next_revision(Dialect dialect, typename D::Revision revision) {
  using Revision = typename D::Revision;
  const std::uint64_t last = dialect->last_revision;
  const Revision up =
      last == ~std::uint64_t{0} ? Revision(revision + 1) : Revision((revision + 1) & last);
  return D::ite(up == Revision(0), Revision(1), up);
}

inline constexpr auto link_object = std::tuple{
    due("link.closed", Errno::badf, "The link's descriptor is not open.", source::kBpf2,
        [](const auto& f) { return f.r.link.missing; }),
    due("link.kind", Errno::inval, "The link's descriptor is not a link.", source::kBpf2,
        [](const auto& f) { return f.r.link.none || f.r.link.wrong_kind; }),
};

inline constexpr auto link_update = std::tuple_cat(
    front_attribute,
    std::tuple{
        due("link_update.flags", Errno::inval, "Link update knows REPLACE and no other flag.",
            source::kLinkUpdate, [](const auto& f) { return f.r.other_flags; }),
    },
    link_object, front_prog_object, front_old,
    std::tuple{
        due("link_update.old_unused", Errno::inval, "An old program is named without REPLACE.",
            source::kLinkUpdate, [](const auto& f) { return !f.r.replace && !f.r.old.none; }),
        due("link_update.orphan", Errno::nolink,
            "The link is detached, or its device is gone, or its filter.", source::kTcx,
            [](const auto& f) {
              return f.r.link.usable() && !f.r.link_attached && !f.r.owns_filter;
            }),
        due("link_update.not_current", Errno::perm,
            "The old program named is not the one the link has.", source::kLinkUpdate,
            [](const auto& f) {
              return f.r.replace && f.r.link.usable() && f.old_given && !f.old_is_current;
            }),
        due("link_update.exists", Errno::exist, "The new program is on this list already.",
            source::kMprog,
            [](const auto& f) {
              return f.r.link_attached && f.r.prog.usable() && !f.current && f.on_list;
            }),
        due("link_update.type", Errno::inval, "The new program is of another type.", source::kBpf2,
            [](const auto& f) { return f.r.prog.wrong_type; }),
        effect("link_update.same", Change::none,
               "The program is the one the link has: nothing changes.", source::kTcx,
               [](const auto& f) { return f.current; }),
        effect("link_update.filter", Change::none,
               "The filter of the link has the new program; no other filter changes.",
               source::kTcLink, [](const auto& f) { return !f.current && f.r.owns_filter; }),
        effect(
            "link_update.replaces", Change::replace,
            "The link's program is replaced in place; nobody else moves.", source::kTcx,
            [](const auto& f) { return !f.current && !f.r.owns_filter; },
            [](const auto& f) { return f.index; }),
    });

inline constexpr auto link_detach = std::tuple_cat(
    front_attribute, link_object,
    std::tuple{
        effect(
            "link_detach.removes", Change::remove,
            "The link's entry goes; the link lives on, detached.", source::kTcx,
            [](const auto& f) { return f.r.link_attached; }, [](const auto& f) { return f.index; }),
        effect("link_detach.filter", Change::none,
               "The link's filter goes; the link lives on, detached.", source::kTcLink,
               [](const auto& f) { return f.r.owns_filter; }),
        effect("link_detach.again", Change::none,
               "A link that is detached or orphaned already: 0, and nothing changes.", source::kTcx,
               [](const auto& f) { return !f.r.link_attached && !f.r.owns_filter; }),
    });

inline constexpr auto link_tells = std::tuple{
    effect("info.attached", Change::none, "The link's program, device and attach type.",
           source::kLinkInfo, [](const auto& f) { return f.r.link_attached || f.r.owns_filter; }),
    effect("info.detached", Change::none,
           "A link that is on no list and has no filter: its program and attach type, and ifindex "
           "0.",
           source::kTcx, [](const auto& f) { return !f.r.link_attached && !f.r.owns_filter; }),
};

inline constexpr auto info = std::tuple_cat(link_object, link_tells);

inline constexpr auto fdinfo = std::tuple_cat(
    std::tuple{
        due("fdinfo.closed", Errno::noent, "A descriptor that is not open has no file in /proc.",
            source::kLinkInfo, [](const auto& f) { return f.r.link.missing; }),
    },
    link_tells);

// close(2) of a program: r.prog. Of a link: r.link, whose entry goes with its last reference.
inline constexpr auto close = std::tuple{
    due("close.closed", Errno::badf, "The descriptor is not open.", source::kHouse,
        [](const auto& f) { return f.r.prog.missing || f.r.link.missing; }),
    effect(
        "close.link", Change::remove,
        "The last reference of an attached link takes its entry along.", source::kTcx,
        [](const auto& f) { return f.r.link.usable() && f.r.link_attached; },
        [](const auto& f) { return f.index; }),
    effect("close.filter", Change::none,
           "The last reference of a link that has a filter takes the filter along.",
           source::kTcLink, [](const auto& f) { return f.r.link.usable() && f.r.owns_filter; }),
    effect(
        "close.detached_link", Change::none, "A link that owns no entry goes, and no list changes.",
        source::kTcx,
        [](const auto& f) { return f.r.link.usable() && !f.r.link_attached && !f.r.owns_filter; }),
    effect("close.prog", Change::none, "An attached program lives on as long as its entry.",
           source::kMprog, [](const auto& f) { return f.r.link.none; }),
};

inline constexpr auto remove = std::tuple{
    due("remove_device.gone", Errno::nodev, "There is no such device.", source::kHouse,
        [](const auto& f) { return !f.r.device_known; }),
    effect(
        "remove_device.clears", Change::none,
        "Every list of the device goes: plain entries lose their references, links are orphaned.",
        source::kTcx,
        [](const auto& f) {
          return f.r.device_known && !f.r.whole_namespace && !f.r.paired && !f.r.has_filters;
        }),
    effect("remove_device.filters", Change::none,
           "Its filters go as well: netlink's lose their references, links are orphaned.",
           source::kTcLink,
           [](const auto& f) {
             return f.r.device_known && !f.r.whole_namespace && !f.r.paired && f.r.has_filters;
           }),
    effect("remove_device.pair", Change::none,
           "Either side takes the other along: the lists of both go as if they were removed.",
           source::kNetkit,
           [](const auto& f) { return f.r.device_known && !f.r.whole_namespace && f.r.paired; }),
    effect("remove_namespace.clears", Change::none,
           "The namespace goes, and every device in it as if it were removed.", source::kTcx,
           [](const auto& f) { return f.r.whole_namespace; }),
};

// A qdisc shares the hooks of the device, not the lists.
inline constexpr auto qdisc = std::tuple{
    due("front.device", Errno::nodev, "There is no such device.", source::kTcx,
        [](const auto& f) { return !f.r.device_known; }),
    due("qdisc.exists", Errno::exist, "One is added where there is one of its kind.",
        source::kQdisc,
        [](const auto& f) { return f.r.adds && f.r.has_qdisc && !f.r.other_qdisc; }),
    may("qdisc.other", Errno::exist,
        "One is added where there is one of the other kind: whether it is in the way is open.",
        source::kQdisc, [](const auto& f) { return f.r.adds && f.r.has_qdisc && f.r.other_qdisc; }),
    fails("qdisc.absent", Errno::noent, "One is to go where there is none.", source::kQdisc,
          [](const auto& f) { return f.r.removes && !f.r.has_qdisc; }),
    effect(
        "qdisc.tears_down", Change::none,
        "One that goes, or makes way for the other kind, takes its filters along: netlink's lose "
        "their references, links are orphaned.",
        source::kTcLink, [](const auto& f) { return f.r.has_filters && f.r.other_qdisc; }),
    effect("qdisc.beside", Change::none,
           "It comes, is replaced or goes; no list changes, and no filter.", source::kTcx,
           [](const auto& f) { return f.r.device_known && !(f.r.has_filters && f.r.other_qdisc); }),
};

// Whoever conforms comes to no harm; a kernel that is provoked does, and has to be found out.
inline constexpr auto provoke = std::tuple{
    effect("provoke.unharmed", Change::none, "What is under the lists goes on; no list changes.",
           source::kOurs, [](const auto& f) { return f.r.link.none; }),
};

}  // namespace mprogcheck::rules
