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
    may("attribute.long", Errno::toobig, "The attribute is longer than a page.", source::kAttribute,
        [](const auto& f) { return f.r.long_attribute; }),
    fails("attribute.tail", Errno::inval,
          "A byte after the last field of the command is not 0: the caller asks for something that "
          "the kernel does not know.",
          source::kAttribute, [](const auto& f) { return f.r.dirty_tail; }),
};

// Of the commands that have such bytes.
inline constexpr auto attribute_gap = std::tuple{
    may("attribute.gap", Errno::inval,
        "A byte between two fields, or of a field that these hooks do not use, is not 0. The "
        "kernel may ignore it.",
        source::kAttribute, [](const auto& f) { return f.r.dirty_gap; }),
};

// Whoever holds the program's descriptor may have been trusted with attaching it.
inline constexpr auto front_caller = std::tuple{
    may("front.caller", Errno::perm,
        "The caller does not have CAP_NET_ADMIN in the initial user namespace. The descriptor of "
        "the program may be enough.",
        source::kCapabilities, [](const auto& f) { return !f.r.privileged; }),
};

inline constexpr auto front_flags = std::tuple{
    due("front.attach_type", Errno::inval, "The attach type is not one of the hooks.",
        source::kBpf2, [](const auto& f) { return !f.r.hook_known; }),
    due("front.flags", Errno::inval, "The command does not define one of the flag bits.",
        source::kUapi, [](const auto& f) { return f.r.other_flags; }),
};

inline constexpr auto front_prog_object = std::tuple{
    due("front.prog_closed", Errno::badf, "The descriptor of the program is not open.",
        source::kBpf2, [](const auto& f) { return f.r.prog.missing; }),
    due("front.prog_kind", Errno::inval, "The descriptor does not refer to a program.",
        source::kBpf2, [](const auto& f) { return f.r.prog.none || f.r.prog.wrong_kind; }),
};

inline constexpr auto front_prog_type = std::tuple{
    due("front.prog_type", Errno::inval, "The attach point does not run programs of this type.",
        source::kBpf2, [](const auto& f) { return f.r.prog.wrong_type; }),
};

inline constexpr auto front_prog = std::tuple_cat(front_prog_object, front_prog_type);

// On detach a program need not be named.
inline constexpr auto front_named = std::tuple_cat(
    std::tuple{
        due("front.prog_closed", Errno::badf, "The descriptor of the program is not open.",
            source::kBpf2, [](const auto& f) { return f.r.prog.missing; }),
        due("front.prog_kind", Errno::inval, "The descriptor does not refer to a program.",
            source::kBpf2, [](const auto& f) { return f.r.prog.wrong_kind; }),
    },
    front_prog_type);

inline constexpr auto front_device = std::tuple{
    due("front.device", Errno::nodev, "The network namespace of the caller has no such device.",
        source::kTcx, [](const auto& f) { return !f.r.device_known; }),
    due("front.not_netkit", Errno::nxio,
        "The hook belongs to netkit, and the device is not a netkit device.", source::kNetkit,
        [](const auto& f) { return f.r.not_netkit; }),
    due("front.not_primary", Errno::acces,
        "The device is the peer of a pair. Programs are managed through the primary only.",
        source::kNetkit, [](const auto& f) { return f.r.not_primary; }),
    due("front.single", Errno::opnotsupp,
        "The device is a single netkit device, which runs no programs.", source::kSingle,
        [](const auto& f) { return f.r.single_device; }),
};

inline constexpr auto front_old_unused = std::tuple{
    anywhere("front.old_unused", Errno::inval,
             "The request names a program to replace, but does not set REPLACE.", source::kUnused,
             [](const auto& f) { return !f.r.replace && !f.r.old.none; }),
};

inline constexpr auto front_old_named = std::tuple{
    anywhere("front.old_unused", Errno::inval,
             "The request names a program to replace, but detach replaces nothing.",
             source::kUnused, [](const auto& f) { return !f.r.old.none; }),
};

inline constexpr auto front_old = std::tuple{
    due("front.old_closed", Errno::badf, "The descriptor of the program to replace is not open.",
        source::kBpf2, [](const auto& f) { return f.r.replace && f.r.old.missing; }),
    due("front.old_kind", Errno::inval,
        "The descriptor of the program to replace does not refer to a program.", source::kBpf2,
        [](const auto& f) { return f.r.replace && (f.r.old.none || f.r.old.wrong_kind); }),
};

// The replaced program of an attach is looked up by type, that of a link update is not.
inline constexpr auto front_old_type = std::tuple{
    due("front.old_type", Errno::inval, "The program to replace has another type.", source::kBpf2,
        [](const auto& f) { return f.r.replace && f.r.old.wrong_type; }),
};

