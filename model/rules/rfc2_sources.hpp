// SPDX-License-Identifier: GPL-2.0-only
// Where the posting of dialect rfc2 says, or its code does, what the kernel's own texts say of the
// rules that both dialects have.
#pragma once

#include "model/rules/references.hpp"
#include "model/rules/rule.hpp"

namespace mprogcheck::rules::rfc2 {

constexpr Reference relative_code = source::posting3("bpf_mprog_tuple_relative");

inline constexpr Cited kRelative[] = {
    {"relative.id_unknown",
     code(relative_code, source::syscall_c("bpf_prog_by_id"), source::syscall_c("bpf_link_by_id"))},
    {"relative.link_none", code(relative_code)},
    {"relative.closed", document(source::bpf2("EBADF"), relative_code)},
    {"relative.prog_kind", code(relative_code, source::syscall_c("__bpf_prog_get"))},
    {"relative.link_kind", code(relative_code, source::syscall_c("bpf_link_get_from_fd"))},
    {"relative.type", code(relative_code, source::posting3("bpf_mprog_detach"))},
};

constexpr Reference asserts_state = source::posting3("assert current state before doing updates");

// Which bits there are, the posting says. Its patch of the system call is not known.
constexpr Reference flag_bits = source::posting3("Generic attachment flags");

inline constexpr Cited kAttach[] = {
    {"front.flags", code(flag_bits, source::syscall_c("bpf_prog_attach"))},
    {"front.prog_kind", refusal(document(source::uapi("must be a valid file descriptor for a"),
                                         source::syscall_c("__bpf_prog_get")))},
    {"list.stale", refusal(document(asserts_state, source::posting3("bpf_mprog_attach")))},
};

inline constexpr Cited kDetach[] = {
    {"front.attach_type",
     code(source::syscall_c("bpf_prog_detach"), source::syscall_c("attach_type_to_prog_type"))},
    {"front.flags", code(flag_bits, source::syscall_c("bpf_prog_detach"))},
    {"front.prog_type",
     code(source::syscall_c("bpf_prog_get_ok"), source::syscall_c("bpf_prog_detach"))},
    {"front.device", code(source::tcx_c("tcx_prog_detach"), source::netkit_c("netkit_dev_fetch"))},
    {"list.stale", code(source::posting3("bpf_mprog_detach"), asserts_state)},
    {"relative.foreign", house(relative_code, source::posting3("bpf_mprog_del"))},
};

inline constexpr Cited kLinkCreate[] = {
    {"front.prog_type", code(source::syscall_c("bpf_prog_attach_check_attach_type"))},
    {"front.device", code(source::tcx_c("tcx_link_attach"), source::netkit_c("netkit_dev_fetch"))},
    {"list.stale", refusal(document(asserts_state, source::posting3("bpf_mprog_attach")))},
};

// On a list that nobody has, the query of the posting has no answer.
inline constexpr Cited kQuery[] = {
    {"query.fault", code(source::posting3("bpf_mprog_query"))},
    {"query.empty",
     house(source::posting3("bpf_mprog_query"), source::posting3("bpf_mprog_create"))},
    {"query.count", document(commit("a4fe78386afb", "populates count and revision fields"),
                             source::uapi("BPF_PROG_QUERY"), source::posting3("bpf_mprog_query"))},
};

}  // namespace mprogcheck::rules::rfc2
