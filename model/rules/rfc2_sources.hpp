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
    {"relative.type", code(relative_code)},
};

constexpr Reference asserts_state = source::posting3("assert current state before doing updates");

inline constexpr Cited kAttach[] = {
    {"list.stale", code(source::posting3("bpf_mprog_attach"), asserts_state)},
};

inline constexpr Cited kDetach[] = {
    {"front.attach_type", code(source::syscall_c("bpf_prog_detach"))},
    {"front.prog_type", code(source::syscall_c("bpf_prog_get_type"))},
    {"front.device", code(source::tcx_c("tcx_prog_detach"), source::netkit_c("netkit_dev_fetch"))},
    {"list.stale", code(source::posting3("bpf_mprog_detach"), asserts_state)},
    {"relative.foreign", code(relative_code, source::posting3("bpf_mprog_del"))},
};

inline constexpr Cited kLinkCreate[] = {
    {"front.prog_type", code(source::syscall_c("bpf_prog_attach_check_attach_type"))},
    {"front.device", code(source::tcx_c("tcx_link_attach"), source::netkit_c("netkit_dev_fetch"))},
    {"list.stale", code(source::posting3("bpf_mprog_attach"), asserts_state)},
};

}  // namespace mprogcheck::rules::rfc2