inline constexpr auto stale = std::tuple{
    due("list.stale", Errno::stale,
        "The expected revision differs from the current revision of the list.", source::kUapi,
        [](const auto& f) { return f.stale; }),
};

// A relative object is looked up, and its error given, even where no directive uses it.
inline constexpr auto relative_id = std::tuple{
    due("relative.id_unknown", Errno::noent,
        "ID is set, and no object has the id. No object has id 0.", source::kMprog,
        [](const auto& f) { return f.r.id && (f.r.relative.none || f.r.relative.missing); }),
};

inline constexpr auto relative_found = std::tuple{
    due("relative.closed", Errno::badf, "The descriptor of the relative object is not open.",
        source::kBpf2, [](const auto& f) { return !f.r.id && f.r.relative.missing; }),
    due("relative.prog_kind", Errno::inval,
        "The descriptor of the relative object does not refer to a program.", source::kBpf2,
        [](const auto& f) { return !f.r.by_link && f.r.relative.wrong_kind; }),
    due("relative.link_kind", Errno::inval,
        "LINK is set, and the descriptor does not refer to a link.", source::kBpf2,
        [](const auto& f) { return f.r.by_link && f.r.relative.wrong_kind; }),
    due("relative.type", Errno::inval,
        "The relative program, or the program of the relative link, has another type.",
        source::kMprog, [](const auto& f) { return f.r.relative.wrong_type && !f.r.prog.none; }),
};

// Where no program is named none is of another type but a link that has none a list could hold.
inline constexpr auto relative_foreign = std::tuple{
    fails("relative.foreign", Errno::inval,
          "The request names no program, and no list can hold a link of the kind of the relative "
          "link. The kernel may refuse the kind, or look for the link and not find it.",
          source::kMprog, [](const auto& f) { return f.r.relative.wrong_type && f.r.prog.none; }),
};

template <class D>
struct QueryFacts {
  Request<D> r;
  typename D::Bool fills;  // program ids are asked for, with room for at least one
  typename D::Bool short_of_room;
  typename D::Bool empty;

  template <class Chain>
  static QueryFacts of(const Chain& c, const Request<D>& r) {
    using Int = typename D::Int;
    return {.r = r,
            .fills = r.prog_ids && r.room != Int(0),
            .short_of_room = r.room < c.size(),
            .empty = c.size() == Int(0)};
  }
};

inline constexpr auto query = std::tuple_cat(
    front_attribute, attribute_gap,
    std::tuple{
        due("query.caller", Errno::perm,
            "The caller does not have CAP_NET_ADMIN in the initial user namespace.",
            source::kCapabilities, [](const auto& f) { return !f.r.privileged; }),
        due("front.attach_type", Errno::inval, "The attach type is not one of the hooks.",
            source::kBpf2, [](const auto& f) { return !f.r.hook_known; }),
    },
    front_device,
    std::tuple{
        anywhere(
            "query.flags", Errno::inval,
            "The query sets a flag in query_flags or attach_flags, and these hooks define none.",
            source::kMprog, [](const auto& f) { return f.r.other_flags; }),
        due("query.fault", Errno::fault,
            "An array that the kernel must fill is at an address that is not mapped.",
            source::kBpf2, [](const auto& f) { return f.fills && f.r.fault && !f.empty; }),
        due("query.no_space", Errno::nospc,
            "The arrays have room for some entries but not for all. The kernel returns the first "
            "entries and the full count.",
            source::kMprog, [](const auto& f) { return f.fills && f.short_of_room; }),
        effect("query.empty", Change::none, "The list is empty. The query returns count 0.",
               source::kEmptyQuery, [](const auto& f) { return f.empty; }),
        effect("query.all", Change::none,
               "The query returns the revision, the count, and every entry in list order: program "
               "ids, link ids (0 for an entry without a link) and flags, each in its array if that "
               "was given.",
               source::kMprog, [](const auto& f) { return f.fills && !f.empty; }),
        effect("query.count", Change::none,
               "The query gives no array of program ids, or no room. It returns the revision and "
               "the count, and fills no array.",
               source::kMprog, [](const auto& f) { return !f.fills && !f.empty; }),
    });

template <class D>
struct LinkFacts {
  Request<D> r;
  typename D::Bool old_given;  // a program that is one
  typename D::Bool current;    // the new program is the one the link has
  typename D::Bool old_is_current;
  typename D::Bool on_list;  // the new program is on the link's list already
  typename D::Bool at_end;   // the link's entry is FIRST or LAST
  typename D::Int index;     // of the link's entry

