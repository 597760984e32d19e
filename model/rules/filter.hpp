// SPDX-License-Identifier: GPL-2.0-only
// Rules for filters of a device's classifier: by netlink, and by links that own what they make.
//
// Who made a filter owns it for its life: netlink keeps off the filters of links, and a link takes
// over no filter, whoever made it (seed 002). What tc answers where several errors are due nobody
// promises; of a link's creation the order is that of the posting.
#pragma once

#include "model/rules/common.hpp"

namespace mprogcheck::rules {

template <class D>
struct FilterFacts {
  using Bool = typename D::Bool;
  Request<D> r;
  Bool no_hook;   // no qdisc of the device has the hook
  Bool there;     // there is a filter at that place; of a chain: in it
  Bool owned;     // ... of a link
  Bool changes;   // what is there, and does not make it
  Bool skips_sw;  // to run in hardware alone, which no device here can

  static constexpr bool has_fields = true;
  template <class Self, class Visit>
  static constexpr void visit_fields(Self& f, Visit&& visit) {
    Request<D>::visit_fields(f.r, visit);
    visit("no_hook", f.no_hook);
    visit("there", f.there);
    visit("owned", f.owned);
    visit("changes", f.changes);
    visit("skips_sw", f.skips_sw);
  }
};
static_assert(lists_every_field<FilterFacts>());

inline constexpr auto filter_caller = Sequence{
    due("filter.caller", Errno::perm,
        "The caller does not have CAP_NET_ADMIN, which changing filters by netlink needs.",
        code(source::rtnetlink_c("rtnetlink_rcv_msg")),
        [](const auto& f) { return !f.r.privileged; }),
};

inline constexpr auto filter_hook = Sequence{
    anywhere("front.device", Errno::nodev,
             "The network namespace of the caller has no such device.",
             code(source::cls_api_c("__tcf_qdisc_find")),
             [](const auto& f) { return !f.r.device_known; }),
    fails("filter.no_hook", Errno::inval,
          "No qdisc of the device has the hook. A clsact qdisc has both hooks, an ingress qdisc "
          "has ingress.",
          house(source::cls_api_c("__tcf_qdisc_find"),
                commit("1f211a1b929c", "works on ingress, but also on")),
          [](const auto& f) { return f.r.device_known && f.no_hook; }),
};

inline constexpr auto filter = join(
    filter_caller, filter_hook,
    Sequence{
        anywhere("filter.flags", Errno::inval,
                 "The request sets a flag other than SKIP_HW and SKIP_SW.",
                 code(file("net/sched/cls_bpf.c", "cls_bpf_change")),
                 [](const auto& f) { return f.r.other_flags; }),
        anywhere("front.prog_closed", Errno::badf, "The descriptor of the program is not open.",
                 code(file("net/sched/cls_bpf.c", "cls_bpf_prog_from_efd"),
                      source::syscall_c("__bpf_prog_get")),
                 [](const auto& f) { return !f.r.removes && f.r.prog.missing; }),
        anywhere(
            "front.prog_kind", Errno::inval, "The descriptor does not refer to a program.",
            code(file("net/sched/cls_bpf.c", "cls_bpf_prog_from_efd"),
                 source::syscall_c("__bpf_prog_get")),
            [](const auto& f) { return !f.r.removes && (f.r.prog.none || f.r.prog.wrong_kind); }),
        anywhere("front.prog_type", Errno::inval, "Filters do not run programs of this type.",
                 code(file("net/sched/cls_bpf.c", "cls_bpf_prog_from_efd"),
                      source::syscall_c("__bpf_prog_get"), source::syscall_c("bpf_prog_get_ok")),
                 [](const auto& f) { return f.r.prog.wrong_type; }),
        anywhere("filter.exists", Errno::exist, "The request adds a filter where one exists.",
                 document(commit("715c5ce454a6", "failing with -EEXIST"),
                          man("netlink(7)", "NLM_F_EXCL"), source::cls_api_c("tc_new_tfilter")),
                 [](const auto& f) { return f.r.adds && f.there; }),
        anywhere("filter.owned", Errno::perm,
                 "A link owns the filter. Netlink cannot change or delete it.",
                 document(posting("002", "from netlink returns EPERM, denoting"),
                          posting("002", "cannot be replaced by netlink API")),
                 [](const auto& f) { return !f.r.adds && f.owned; }),
        fails("filter.absent", Errno::noent,
              "The request changes or deletes a filter that does not exist.",
              code(source::cls_api_c("tc_del_tfilter"), source::cls_api_c("tc_new_tfilter"),
                   man("netlink(7)", "NLM_F_CREATE")),
              [](const auto& f) { return (f.changes || f.r.removes) && !f.there; }),
        fails("filter.skip_sw", Errno::inval,
              "The request sets SKIP_SW, and the device cannot run programs in hardware. Nothing "
              "is installed.",
              document(man("tc-bpf(8)", "kernel will report an error and")),
              [](const auto& f) { return f.skips_sw; }),
        effect("filter.removes", Change::none, "The filter is deleted.",
               selftest(file("tools/testing/selftests/tc-testing/tc-tests/filters/bpf.json",
                             "Delete cBPF filter"),
                        commit("715c5ce454a6", "and removing traffic control filters")),
               [](const auto& f) { return f.r.removes; }),
        effect("filter.replaces", Change::none,
               "The filter, which netlink made, runs the new program.",
               document(man("tc(8)", "nearly atomic remove/add"),
                        man("tc(8)", "Some entities can be modified"),
                        commit("715c5ce454a6", "allows replacing an existing filter instead")),
               [](const auto& f) { return !f.r.removes && f.there; }),
        effect("filter.makes", Change::none,
               "A filter without a link is created, with direct action.",
               document(man("tc(8)", "Add a qdisc, class or filter to a node"),
                        man("tc(8)", "not exist yet it is created"),
                        commit("715c5ce454a6", "direct action mode, chain index of 0")),
               [](const auto& f) { return !f.r.removes && !f.there; }),
    });

inline constexpr Cited kFilterLink[] = {
    {"front.prog_type", house(source::syscall_c("bpf_prog_attach_check_attach_type"),
                              file("net/sched/cls_bpf.c", "cls_bpf_prog_from_efd"))},
};

inline constexpr auto filter_link = cite(
    join(
        front_prog,
        Sequence{
            due("filter_link.caller", Errno::perm,
                "The caller does not have CAP_NET_ADMIN, which making a filter needs, by a link as "
                "by netlink.",
                house(), [](const auto& f) { return !f.r.privileged; }),
            due("filter_link.flags", Errno::inval,
                "The request sets a flag other than SKIP_HW and SKIP_SW.",
                code(posting("002", "cls_bpf_link_change"),
                     file("net/sched/cls_bpf.c", "CLS_BPF_SUPPORTED_GEN_FLAGS")),
                [](const auto& f) { return f.r.other_flags; }),
            due("front.device", Errno::nodev,
                "The network namespace of the caller has no such device.",
                house(source::cls_api_c("__tcf_qdisc_find")),
                [](const auto& f) { return !f.r.device_known; }),
            fails("filter.no_hook", Errno::inval,
                  "No qdisc of the device has the hook. A clsact qdisc has both hooks, an ingress "
                  "qdisc has ingress.",
                  house(source::cls_api_c("__tcf_qdisc_find"),
                        commit("1f211a1b929c", "works on ingress, but also on")),
                  [](const auto& f) { return f.r.device_known && f.no_hook; }),
            due("filter_link.exists", Errno::exist,
                "A filter already exists, made by netlink or by a link. No link takes it over.",
                document(posting("002", "attempt will fail with EEXIST")),
                [](const auto& f) { return f.there; }),
            fails(
                "filter.skip_sw", Errno::inval,
                "The request sets SKIP_SW, and the device cannot run programs in hardware. Nothing "
                "is installed.",
                document(man("tc-bpf(8)", "kernel will report an error and"),
                         posting("002", "to allow for offloading use cases")),
                [](const auto& f) { return f.skips_sw; }),
            effect("filter_link.makes", Change::none,
                   "The link gets a filter of chain 0, with direct action, for all protocols.",
                   document(posting("002", "always setting direct action mode"),
                            posting("002", "protocol to ETH_P_ALL"),
                            commit("715c5ce454a6", "chain index of 0")),
                   [](const auto& f) { return !f.there; }),
        }),
    kFilterLink);

inline constexpr auto chain = join(
    filter_caller, filter_hook,
    Sequence{
        may("chain.empty", Errno::inval, "The chain has no filters, and may not exist.",
            code(source::cls_api_c("tc_ctl_chain")),
            [](const auto& f) { return f.r.device_known && !f.no_hook && !f.there; }),
        effect("chain.removes", Change::none,
               "All filters of the chain are deleted, and links are orphaned.",
               code(source::cls_api_c("user requested chain removal"),
                    posting("002", "detached due to chain removal")),
               [](const auto& f) { return f.there; }),
        effect("chain.nothing", Change::none,
               "The chain has no filters. No filter of another chain changes.",
               code(source::cls_api_c("tc_ctl_chain")), [](const auto& f) { return !f.there; }),
    });

}  // namespace mprogcheck::rules
