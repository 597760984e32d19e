// SPDX-License-Identifier: GPL-2.0-only
#include "model/rules/invariants.hpp"

#include "model/rules/references.hpp"

namespace mprogcheck {
namespace {

using namespace rules::source;

constexpr Clause holds(std::string_view id, std::string_view sentence, Source source) {
  return {id, Force::effect, Errno::ok, Change::none, sentence, source};
}

constexpr std::string_view kIfLink = "include/uapi/linux/if_link.h";

constexpr Invariant kInvariants[] = {
    {Judged::harm, kAnyCall,
     holds(
         "harm", "No request makes the kernel warn, stall, crash or fall silent.",
         document(file("Documentation/process/coding-style.rst", "Do not crash the kernel"),
                  file("Documentation/process/coding-style.rst", "by user space actions"),
                  file("Documentation/admin-guide/lockup-watchdogs.rst", "is defined as a bug")))},
    {Judged::told, kAnyCall,
     holds("told",
           "A target reports a list, devices or filters if and only if the request is about one.",
           house())},
    {Judged::attribute_within, kAnyCall,
     holds("attribute.within",
           "The kernel writes nothing outside the attribute, which is as long as the caller says.",
           document(bpf2("size of the union pointed to"), uapi("size of the union pointed to"),
                    file("tools/testing/selftests/bpf/prog_tests/bpf_attr_size.c",
                         "revision_not_written_old", "7.3")))},
    {Judged::precedence, kAnyCall,
     holds("precedence",
           "Where several errors are due, the request fails with that of the first clause, except "
           "where a clause has no place in the order.",
           code(mprog_c("bpf_mprog_attach"), syscall_c("bpf_prog_attach"),
                posting3("bpf_mprog_attach")))},
    {Judged::refusal_nothing, kAnyCall,
     holds(
         "refusal.nothing", "A request that is refused changes no list.",
         selftest(tc_opts("test_tc_opts_replace_target"), tc_links("test_tc_links_replace_target"),
                  tc_opts("test_tc_opts_revision_target")))},
    {Judged::refusal_elsewhere, kAnyCall,
     holds("refusal.elsewhere", "A request that is refused changes no device and no filter.",
           house())},
    {Judged::detach_memory, "detach",
     holds("detach.memory", "No detach, and no detach of a link, fails for want of memory.",
           document(mprog_commit("could otherwise fail"), posting3("could otherwise fail")))},
    {Judged::references, kAnyCall,
     holds("references",
           "Each open file of a program, entry without a link, link, and filter made by netlink "
           "holds one reference on the program, and nothing else does.",
           code(uapi("An eBPF object is deallocated only after"),
                file("net/sched/cls_bpf.c", "cls_bpf_free_parms"),
                tcx_commit("holds a single reference to keep")))},
    {Judged::revision_first, kAnyCall,
     holds("revision.first", "A list that nothing has changed has the first revision, 1.",
           document(commit("edfa9af0a73e", "count of 0 and revision of"),
                    tc_opts("test_tc_opts_query_attach_target"), posting3("bpf_mprog_create")))},
    {Judged::revision_unmoved, kAnyChange,
     holds(
         "revision.unmoved", "A change moves the revision of its list.",
         selftest(tc_links("test_tc_links_replace_target"), tc_opts("test_tc_opts_revision_target"),
                  mprog_commit("query current state with revision")))},
    {Judged::revision_kept, kAnyCall,
     holds("revision.kept", "What changes no list moves no revision.",
           selftest(tc_opts("test_tc_opts_revision_target"),
                    tc_links("test_tc_links_replace_target")))},
    {Judged::revision_never_0, kAnyChange,
     holds("revision.never_0", "No list has revision 0: in a request that means any.",
           code(file("include/linux/bpf_mprog.h", "bpf_mprog_bundle_init"),
                mprog_c("bpf_mprog_attach"), posting3("bpf_mprog_commit")))},
    {Judged::revision_never_returns, kAnyChange,
     holds("revision.never_returns",
           "As long as a list has entries, no revision that it has had comes back: else it could "
           "not assert that the list is as it was.",
           document(mprog_commit("along for attachment to assert current state"),
                    posting3("assert current state before doing updates")))},
    {Judged::revision_emptied, kAnyChange,
     holds("revision.emptied",
           "A list that is emptied goes on counting. The kernel may free it, and start anew.",
           house(commit("edfa9af0a73e", "count of 0 and revision of"),
                 tc_opts("expected_revision = 1")))},
    {Judged::revision_told, kAnyCall,
     holds("revision.told",
           "The revision that a query gives of an empty list of netkit is the one that an attach "
           "may expect.",
           document(commit("edfa9af0a73e", "so that this can be fed"),
                    netkit_commit("right from the beginning with similar API"),
                    mprog_commit("along for attachment to assert current state")))},
    {Judged::query_within, "query",
     holds("query.within", "The kernel writes no more entries than the query gives room for.",
           selftest(tc_opts("test_tc_opts_query_target")))},
    {Judged::query_progs, "query",
     holds("query.progs",
           "Each place of the array of programs has the id of the program at that place of the "
           "list.",
           document(mprog_commit("prog_ids are always filled with"),
                    tc_opts("test_tc_opts_query_target")))},
    {Judged::query_links, "query",
     holds("query.links",
           "Each place of the array of links has the id of the link that owns the entry, 0 if none "
           "does.",
           document(mprog_commit("link_ids are filled with link"),
                    tc_links("test_tc_links_replace_target")))},
    {Judged::query_flags, "query",
     holds("query.entry_flags", "The flags of each entry are 0. These hooks define none.",
           code(mprog_c("bpf_mprog_query")))},
    {Judged::query_end_flags, "query",
     holds(
         "query.end_flags", "The flags of each entry say whether it is FIRST, and LAST.",
         document(posting3("{prog,link}_attach_flags for holding"), posting3("bpf_mprog_query")))},
    {Judged::send_whole, "send",
     holds(
         "send.whole",
         "The bytes that arrive of a packet are those that were sent, if no program changes them.",
         code(netkit_c("netkit_xmit")))},
    {Judged::send_on, "send",
     holds("send.on", "A program of netkit meets the packet on the device that receives it.",
           code(netkit_c("netkit_xmit")))},
    {Judged::send_scrub, "send",
     holds("send.scrub",
           "Mark and priority are 0 before a program of netkit runs, if the device scrubs and its "
           "peer is in another network namespace.",
           document(file(kIfLink, "netkit_scrub"), man("ip-link(8)", "scrub SCRUB")))},
    {Judged::send_counted, "send",
     holds(
         "send.counted",
         "A packet that gets past tcx egress is counted once on the device that sends it, as sent "
         "or as dropped. One that the peer receives is counted once there, any other not at all.",
         code(netkit_c("netkit_xmit"), file(kIfLink, "rtnl_link_stats64")))},
};
static_assert(std::size(kInvariants) == kJudged);
static_assert([] {
  for (std::size_t i = 0; i < kJudged; ++i)
    if (kInvariants[i].what != static_cast<Judged>(i)) return false;
  return true;
}());

}  // namespace

std::span<const Invariant> all_invariants() {
  return kInvariants;
}

const Clause& clause_of(Judged what) {
  return kInvariants[static_cast<std::size_t>(what)].clause;
}

bool concerns(Dialect dialect, Judged what) {
  if (what == Judged::query_flags) return dialect->entry_flags == 0;
  if (what == Judged::query_end_flags) return dialect->entry_flags != 0;
  return true;
}

}  // namespace mprogcheck