  static constexpr bool has_fields = true;
  template <class Self, class Visit>
  static constexpr void visit_fields(Self& f, Visit&& visit) {
    Request<D>::visit_fields(f.r, visit);
    visit("old_given", f.old_given);
    visit("current", f.current);
    visit("old_is_current", f.old_is_current);
    visit("on_list", f.on_list);
    visit("at_end", f.at_end);
    visit("index", f.index);
  }

  template <class Chain>
  static LinkFacts of(const Chain& c, const Request<D>& r) {
    const auto at = c.find(r.link.prog);
    return {.r = r,
            .old_given = r.old.usable(),
            .current = r.link.usable() && (r.link_attached || r.owns_filter) && r.prog.usable() &&
                       r.prog.prog == r.link.prog,
            .old_is_current = r.link.usable() && r.old.usable() && r.old.prog == r.link.prog,
            .on_list = r.prog.usable() && c.find(r.prog.prog).exists,
            .at_end = r.link_attached && at.exists && (c.is_first(at.index) || c.is_last(at.index)),
            .index = at.index};
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
    due("link.closed", Errno::badf, "The descriptor of the link is not open.", source::kBpf2,
        [](const auto& f) { return f.r.link.missing; }),
    due("link.kind", Errno::inval, "The descriptor does not refer to a link.", source::kBpf2,
        [](const auto& f) { return f.r.link.none || f.r.link.wrong_kind; }),
};

inline constexpr auto link_update_checks = std::tuple_cat(
    front_attribute,
    std::tuple{
        due("link_update.flags", Errno::inval, "The request sets a flag other than REPLACE.",
            source::kLinkUpdate, [](const auto& f) { return f.r.other_flags; }),
    },
    link_object, front_prog_object, front_old,
    std::tuple{
        due("link_update.old_unused", Errno::inval,
            "The request names an old program, but does not set REPLACE.", source::kLinkUpdate,
            [](const auto& f) { return !f.r.replace && !f.r.old.none; }),
        due("link_update.orphan", Errno::nolink,
            "The link is detached, or its device or its filter was removed.", source::kTcx,
            [](const auto& f) {
              return f.r.link.usable() && !f.r.link_attached && !f.r.owns_filter;
            }),
        due("link_update.not_current", Errno::perm,
            "The named old program is not the program of the link.", source::kLinkUpdate,
            [](const auto& f) {
              return f.r.replace && f.r.link.usable() && f.old_given && !f.old_is_current;
            }),
        due("link_update.exists", Errno::exist, "The new program is already on this list.",
            source::kMprog,
            [](const auto& f) {
              return f.r.link_attached && f.r.prog.usable() && !f.current && f.on_list;
            }),
        due("link_update.type", Errno::inval, "The new program has another type.", source::kBpf2,
            [](const auto& f) { return f.r.prog.wrong_type; }),
        effect("link_update.same", Change::none,
               "The link already has this program. Nothing changes.", source::kTcx,
               [](const auto& f) { return f.current; }),
        effect("link_update.filter", Change::none,
               "The filter of the link runs the new program. No other filter changes.",
               source::kTcLink, [](const auto& f) { return !f.current && f.r.owns_filter; }),
    });

inline constexpr auto link_update_replaces = std::tuple{
    effect(
        "link_update.replaces", Change::replace,
        "The new program takes the place of the link's old program. No other entry moves.",
        source::kTcx, [](const auto& f) { return !f.current && !f.r.owns_filter && !f.at_end; },
        [](const auto& f) { return f.index; }),
};

inline constexpr auto link_update = std::tuple_cat(link_update_checks, link_update_replaces);

inline constexpr auto link_detach = std::tuple_cat(
    front_attribute, link_object,
    std::tuple{
        effect(
            "link_detach.removes", Change::remove,
            "The entry of the link is removed. The link stays, detached.", source::kTcx,
            [](const auto& f) { return f.r.link_attached; }, [](const auto& f) { return f.index; }),
        effect("link_detach.filter", Change::none,
               "The filter of the link is removed. The link stays, detached.", source::kTcLink,
               [](const auto& f) { return f.r.owns_filter; }),
        effect("link_detach.again", Change::none,
               "The link is already detached or orphaned. The call returns 0, and nothing changes.",
               source::kTcx, [](const auto& f) { return !f.r.link_attached && !f.r.owns_filter; }),
    });

inline constexpr auto link_tells = std::tuple{
    effect("info.attached", Change::none,
           "The kernel returns the program, the device and the attach type of the link.",
           source::kLinkInfo, [](const auto& f) { return f.r.link_attached || f.r.owns_filter; }),
    effect("info.detached", Change::none,
           "The link is on no list and has no filter. The kernel returns its program, its attach "
           "type, and ifindex 0.",
           source::kTcx, [](const auto& f) { return !f.r.link_attached && !f.r.owns_filter; }),
};

inline constexpr auto info = std::tuple_cat(link_object, link_tells);

inline constexpr auto fdinfo = std::tuple_cat(
    std::tuple{
        due("fdinfo.closed", Errno::noent,
            "The descriptor is not open, so /proc has no file for it.", source::kLinkInfo,
            [](const auto& f) { return f.r.link.missing; }),
    },
    link_tells);

// close(2) of a program: r.prog. Of a link: r.link, whose entry goes with its last reference.
inline constexpr auto close = std::tuple{
    due("close.closed", Errno::badf, "The descriptor is not open.", source::kHouse,
        [](const auto& f) { return f.r.prog.missing || f.r.link.missing; }),
    effect(
        "close.link", Change::remove,
        "The last reference to an attached link is dropped. Its entry is removed.", source::kTcx,
        [](const auto& f) { return f.r.link.usable() && f.r.link_attached; },
        [](const auto& f) { return f.index; }),
    effect("close.filter", Change::none,
           "The last reference to a link with a filter is dropped. The filter is removed.",
           source::kTcLink, [](const auto& f) { return f.r.link.usable() && f.r.owns_filter; }),
    effect(
        "close.detached_link", Change::none,
        "The link owns no entry. It is freed, and no list changes.", source::kTcx,
        [](const auto& f) { return f.r.link.usable() && !f.r.link_attached && !f.r.owns_filter; }),
    effect(
        "close.prog", Change::none,
        "The descriptor is closed. An attached program stays loaded as long as its entry exists.",
        source::kMprog, [](const auto& f) { return f.r.link.none; }),
};

inline constexpr auto remove = std::tuple{
    due("remove_device.gone", Errno::nodev, "The device does not exist.", source::kHouse,
        [](const auto& f) { return !f.r.device_known; }),
    effect("remove_device.clears", Change::none,
           "The device is removed with its lists. Entries without a link drop their references, "
           "and links are orphaned.",
           source::kTcx,
           [](const auto& f) {
             return f.r.device_known && !f.r.whole_namespace && !f.r.paired && !f.r.has_filters;
           }),
    effect("remove_device.filters", Change::none,
           "The filters of the device are removed as well. Filters made by netlink drop their "
           "references, and links are orphaned.",
           source::kTcLink,
           [](const auto& f) {
             return f.r.device_known && !f.r.whole_namespace && !f.r.paired && f.r.has_filters;
           }),
    effect("remove_device.pair", Change::none,
           "Removing one device of a pair removes both, with their lists.", source::kNetkit,
           [](const auto& f) { return f.r.device_known && !f.r.whole_namespace && f.r.paired; }),
    effect("remove_namespace.clears", Change::none,
           "The namespace is removed, with every device in it.", source::kTcx,
           [](const auto& f) { return f.r.whole_namespace; }),
};

// A qdisc shares the hooks of the device, not the lists.
inline constexpr auto qdisc = std::tuple{
    due("front.device", Errno::nodev, "The device does not exist.", source::kTcx,
        [](const auto& f) { return !f.r.device_known; }),
    due("qdisc.exists", Errno::exist,
        "A qdisc is added, and the device already has one of this kind.", source::kQdisc,
        [](const auto& f) { return f.r.adds && f.r.has_qdisc && !f.r.other_qdisc; }),
    may("qdisc.other", Errno::exist,
        "A qdisc is added, and the device has one of the other kind. The kernel may replace it.",
        source::kQdisc, [](const auto& f) { return f.r.adds && f.r.has_qdisc && f.r.other_qdisc; }),
    fails("qdisc.absent", Errno::noent, "A qdisc is deleted, and the device has none.",
          source::kQdisc, [](const auto& f) { return f.r.removes && !f.r.has_qdisc; }),
    effect("qdisc.tears_down", Change::none,
           "The qdisc is deleted, or replaced by one of the other kind, and its filters are "
           "removed. Filters made by netlink drop their references, and links are orphaned.",
           source::kTcLink, [](const auto& f) { return f.r.has_filters && f.r.other_qdisc; }),
    effect("qdisc.beside", Change::none,
           "The qdisc is added, replaced or deleted. No list and no filter changes.", source::kTcx,
           [](const auto& f) { return f.r.device_known && !(f.r.has_filters && f.r.other_qdisc); }),
};

// Whoever conforms comes to no harm; a kernel that is provoked does, and has to be found out.
inline constexpr auto provoke = std::tuple{
    effect("provoke.unharmed", Change::none, "The kernel keeps running, and no list changes.",
           source::kOurs, [](const auto& f) { return f.r.link.none; }),
};

}  // namespace mprogcheck::rules
