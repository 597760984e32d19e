// SPDX-License-Identifier: GPL-2.0-only
// What the writers of reproducers have in common: the trace run through the model, and the
// sentences for what cannot be expressed. Not for use elsewhere.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/trace.hpp"
#include "model/world/world.hpp"
#include "props/repro/repro.hpp"

namespace mprogcheck::repro {

// One operation with all that the model says of it.
struct Step {
  std::size_t number = 0;  // from 1
  Operation op;
  Observation must;
  Clause clause{};  // the rule that decides
  std::vector<Errno>
      also_due;  // of rules that stand further back: only the precedence would be broken
  std::vector<Errno>
      permitted;               // errors that the interface leaves open, or due ones in no set order
  bool any_error = false;      // the request has to fail, by whichever error
  std::optional<Point> where;  // the list it changes or would change, or asks for
  bool changes = false;        // that list
  Listing before;              // of that list, as far as there is one
  std::uint64_t revision = 0;  // the model's, of that list, when the operation is made
  std::uint64_t revision_after = 0;
  std::uint8_t header_devices = 0;                // those behind are netkit's
  std::array<DeviceView, kMaxDevices> devices{};  // before
  std::array<bool, kMaxSpaces> space_there{};     // before
};

std::vector<Step> plan(const Trace& trace);

// Throws std::invalid_argument for what no kernel can be shown: another dialect, another capacity,
// names that are not there.
void require_kernel_trace(const Trace& trace);

// Whether the trace is nothing for a kernel that matters.
bool is_hazardous(const Trace& trace);

// "step 3, 'attach p0 d0/ingress rev=2', cannot be written for bpftool: <why>"
[[noreturn]] void cannot_express(const Step& step, std::string_view format, std::string_view why);

std::string program_name(Prog p);  // p3
std::string link_name(Link l);     // l1

// The interface leaves open whether the request is refused: what follows may then be judged by
// nobody.
bool is_left_open(const Step& step);

// What expected_revision has to hold: a revision this list once had, by the model's numbers, or a
// literal.
bool is_revision_it_had(const Step& step);

// A query that is answered, with all or with what there was room for.
bool has_answer(const Step& step);

// A link that says what it is.
bool tells_link(const Step& step);

// A creation that reaches the kernel. It does not where its name stands for another device already,
// or where there is nowhere to ask from.
bool is_asked(const Step& create);

// Where a clause comes from, for readers: on what it stands, and the first text that says so.
std::string source_of(const Clause& clause);

// "Seen on Linux 6.18.9, x86_64. Seed 7. Written by mprogcheck 0.1 (13aa2f0)."
std::string provenance(const ReproOrigin& origin);

// What a link of another type is called in C.
std::string foreign_name(Foreign type);  // xdp_link

// Without control characters, line ends above all.
std::string one_line(std::string_view text);

// Text made harmless inside a block comment of C: one line, no comment marks.
std::string for_c_comment(std::string_view text);

// `text` in lines of at most `width`, each begun with `indent`, broken at spaces; ends with a
// newline.
std::string wrapped(std::string_view text, std::string_view indent, std::size_t width = 78);

}  // namespace mprogcheck::repro
