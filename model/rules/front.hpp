// SPDX-License-Identifier: GPL-2.0-only
// Rules that commands share: what the system call checks in front of the list, and the relative
// object.
#pragma once

#include "model/rules/domain.hpp"
#include "model/rules/references.hpp"
#include "model/rules/rule.hpp"

namespace mprogcheck::rules {

// What bpf(2) says of the attribute before any command looks at it. Of the tail it says that it has
// to be 0, not which error a caller gets whose tail is longer than the kernel knows fields.
inline constexpr auto front_attribute = Sequence{
    may("attribute.long", Errno::toobig, "The attribute is longer than a page.",
        code(source::syscall_c("bpf_check_uarg_tail_zero")),
        [](const auto& f) { return f.r.long_attribute; }),
    fails(
        "attribute.tail", Errno::inval,
        "A byte after the last field of the command is not 0: the caller asks for something that "
        "the kernel does not know.",
        document(file("Documentation/process/adding-syscalls.rst", "memory beyond the size of the"),
                 source::bpf2("zeroed"), source::syscall_c("CHECK_ATTR")),
        [](const auto& f) { return f.r.dirty_tail; }),
};

// Of the commands that have such bytes.
inline constexpr auto attribute_gap = Sequence{
    may("attribute.gap", Errno::inval,
        "A byte between two fields, or of a field that these hooks do not use, is not 0. The "
        "kernel may ignore it.",
        refusal(document(source::bpf2("zeroed"), source::bpf2("not used by this command"))),
        [](const auto& f) { return f.r.dirty_gap; }),
};

// Whoever holds the program's descriptor may have been trusted with attaching it.
inline constexpr auto front_caller = Sequence{
    may("front.caller", Errno::perm,
        "The caller has neither CAP_NET_ADMIN nor CAP_SYS_ADMIN in the initial user namespace. The "
        "descriptor of the program may be enough.",
        document(source::bpf2("EPERM")), [](const auto& f) { return !f.r.privileged; }),
};

inline constexpr auto front_flags = Sequence{
    due("front.attach_type", Errno::inval, "The kernel knows no such attach type.",
        refusal(document(source::uapi("must be one of *bpf_attach_type*"),
                         source::syscall_c("bpf_prog_attach"),
                         source::syscall_c("attach_type_to_prog_type"))),
        [](const auto& f) { return !f.r.hook_known; }),
    due("front.flags", Errno::inval, "The command does not define one of the flag bits.",
        code(source::syscall_c("BPF_F_ATTACH_MASK_MPROG"), source::syscall_c("bpf_prog_attach")),
        [](const auto& f) { return f.r.other_flags; }),
};

inline constexpr auto front_prog_object = Sequence{
    due("front.prog_closed", Errno::badf, "The descriptor of the program is not open.",
        source::kBadf, [](const auto& f) { return f.r.prog.missing; }),
    due("front.prog_kind", Errno::inval, "The descriptor does not refer to a program.",
        source::kNoProgram, [](const auto& f) { return f.r.prog.none || f.r.prog.wrong_kind; }),
};

inline constexpr auto front_prog_type = Sequence{
    due("front.prog_type", Errno::inval, "The attach point does not run programs of this type.",
        code(source::syscall_c("bpf_prog_get_ok"), source::syscall_c("bpf_prog_attach")),
        [](const auto& f) { return f.r.prog.wrong_type; }),
};

inline constexpr auto front_prog = join(front_prog_object, front_prog_type);

// On detach a program need not be named.
inline constexpr auto front_named = join(
    Sequence{
        due("front.prog_closed", Errno::badf, "The descriptor of the program is not open.",
            source::kBadf, [](const auto& f) { return f.r.prog.missing; }),
        due("front.prog_kind", Errno::inval, "The descriptor does not refer to a program.",
            source::kNoProgram, [](const auto& f) { return f.r.prog.wrong_kind; }),
    },
    front_prog_type);

inline constexpr auto front_device = Sequence{
    due("front.device", Errno::nodev, "The network namespace of the caller has no such device.",
        source::kNoDevice, [](const auto& f) { return !f.r.device_known; }),
    due("front.not_netkit", Errno::nxio,
        "The hook belongs to netkit, and the device is not a netkit device.",
        code(source::netkit_c("netkit_dev_fetch"), posting("000", "netkit_dev_fetch")),
        [](const auto& f) { return f.r.not_netkit; }),
    due("front.not_primary", Errno::acces,
        "The hook belongs to netkit, and the device is the peer of a pair. Programs are managed "
        "through the primary only.",
        refusal(document(source::netkit_commit("cannot attach/detach"),
                         source::netkit_c("netkit_dev_fetch"))),
        [](const auto& f) { return f.r.not_primary; }),
    due("front.single", Errno::opnotsupp,
        "The hook belongs to netkit, and the device is a single netkit device, which has no such "
        "list.",
        code(file("drivers/net/netkit.c", "NETKIT_DEVICE_SINGLE", "7.1"),
             posting("004", "EOPNOTSUPP")),
        [](const auto& f) { return f.r.single_device; }),
};

inline constexpr auto front_old_unused = Sequence{
    anywhere("front.old_unused", Errno::inval,
             "The request names a program to replace, but does not set REPLACE.",
             house(source::bpf2("zeroed")),
             [](const auto& f) { return !f.r.replace && !f.r.old.none; }),
};

inline constexpr auto front_old_named = Sequence{
    anywhere("front.old_unused", Errno::inval,
             "The request names a program to replace, but detach replaces nothing.",
             house(source::bpf2("zeroed")), [](const auto& f) { return !f.r.old.none; }),
};

inline constexpr auto front_old = Sequence{
    due("front.old_closed", Errno::badf, "The descriptor of the program to replace is not open.",
        source::kBadf, [](const auto& f) { return f.r.replace && f.r.old.missing; }),
    due("front.old_kind", Errno::inval,
        "The descriptor of the program to replace does not refer to a program.",
        selftest(source::tc_opts("test_tc_opts_invalid_target"),
                 source::syscall_c("__bpf_prog_get")),
        [](const auto& f) { return f.r.replace && (f.r.old.none || f.r.old.wrong_kind); }),
};

// The replaced program of an attach is looked up by type, that of a link update is not.
inline constexpr auto front_old_type = Sequence{
    due("front.old_type", Errno::inval, "The program to replace has another type.",
        code(source::tcx_c("tcx_prog_attach"), source::netkit_c("netkit_prog_attach"),
             source::syscall_c("bpf_prog_get_ok")),
        [](const auto& f) { return f.r.replace && f.r.old.wrong_type; }),
};

inline constexpr auto stale = Sequence{
    due("list.stale", Errno::stale,
        "The expected revision differs from the current revision of the list.",
        selftest(source::tc_opts("test_tc_opts_revision_target"),
                 source::mprog_c("bpf_mprog_attach")),
        [](const auto& f) { return f.stale; }),
};

// A relative object is looked up, and its error given, even where no directive uses it.
inline constexpr auto relative_id = Sequence{
    due("relative.id_unknown", Errno::noent,
        "ID is set, and no object has the id. No object has id 0.",
        selftest(source::tc_opts("test_tc_opts_invalid_target"),
                 source::syscall_c("bpf_prog_by_id"), source::syscall_c("bpf_link_by_id")),
        [](const auto& f) { return f.r.id && (f.r.relative.none || f.r.relative.missing); }),
};

inline constexpr auto relative_link_none = Sequence{
    due("relative.link_none", Errno::inval, "LINK is set, and the request gives no link.",
        code(source::mprog_c("bpf_mprog_link")),
        [](const auto& f) { return f.r.by_link && !f.r.id && f.r.relative.none; }),
};

inline constexpr auto relative_found = Sequence{
    due("relative.closed", Errno::badf, "The descriptor of the relative object is not open.",
        document(source::bpf2("EBADF"), source::syscall_c("__bpf_prog_get"),
                 source::syscall_c("bpf_link_get_from_fd")),
        [](const auto& f) { return !f.r.id && f.r.relative.missing; }),
    due("relative.prog_kind", Errno::inval,
        "LINK is not set, and the descriptor of the relative object does not refer to a program.",
        code(source::syscall_c("__bpf_prog_get"), source::mprog_c("bpf_mprog_prog")),
        [](const auto& f) { return !f.r.by_link && f.r.relative.wrong_kind; }),
    due("relative.link_kind", Errno::inval,
        "LINK is set, and the descriptor does not refer to a link.",
        code(source::syscall_c("bpf_link_get_from_fd"), source::mprog_c("bpf_mprog_link")),
        [](const auto& f) { return f.r.by_link && f.r.relative.wrong_kind; }),
    due("relative.type", Errno::inval,
        "The relative program, or the program of the relative link, has another type than the "
        "program of the request. The code reads the type without asking whether the link has a "
        "program.",
        code(source::mprog_c("bpf_mprog_prog"), source::mprog_c("bpf_mprog_link"),
             source::mprog_c("prog ? prog->type :")),
        [](const auto& f) { return f.r.relative.wrong_type && !f.r.prog.none; }),
};

inline constexpr auto relative_object = join(relative_id, relative_link_none, relative_found);

// Where no program is named none is of another type but a link that has none a list could hold.
inline constexpr auto relative_foreign = Sequence{
    fails("relative.foreign", Errno::inval,
          "The request names no program, and no list can hold a link of the kind of the relative "
          "link. The code looks for the program of the link, and does not find it. A link without "
          "a program it takes for no object, and removes an entry all the same.",
          house(source::mprog_c("bpf_mprog_pos_before"), source::mprog_c("bpf_mprog_pos_after"),
                source::mprog_c("bpf_mprog_fetch")),
          [](const auto& f) { return f.r.relative.wrong_type && f.r.prog.none; }),
};

}  // namespace mprogcheck::rules
