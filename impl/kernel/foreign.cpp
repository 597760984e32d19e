// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/foreign.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "congestion.skel.h"

namespace mprogcheck::kernel {
namespace {

constexpr int kLoopback = 1;  // in every namespace
// Of include/uapi/linux/bpf.h, 6.4 on, which headers of a distribution may lack.
constexpr auto kNetfilterProg = static_cast<bpf_prog_type>(32);
constexpr auto kNetfilter = static_cast<bpf_attach_type>(45);

// A program that returns `verdict` and does nothing.
Descriptor trivial(bpf_prog_type type, int verdict, bpf_prog_load_opts* options = nullptr) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = verdict},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  return Descriptor(bpf_prog_load(type, "trivial", "GPL", code, 2, options));
}

Descriptor of_cgroup() {
  const Descriptor prog = trivial(BPF_PROG_TYPE_CGROUP_SKB, 1);
  ::mkdir("/tmp/cgroup", 0755);
  ::mount("cgroup2", "/tmp/cgroup", "cgroup2", 0, nullptr);
  const Descriptor cgroup(::open("/tmp/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return Descriptor(
      bpf_link_create(prog.number(), cgroup.number(), BPF_CGROUP_INET_INGRESS, nullptr));
}

Descriptor of_raw_tracepoint() {
  const Descriptor prog = trivial(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
  return Descriptor(bpf_raw_tracepoint_open("task_newtask", prog.number()));
}

Descriptor of_iterator() {
  bpf_prog_load_opts options{};
  options.sz = sizeof(options);
  options.expected_attach_type = BPF_TRACE_ITER;
  const int id = libbpf_find_vmlinux_btf_id("task", BPF_TRACE_ITER);
  if (id <= 0) return {};
  options.attach_btf_id = static_cast<__u32>(id);
  const Descriptor prog = trivial(BPF_PROG_TYPE_TRACING, 0, &options);
  return Descriptor(bpf_link_create(prog.number(), 0, BPF_TRACE_ITER, nullptr));
}

Descriptor of_netfilter() {
  bpf_prog_load_opts load{};
  load.sz = sizeof(load);
  load.expected_attach_type = kNetfilter;
  const Descriptor prog = trivial(kNetfilterProg, NF_ACCEPT, &load);
  bpf_link_create_opts options{};
  options.sz = sizeof(options);
  options.netfilter.pf = NFPROTO_IPV4;
  options.netfilter.hooknum = NF_INET_LOCAL_IN;
  options.netfilter.priority = 1;
  return Descriptor(bpf_link_create(prog.number(), 0, kNetfilter, &options));
}

}  // namespace

void ForeignLinks::Destroy::operator()(congestion_bpf* object) const {
  congestion_bpf__destroy(object);
}

ForeignLinks::ForeignLinks(int xdp) {
  const auto keep = [&](Foreign type, Descriptor link) {
    links_[static_cast<std::size_t>(type)] = std::move(link);
  };
  keep(Foreign::xdp, Descriptor(bpf_link_create(xdp, kLoopback, BPF_XDP, nullptr)));
  keep(Foreign::cgroup, of_cgroup());
  keep(Foreign::raw_tracepoint, of_raw_tracepoint());
  keep(Foreign::iter, of_iterator());
  keep(Foreign::netfilter, of_netfilter());
  congestion_.reset(congestion_bpf__open_and_load());
  if (!congestion_) return;
  // By name: a bpftool that knows no such links leaves the map out of the skeleton.
  bpf_map* map = bpf_object__find_map_by_name(congestion_->obj, "congestion");
  bpf_link* link = map ? bpf_map__attach_struct_ops(map) : nullptr;
  if (!link) return;
  keep(Foreign::struct_ops, Descriptor(::fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 3)));
  bpf_link__destroy(link);
}

ForeignLinks::~ForeignLinks() = default;

std::bitset<kForeigns> ForeignLinks::kinds() const {
  std::bitset<kForeigns> all;
  for (std::size_t f = 0; f < kForeigns; ++f) all[f] = links_[f].is_open();
  return all;
}

}  // namespace mprogcheck::kernel
