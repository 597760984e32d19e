// SPDX-License-Identifier: GPL-2.0-only
// The texts the rules cite most, by short names.
#pragma once

#include "model/rules/source.hpp"

namespace mprogcheck::rules::source {

constexpr Reference uapi(std::string_view word) {
  return file("include/uapi/linux/bpf.h", word);
}
constexpr Reference syscall_c(std::string_view word) {
  return file("kernel/bpf/syscall.c", word);
}
constexpr Reference mprog_c(std::string_view word) {
  return file("kernel/bpf/mprog.c", word);
}
constexpr Reference tcx_c(std::string_view word) {
  return file("kernel/bpf/tcx.c", word);
}
constexpr Reference netkit_c(std::string_view word) {
  return file("drivers/net/netkit.c", word);
}
constexpr Reference rtnetlink_c(std::string_view word) {
  return file("net/core/rtnetlink.c", word);
}
constexpr Reference cls_api_c(std::string_view word) {
  return file("net/sched/cls_api.c", word);
}
constexpr Reference tc_opts(std::string_view word) {
  return file("tools/testing/selftests/bpf/prog_tests/tc_opts.c", word);
}
constexpr Reference tc_links(std::string_view word) {
  return file("tools/testing/selftests/bpf/prog_tests/tc_links.c", word);
}
constexpr Reference tc_netkit(std::string_view word) {
  return file("tools/testing/selftests/bpf/prog_tests/tc_netkit.c", word);
}
// The selftest of links of other kinds, whose updates pass the same code first.
constexpr Reference flow_dissector(std::string_view word) {
  return file("tools/testing/selftests/bpf/prog_tests/flow_dissector_reattach.c", word);
}
constexpr Reference bpf2(std::string_view word) {
  return man("bpf(2)", word);
}

// bpf_mprog, and tcx, as merged.
constexpr Reference mprog_commit(std::string_view word) {
  return commit("053c8e1f235d", word);
}
constexpr Reference tcx_commit(std::string_view word) {
  return commit("e420bed02507", word);
}
constexpr Reference netkit_commit(std::string_view word) {
  return commit("35dfaad7188c", word);
}

// bpf_mprog as posted on 2023-06-07, with FIRST and LAST.
constexpr Reference posting3(std::string_view word) {
  return posting("003", word);
}

// A descriptor that is not open.
inline constexpr Source kBadf = document(bpf2("EBADF"), syscall_c("__bpf_prog_get"));
// A descriptor of something else than a program.
inline constexpr Source kNoProgram = code(syscall_c("__bpf_prog_get"));
inline constexpr Source kNoDevice = code(tcx_c("tcx_prog_attach"), netkit_c("netkit_dev_fetch"));

}  // namespace mprogcheck::rules::source
