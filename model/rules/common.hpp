// SPDX-License-Identifier: GPL-2.0-only
// Rules both dialects share: the query, the link commands that do not depend on the order of the
// list, and what removes devices and qdiscs.
#pragma once

#include "model/rules/front.hpp"

namespace mprogcheck::rules {

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

inline constexpr Cited kQuery[] = {
    {"front.device", code(source::tcx_c("tcx_prog_query"), source::netkit_c("netkit_dev_fetch"))},
    {"front.not_primary", selftest(source::tc_netkit("serial_test_tc_netkit_device"),
                                   source::netkit_commit("Only the primary device"))},
};

inline constexpr auto query = cite(
    join(
        front_attribute, attribute_gap,
        Sequence{
            due("query.caller", Errno::perm,
                "The caller has neither CAP_NET_ADMIN nor CAP_SYS_ADMIN in the initial user "
                "namespace.",
                code(source::syscall_c("bpf_prog_query"), source::syscall_c("bpf_net_capable")),
                [](const auto& f) { return !f.r.privileged; }),
            due("front.attach_type", Errno::inval, "The kernel knows no such attach type.",
                code(source::syscall_c("bpf_prog_query")),
                [](const auto& f) { return !f.r.hook_known; }),
        },
        front_device,
        Sequence{
            anywhere("query.flags", Errno::inval,
                     "The query sets a flag in query_flags or attach_flags, and these hooks define "
                     "none.",
                     selftest(source::tc_opts("test_tc_opts_query_target")),
                     [](const auto& f) { return f.r.other_flags; }),
            due("query.fault", Errno::fault,
                "An array that the kernel must fill is at an address that is not mapped.",
                code(source::mprog_c("bpf_mprog_query")),
                [](const auto& f) { return f.fills && f.r.fault && !f.empty; }),
            due("query.no_space", Errno::nospc,
                "The arrays have room for some entries but not for all. The kernel returns the "
                "first "
                "entries and the full count.",
                selftest(source::tc_opts("test_tc_opts_query_target")),
                [](const auto& f) { return f.fills && f.short_of_room; }),
            effect("query.empty", Change::none,
                   "The list is empty. The query returns count 0, and the revision that an attach "
                   "may then expect.",
                   document(commit("edfa9af0a73e", "count of 0 and revision of"),
                            source::tc_opts("test_tc_opts_query_attach_target")),
                   [](const auto& f) { return f.empty; }),
            effect(
                "query.all", Change::none,
                "The query returns the revision, the count, and every entry in list order in each "
                "array that was given.",
                document(source::mprog_commit("prog_ids are always filled with"),
                         source::uapi("BPF_PROG_QUERY"),
                         source::tc_opts("test_tc_opts_query_target")),
                [](const auto& f) { return f.fills && !f.empty; }),
            effect("query.count", Change::none,
                   "The query gives no array of program ids, or no room. It returns the revision "
                   "and the count, and fills no array.",
                   document(commit("a4fe78386afb", "populates count and revision fields"),
                            source::tc_opts("test_tc_opts_query_target"),
                            source::mprog_c("bpf_mprog_query")),
                   [](const auto& f) { return !f.fills && !f.empty; }),
        }),
    kQuery);

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

inline constexpr auto link_object = Sequence{
    due("link.closed", Errno::badf, "The descriptor of the link is not open.",
        document(source::bpf2("EBADF")), [](const auto& f) { return f.r.link.missing; }),
    due("link.kind", Errno::inval, "The descriptor does not refer to a link.",
        code(source::syscall_c("bpf_link_get_from_fd")),
        [](const auto& f) { return f.r.link.none || f.r.link.wrong_kind; }),
};

inline constexpr Cited kLinkUpdate[] = {
    {"front.prog_closed",
     document(source::bpf2("EBADF"), source::flow_dissector("test_link_update_invalid_prog"))},
    {"front.old_closed",
     document(source::bpf2("EBADF"), source::flow_dissector("test_link_update_invalid_opts"))},
    {"front.old_kind", source::kNoProgram},
};

inline constexpr auto link_update_checks = cite(
    join(front_attribute,
         Sequence{
             due("link_update.flags", Errno::inval, "The request sets a flag other than REPLACE.",
                 selftest(source::flow_dissector("test_link_update_invalid_opts"),
                          file("Documentation/process/"
                               "adding-syscalls.rst",
                               "reject the system call"),
                          source::syscall_c("link_update")),
                 [](const auto& f) { return f.r.other_flags; }),
         },
         link_object, front_prog_object, front_old,
         Sequence{
             due("link_update.old_unused", Errno::inval,
                 "The request names an old program, but does "
                 "not set REPLACE.",
                 selftest(source::flow_dissector("test_link_update_invalid_opts"),
                          source::uapi("old_prog_fd")),
                 [](const auto& f) { return !f.r.replace && !f.r.old.none; }),
             due("link_update.orphan", Errno::nolink,
                 "The link is detached, or its device was "
                 "removed.",
                 code(source::tcx_c("tcx_link_update"), source::netkit_c("netkit_link_update"),
                      posting("000", "netkit_link_update")),
                 [](const auto& f) {
                   return f.r.link.usable() && !f.r.link_attached && !f.r.owns_filter;
                 }),
             due("link_update.not_current", Errno::perm,
                 "The link owns an entry, and the named old program is not its program.",
                 code(source::tcx_c("tcx_link_update"), source::netkit_c("netkit_link_update"),
                      source::flow_dissector("test_link_update_invalid_opts")),
                 [](const auto& f) {
                   return f.r.replace && f.r.link.usable() && f.old_given && !f.old_is_current &&
                          !f.r.owns_filter;
                 }),
             due("link_update.filter_not_current", Errno::perm,
                 "The link owns a filter, and the named old program is not its program.",
                 house(source::flow_dissector("test_link_update_invalid_opts")),
                 [](const auto& f) {
                   return f.r.replace && f.r.owns_filter && f.old_given && !f.old_is_current;
                 }),
             due("link_update.exists", Errno::exist, "The new program is already on this list.",
                 code(source::mprog_c("bpf_mprog_attach"), source::posting3("bpf_mprog_replace")),
                 [](const auto& f) {
                   return f.r.link_attached && f.r.prog.usable() && !f.current && f.on_list;
                 }),
             due("link_update.type", Errno::inval,
                 "The link owns no filter, and the new program has another type than its program.",
                 code(source::mprog_c("bpf_mprog_prog"),
                      source::posting3("bpf_mprog_tuple_relative"),
                      source::flow_dissector("test_link_update_invalid_prog")),
                 [](const auto& f) { return f.r.prog.wrong_type && !f.r.owns_filter; }),
             due("link_update.filter_type", Errno::inval,
                 "The link owns a filter, and filters do not run programs of the new type.",
                 house(file("net/sched/cls_bpf.c", "cls_bpf_prog_from_efd"),
                       source::flow_dissector("test_link_update_invalid_prog")),
                 [](const auto& f) { return f.r.prog.wrong_type && f.r.owns_filter; }),
             effect("link_update.same", Change::none,
                    "The link already has this program. Nothing "
                    "changes.",
                    selftest(source::tc_links("test_tc_links_replace_target"),
                             source::tcx_c("tcx_link_update")),
                    [](const auto& f) { return f.current; }),
             effect("link_update.filter", Change::none,
                    "The filter of the link runs the new program.",
                    document(source::uapi("BPF_LINK_UPDATE"),
                             posting("002", "changing it and deleting it only")),
                    [](const auto& f) { return !f.current && f.r.owns_filter; }),
         }),
    kLinkUpdate);

inline constexpr auto link_update_replaces = Sequence{
    effect(
        "link_update.replaces", Change::replace,
        "The new program takes the place of the "
        "link's old program. No other entry moves.",
        selftest(source::tc_links("test_tc_links_replace_target"), source::uapi("BPF_LINK_UPDATE"),
                 source::tcx_commit("(atomic) BPF program update")),
        [](const auto& f) { return !f.current && !f.r.owns_filter && !f.at_end; },
        [](const auto& f) { return f.index; }),
};

inline constexpr auto link_update = join(link_update_checks, link_update_replaces);

inline constexpr auto link_detach = join(
    front_attribute, link_object,
    Sequence{
        effect(
            "link_detach.removes", Change::remove,
            "The entry of the link is removed. The link stays, detached.",
            document(source::uapi("BPF_LINK_DETACH"),
                     source::tc_links("test_tc_links_replace_target"),
                     source::tcx_c("tcx_link_detach")),
            [](const auto& f) { return f.r.link_attached; }, [](const auto& f) { return f.index; }),
        effect("link_detach.filter", Change::none,
               "The filter of the link is removed. The link stays, detached.",
               document(posting("002", "changing it and deleting it only"),
                        source::uapi("BPF_LINK_DETACH")),
               [](const auto& f) { return f.r.owns_filter; }),
        effect("link_detach.again", Change::none,
               "The link of a list is already detached or orphaned. The call returns 0, and "
               "nothing changes.",
               code(source::tcx_c("tcx_link_detach"), source::netkit_c("netkit_link_detach")),
               [](const auto& f) { return !f.r.link_attached && !f.r.of_filter; }),
        effect("link_detach.filter_gone", Change::none,
               "The filter of the link is already gone. The call returns 0, and nothing changes.",
               house(source::tcx_c("tcx_link_detach")),
               [](const auto& f) { return f.r.of_filter && !f.r.owns_filter; }),
    });

inline constexpr auto link_tells = Sequence{
    effect("info.attached", Change::none,
           "The link is on a list. The kernel returns its program, its device and its attach type.",
           document(source::uapi("bpf_link_info"), source::uapi("BPF_OBJ_GET_INFO_BY_FD"),
                    source::tcx_c("tcx_link_fill_info")),
           [](const auto& f) { return f.r.link_attached; }),
    effect("info.filter", Change::none,
           "The link owns a filter. The kernel returns its program, its device and its hook.",
           house(source::uapi("bpf_link_info")), [](const auto& f) { return f.r.owns_filter; }),
    effect("info.detached", Change::none,
           "The link of a list is on none any more. The kernel returns its program, its attach "
           "type, and ifindex 0.",
           code(source::syscall_c("bpf_link_get_info_by_fd"), source::tcx_c("tcx_link_fill_info"),
                source::netkit_c("netkit_link_fill_info")),
           [](const auto& f) { return !f.r.link_attached && !f.r.of_filter; }),
    effect("info.filter_gone", Change::none,
           "The filter of the link is gone. The kernel returns its program, its hook, and ifindex "
           "0.",
           house(source::tcx_c("tcx_link_fill_info")),
           [](const auto& f) { return f.r.of_filter && !f.r.owns_filter; }),
};

inline constexpr Cited kInfo[] = {
    {"link.kind", code(source::syscall_c("bpf_obj_get_info_by_fd")),
     "The descriptor refers neither to a link nor to another object of BPF that has information of "
     "its own."},
};

inline constexpr auto info = cite(join(link_object, link_tells), kInfo);

inline constexpr Cited kFdinfo[] = {
    {"info.attached",
     code(source::syscall_c("bpf_link_show_fdinfo"), source::tcx_c("tcx_link_fdinfo"),
          source::netkit_c("netkit_link_fdinfo"))},
    {"info.detached",
     code(source::syscall_c("bpf_link_show_fdinfo"), source::tcx_c("tcx_link_fdinfo"),
          source::netkit_c("netkit_link_fdinfo"))},
};

inline constexpr auto fdinfo =
    cite(join(
             Sequence{
                 due("fdinfo.closed", Errno::noent,
                     "The descriptor is not open, so /proc has no file for it.",
                     document(man("proc_pid_fdinfo(5)", "for each file which the"),
                              man("open(2)", "the named file does not exist")),
                     [](const auto& f) { return f.r.link.missing; }),
             },
             link_tells),
         kFdinfo);

// close(2) of a program: r.prog. Of a link: r.link, whose entry goes with its last reference.
inline constexpr auto close = Sequence{
    due("close.closed", Errno::badf, "The descriptor is not open.",
        document(man("close(2)", "valid open file descriptor")),
        [](const auto& f) { return f.r.prog.missing || f.r.link.missing; }),
    effect(
        "close.link", Change::remove,
        "The last reference to an attached link is dropped. Its entry is removed.",
        document(source::tcx_commit("hook points do not reference"),
                 source::tcx_commit("safe, auto-detachable behavior by default"),
                 source::tc_links("test_tc_links_replace_target")),
        [](const auto& f) { return f.r.link.usable() && f.r.link_attached; },
        [](const auto& f) { return f.index; }),
    effect("close.filter", Change::none,
           "The last reference to a link with a filter is dropped. The filter is removed.",
           document(source::tcx_commit("hook points do not reference"),
                    source::tcx_commit("safe, auto-detachable behavior by default"),
                    posting("002", "changing it and deleting it only")),
           [](const auto& f) { return f.r.link.usable() && f.r.owns_filter; }),
    effect(
        "close.detached_link", Change::none,
        "The last reference to a link that owns no entry is dropped. It is freed, and no list "
        "changes.",
        code(source::syscall_c("bpf_link_free"), source::tcx_c("tcx_link_release"),
             source::netkit_c("netkit_link_release")),
        [](const auto& f) { return f.r.link.usable() && !f.r.link_attached && !f.r.owns_filter; }),
    effect(
        "close.prog", Change::none,
        "The descriptor is closed. An attached program stays loaded as long as its entry exists.",
        document(source::uapi("or attached (for example, bound to"),
                 source::tc_opts("test_tc_opts_max_target"), source::bpf2("BPF_PROG_LOAD")),
        [](const auto& f) { return f.r.link.none; }),
};

inline constexpr auto remove = Sequence{
    due("remove_device.gone", Errno::nodev, "The device does not exist.",
        code(source::rtnetlink_c("rtnl_dellink")), [](const auto& f) { return !f.r.device_known; }),
    effect("remove_device.clears", Change::none,
           "The device is removed with its lists, and links are orphaned.",
           selftest(source::tc_links("test_tc_links_dev_cleanup_target"),
                    source::tc_opts("test_tc_opts_dev_cleanup_target"),
                    source::tcx_c("tcx_uninstall")),
           [](const auto& f) {
             return f.r.device_known && !f.r.whole_namespace && !f.r.paired && !f.r.has_filters;
           }),
    effect("remove_device.filters", Change::none,
           "The filters of the device are removed as well, and links are orphaned.",
           document(posting("002", "or net_device shutdown"),
                    source::tc_links("test_tc_links_dev_mixed"),
                    file("net/sched/sch_generic.c", "dev_shutdown")),
           [](const auto& f) {
             return f.r.device_known && !f.r.whole_namespace && !f.r.paired && f.r.has_filters;
           }),
    effect("remove_device.pair", Change::none,
           "Removing one device of a pair removes both, with their lists.",
           code(source::netkit_c("netkit_del_link"), source::netkit_c("netkit_release_all"),
                source::tcx_c("tcx_uninstall")),
           [](const auto& f) { return f.r.device_known && !f.r.whole_namespace && f.r.paired; }),
    effect("remove_namespace.clears", Change::none,
           "The namespace is removed, with every virtual device in it.",
           code(file("net/core/dev.c", "default_device_exit_batch"),
                man("network_namespaces(7)", "When a namespace is freed")),
           [](const auto& f) { return f.r.whole_namespace; }),
};

// A qdisc shares the hooks of the device, not the lists.
inline constexpr auto qdisc = Sequence{
    due("front.device", Errno::nodev, "The device does not exist.",
        code(file("net/sched/sch_api.c", "tc_modify_qdisc"),
             file("net/sched/sch_api.c", "tc_get_qdisc")),
        [](const auto& f) { return !f.r.device_known; }),
    due("qdisc.exists", Errno::exist,
        "A qdisc is added, and the device already has one of this kind.",
        refusal(selftest(file("tools/testing/selftests/tc-testing/tc-tests/qdiscs/ingress.json",
                              "Add duplicate ingress qdisc"),
                         man("netlink(7)", "NLM_F_EXCL"),
                         file("net/sched/sch_api.c", "tc_modify_qdisc"))),
        [](const auto& f) { return f.r.adds && f.r.has_qdisc && !f.r.other_qdisc; }),
    may("qdisc.other", Errno::exist,
        "A qdisc is added, and the device has one of the other kind. The kernel may replace it.",
        code(file("net/sched/sch_api.c", "tc_modify_qdisc")),
        [](const auto& f) { return f.r.adds && f.r.has_qdisc && f.r.other_qdisc; }),
    fails("qdisc.absent", Errno::noent, "A qdisc is deleted, and the device has none.",
          selftest(file("tools/testing/selftests/tc-testing/tc-tests/qdiscs/ingress.json",
                        "Delete nonexistent ingress qdisc"),
                   file("Documentation/netlink/specs/tc.yaml", "delqdisc"),
                   file("net/sched/sch_api.c", "tc_get_qdisc")),
          [](const auto& f) { return f.r.removes && !f.r.has_qdisc; }),
    effect("qdisc.tears_down", Change::none,
           "The qdisc is deleted, or replaced by one of the other kind, and its filters are "
           "removed. Links are orphaned.",
           document(man("tc(8)", "as any filters attached to"),
                    man("tc(8)", "nearly atomic remove/add"), posting("002", "qdisc tear down")),
           [](const auto& f) { return f.r.has_filters && f.r.other_qdisc; }),
    effect("qdisc.beside", Change::none,
           "The qdisc is added, replaced or deleted. No list and no filter changes.",
           code(file("net/sched/sch_ingress.c", "tcx_entry_fetch_or_create"),
                file("net/sched/sch_ingress.c", "tcx_entry_is_active"),
                file("net/sched/sch_api.c", "qdisc_change")),
           [](const auto& f) { return f.r.device_known && !(f.r.has_filters && f.r.other_qdisc); }),
};

// Whoever conforms comes to no harm; a kernel that is provoked does, and has to be found out.
inline constexpr auto provoke = Sequence{
    effect("provoke.unharmed", Change::none, "The kernel keeps running, and no list changes.",
           house(), [](const auto& f) { return f.r.link.none; }),
};

}  // namespace mprogcheck::rules
