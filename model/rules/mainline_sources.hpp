// SPDX-License-Identifier: GPL-2.0-only
// On what the rules that attach has stand in the other commands of dialect mainline.
#pragma once

#include "model/rules/references.hpp"
#include "model/rules/rule.hpp"

namespace mprogcheck::rules::mainline {

// The uapi header says of attach alone what its descriptor must be of.
inline constexpr Cited kAttach[] = {
    {"front.prog_kind", refusal(document(source::uapi("must be a valid file descriptor for a"),
                                         source::syscall_c("__bpf_prog_get")))},
};

inline constexpr Cited kDetach[] = {
    {"front.attach_type",
     code(source::syscall_c("bpf_prog_detach"), source::syscall_c("attach_type_to_prog_type"))},
    {"front.flags",
     code(source::syscall_c("BPF_F_ATTACH_MASK_MPROG"), source::syscall_c("bpf_prog_detach"))},
    {"front.prog_type",
     code(source::syscall_c("bpf_prog_get_ok"), source::syscall_c("bpf_prog_detach"))},
    {"front.device", code(source::tcx_c("tcx_prog_detach"), source::netkit_c("netkit_dev_fetch"))},
    {"list.stale", selftest(source::tc_opts("test_tc_opts_revision_target"),
                            source::mprog_c("bpf_mprog_detach"))},
    {"relative.id_unknown",
     code(source::syscall_c("bpf_prog_by_id"), source::syscall_c("bpf_link_by_id"))},
};

// Of most errors the selftests of links assert that there is one, not which.
constexpr Source refused(std::string_view function) {
  return refusal(
      selftest(source::tc_links("test_tc_links_invalid_target"), source::mprog_c(function)));
}

inline constexpr Cited kLinkCreate[] = {
    {"front.prog_type", code(source::syscall_c("bpf_prog_attach_check_attach_type"))},
    {"front.device", code(source::tcx_c("tcx_link_attach"), source::netkit_c("netkit_dev_fetch"))},
    {"list.stale", refusal(selftest(source::tc_links("test_tc_links_revision_target"),
                                    source::mprog_c("bpf_mprog_attach"),
                                    source::mprog_commit("along for attachment to assert")))},
    {"insert.exists", refused("bpf_mprog_attach")},
    {"relative.id_unknown",
     code(source::syscall_c("bpf_prog_by_id"), source::syscall_c("bpf_link_by_id"))},
    {"insert.old_absent",
     refusal(selftest(source::tc_links("test_tc_links_replace_target"),
                      source::mprog_c("bpf_mprog_pos_exact"),
                      source::tcx_c("tcx_link_prog_attach"))),
     "REPLACE is set. A new link owns no entry, so it can replace none."},
    {"insert.full",
     code(source::mprog_c("bpf_mprog_attach"), file("include/linux/bpf_mprog.h", "BPF_MPROG_MAX"))},
    {"insert.before_absent", refused("bpf_mprog_pos_before")},
    {"insert.after_absent", refused("bpf_mprog_pos_after")},
    {"insert.after_differs", refused("bpf_mprog_attach"), "AFTER means another place than BEFORE."},
    {"insert.no_directive", refused("bpf_mprog_attach")},
    {"insert.prepends", document(source::mprog_commit("then BPF_F_BEFORE will just prepend"),
                                 source::tc_links("test_tc_links_prepend_target"))},
    {"insert.before", selftest(source::tc_links("test_tc_links_before_target"),
                               source::mprog_c("bpf_mprog_pos_before"))},
    {"insert.appends_after", document(source::mprog_commit("BPF_F_AFTER will just append for"),
                                      source::tc_links("test_tc_links_append_target"))},
    {"insert.after", selftest(source::tc_links("test_tc_links_after_target"),
                              source::mprog_c("bpf_mprog_pos_after"))},
    {"insert.appends", document(source::mprog_commit("it's default append behavior for attaching"),
                                source::tc_links("test_tc_links_before_target"))},
};

}  // namespace mprogcheck::rules::mainline
