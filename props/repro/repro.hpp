// SPDX-License-Identifier: GPL-2.0-only
// Reproducers: a trace in a form that a kernel maintainer can build and run without mprogcheck.
//
//   std::cout << reproduce(trace, ReproFormat::c, "detach BEFORE the head removes the head");
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/words/trace.hpp"

namespace mprogcheck {

enum class ReproFormat {
  c,  // one C file for libbpf, which makes its own namespace and judges the kernel it runs on
  selftest,  // a test for the kernel's tools/testing/selftests/bpf/prog_tests
  bpftool,   // a shell script
  trace,     // the trace itself, with what the model expects behind each operation
};

// Where and by what a trace was found; what is empty is not known.
struct ReproOrigin {
  std::string kernel;                 // as the target describes itself
  std::optional<std::uint64_t> seed;  // of the campaign
  std::string version;                // of mprogcheck
};

// What each step must lead to is what the model says; an outcome observed elsewhere is not looked
// at. `headline` says in words what the reproducer shows; by default it is the trace's reason.
// Throws std::invalid_argument, with a sentence for people, for a trace that the format cannot
// express.
std::string reproduce(const Trace& trace, ReproFormat format, std::string_view headline = {},
                      const ReproOrigin& origin = {});

// The words of the command line; nothing for any other word.
std::optional<ReproFormat> repro_format_from(std::string_view word);
std::string_view word(ReproFormat format);

}  // namespace mprogcheck
