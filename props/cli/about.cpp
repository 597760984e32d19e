// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/about.hpp"

#include "version.hpp"

namespace mprogcheck::cli {
namespace {

std::string compiler() {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

}  // namespace

std::string version() {
  return kVersion;
}

std::string version_text() {
  return "mprogcheck " + version() + "\ncompiled by " + compiler() + "\n";
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all{
      {"Verbs of the script ./mprogcheck, at the top of the source",
       {{"test", "Build and run all tests; with --sanitize, those that sanitizers can add to."},
        {"bench FIGURE",
         "Measure, and print each figure beside the wanted one: lockstep, kernel, faults, guided, "
         "shortest, explore, spin, vm, killed, kmod, reproducers."}}},
      {"Targets",
       {{"impl", "Our own implementation, in this process."},
        {"impl:FAULT", "The same with a planted fault; 'mprogcheck faults' lists them."},
        {"kernel", "The kernel of this machine, in a network namespace of its own."},
        {"vm:KERNEL",
         "Another kernel, in a guest under QEMU: a series (vm:6.12, vm:7.3-rc), a release, or "
         "the path of a bzImage."},
        {"tree:TREE",
         "The tcx of a kernel tree, compiled and run in a process: a folder, or a series of which "
         "Debian has the source (tree:7.3). tree:sanitize:TREE: with sanitizers."},
        {"kmod, kmod:FAULT", "Our implementation as a kernel module, in a guest."}}},
      {"Exit status",
       {{"0", "The target conforms, or every obligation is proved."},
        {"1", "A deviation, a refuted obligation, or directives that contradict each other."},
        {"2", "Bad usage or bad input; the message names file, line and column."},
        {"3",
         "Could not run, or not to the end: no privilege, no such kernel, interrupted, standard "
         "output full. Never a pass, never a finding."}}},
      {"Environment",
       {{"MPROGCHECK_DATA",
         "The directory with traces/suite, traces/clauses and known (default: "
         "../share/mprogcheck beside the program's directory)."},
        {"NO_COLOR", "If set and not empty, verdicts are not coloured."},
        {"XDG_CACHE_HOME",
         "Fetched kernels are kept in mprogcheck/kernels in it (default: "
         "~/.cache)."}}}};
  return all;
}

}  // namespace mprogcheck::cli
