// SPDX-License-Identifier: GPL-2.0-only
// The programs of the traces: loaded when first wanted, kept for the traces that follow, and all of
// them writing into one sheet of notes that is mapped here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "impl/descriptor.hpp"
#include "model/words/operation.hpp"

struct note;
struct note_bpf;
struct bpf_program;

namespace mprogcheck::kernel {

struct Program {
  Descriptor descriptor;
  std::uint32_t id = 0;
};

// Written by a program that runs: the device on which it saw the packet, and what the packet
// carried.
struct Note {
  Prog prog{};
  std::uint32_t ifindex = 0;
  bool mark = false, priority = false;
};

class Programs {
 public:
  Programs();  // throws CannotRun
  ~Programs();
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  // The program of that name which all traces share. Valid as long as this object is.
  const Program& shared(Prog name, ProgType type);

  // A program for the caller alone, which does the same as the shared one. Both throw CannotRun if
  // the kernel does not load it.
  Program own(Prog name, ProgType type);

  // The descriptor of a map.
  int map() const { return notes_map_.number(); }

  // Clears the notes, and sets the verdicts: next for all programs but those given here.
  void expect_packet(std::span<const Says> says);

  // How many programs ran since then, and the note of the one at that position. Programs at the
  // loopback device leave no note.
  std::uint32_t ran() const;
  Note ran_at(std::uint32_t position) const;

 private:
  static Program load(const bpf_program* from, Prog name, ProgType type);

  struct Destroy {
    void operator()(note_bpf* object) const;
  };

  Descriptor notes_map_;
  std::unique_ptr<note_bpf, Destroy>
      object_;  // what all programs are copies of; holds the map open
  note* notes_ = nullptr;
  std::map<std::pair<Prog, ProgType>, Program> shared_;
};

}  // namespace mprogcheck::kernel
