// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/programs.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "impl/bpf_abi.hpp"
#include "impl/kernel/bpf/note.h"
#include "impl/target.hpp"
#include "note.skel.h"

namespace mprogcheck::kernel {
namespace {

static_assert(NOTE_PROGS >= kMaxProgs && NOTE_SLOTS > kMaxMet);

// Verdicts as tcx and netkit number them (uapi bpf.h, enum tcx_action_base; if_link.h, enum
// netkit_action).
int verdict_of(Action action) {
  switch (action) {
    case Action::next:
      return -1;
    case Action::pass:
      return 0;
    case Action::drop:
      return 2;
    case Action::unknown:
      return 42;
    case Action::redirect:
      return NOTE_REDIRECT;
  }
  return -1;
}

[[noreturn]] void cannot(const std::string& what) {
  const int error = errno;
  std::string sentence = "could not " + what + ": " + std::strerror(error);
  if (error == EPERM || error == EACCES)
    sentence += " (run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)";
  if (error == ENOSYS) sentence += " (this kernel has no BPF; it needs CONFIG_BPF_SYSCALL)";
  throw CannotRun(sentence);
}

// Failures are told by exception; libbpf's lines on stderr would stand between the reports.
int say_nothing(libbpf_print_level, const char*, va_list) {
  return 0;
}

}  // namespace

void Programs::Destroy::operator()(note_bpf* object) const {
  note_bpf__destroy(object);
}

Programs::Programs() {
  libbpf_set_print(say_nothing);
  bpf_map_create_opts options{};
  options.sz = sizeof(options);
  options.map_flags = BPF_F_MMAPABLE;
  notes_map_ = Descriptor(
      bpf_map_create(BPF_MAP_TYPE_ARRAY, "notes", sizeof(__u32), sizeof(note), 1, &options));
  if (!notes_map_.is_open()) cannot("make a BPF map");
  void* memory =
      ::mmap(nullptr, sizeof(note), PROT_READ | PROT_WRITE, MAP_SHARED, notes_map_.number(), 0);
  if (memory == MAP_FAILED) cannot("map a BPF map into memory");
  notes_ = static_cast<note*>(memory);
  object_.reset(note_bpf__open());
  if (!object_) cannot("open the BPF program built into mprogcheck");
  if (bpf_map__reuse_fd(object_->maps.notes, notes_map_.number()) != 0)
    cannot("share a BPF map between programs");
  if (note_bpf__load(object_.get()) != 0) cannot("load a BPF program");
}

Programs::~Programs() {
  ::munmap(notes_, sizeof(note));
}

const Program& Programs::shared(Prog name, ProgType type) {
  const auto key = std::make_pair(name, type);
  if (const auto found = shared_.find(key); found != shared_.end()) return found->second;
  const bool runs = type == ProgType::sched_cls;
  Program program = load(runs ? object_->progs.note_run : object_->progs.other_type, name, type);
  const __u32 slot = name.raw;
  const int descriptor = program.descriptor.number();
  if (runs && bpf_map_update_elem(bpf_map__fd(object_->maps.by_name), &slot, &descriptor, 0) != 0)
    cannot("put a BPF program into a map");
  return shared_.emplace(key, std::move(program)).first->second;
}

Program Programs::own(Prog name, ProgType type) {
  if (type == ProgType::xdp) return load(object_->progs.other_type, name, type);
  shared(name, type);
  return load(object_->progs.stand_in, name, type);
}

Program Programs::load(const bpf_program* from, Prog name, ProgType type) {
  const bpf_insn* first = bpf_program__insns(from);
  std::vector<bpf_insn> code(first, first + bpf_program__insn_cnt(from));
  for (bpf_insn& one : code)
    if (one.code == (BPF_ALU64 | BPF_MOV | BPF_K) && one.imm == NOTE_SELF) one.imm = name.raw;
  Program program{Descriptor(bpf_prog_load(
                      type == ProgType::sched_cls ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP,
                      bpf_program__name(from), "GPL", code.data(), code.size(), nullptr)),
                  0};
  if (!program.descriptor.is_open()) cannot("load a BPF program");
  program.id = abi::id_of(program.descriptor.number());
  if (program.id == 0) cannot("ask for the id of a BPF program");
  return program;
}

void Programs::expect_packet(std::span<const Says> says) {
  std::fill(std::begin(notes_->verdicts), std::end(notes_->verdicts), verdict_of(Action::next));
  for (const Says& one : says)
    if (one.action != Action::next)
      notes_->verdicts[one.prog.raw % NOTE_PROGS] = verdict_of(one.action);
  __atomic_store_n(&notes_->ran, 0, __ATOMIC_SEQ_CST);
}

std::uint32_t Programs::ran() const {
  return __atomic_load_n(&notes_->ran, __ATOMIC_SEQ_CST);
}

Note Programs::ran_at(std::uint32_t position) const {
  const note_slot& slot = notes_->slots[position % NOTE_SLOTS];
  return {.prog = Prog{static_cast<std::uint8_t>(slot.self)},
          .ifindex = slot.ifindex,
          .mark = (slot.carries & NOTE_MARK) != 0,
          .priority = (slot.carries & NOTE_PRIORITY) != 0};
}

}  // namespace mprogcheck::kernel
