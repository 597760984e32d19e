// SPDX-License-Identifier: GPL-2.0-only
// How long the C programs are that show the known deviations, and whether those that this kernel
// can be asked show them here; and how long those of the short traces are that the project has.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "impl/kernel/kernel.hpp"
#include "impl/process.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "props/bench/bench.hpp"
#include "props/repro/compile.hpp"
#include "props/repro/repro.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

std::vector<Trace> traces_in(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return parse(text.str(), file.string());
}

// With all that a reader is told of its origin.
std::string written(const Trace& trace, ReproFormat format) {
  return reproduce(trace, format, trace.preface.empty() ? std::string() : trace.preface[0],
                   {"Linux 7.2.13+deb14-amd64, x86_64", 20261201, "0.1.0 (1234567)"});
}

std::string verdict(Compiler& compiler, const std::string& program) {
  const Compiled compiled = compiler.compile(program);
  if (compiled.executable.empty()) return "could not be compiled";
  const ProgramResult ran = run_process({compiled.executable.string()});
  if (ran.status == 1 && ran.output.find("DEVIATION") != std::string::npos) return "confirmed";
  return ran.status == 0 ? "this kernel conforms" : "could not run";
}

// Of the traces below a folder with that many operations, and that a kernel has.
constexpr std::size_t kShort = 4;

// One kind of program, and how long one may be for a reader.
struct Lengths {
  std::string_view kind;
  double most;
  std::vector<double> lines = {};
  std::string longest = {};
  std::size_t too_long = 0;

  void add(const Trace& trace, const std::string& program) {
    const auto count = static_cast<double>(std::count(program.begin(), program.end(), '\n'));
    if (lines.empty() || count > *std::max_element(lines.begin(), lines.end())) {
      longest.clear();
      for (const Operation& op : trace.operations)
        longest += (longest.empty() ? "" : "; ") + print(op);
    }
    lines.push_back(count);
    too_long += count > most;
  }
  void tell() const {
    if (lines.empty()) return;
    fmt::print(
        "{}: {} programs, median {:.0f} lines, maximum {:.0f}; longer than {:.0f}: {}\n"
        "  the longest: {}\n",
        kind, lines.size(), median(lines), *std::max_element(lines.begin(), lines.end()), most,
        too_long, longest);
  }
};

// It is about devices, namespaces, qdiscs or packets, or about lists of several devices.
bool is_of_devices(const Trace& trace) {
  std::set<std::uint8_t> devices;
  for (const Operation& op : trace.operations)
    if (op.point.device < kMaxDevices) devices.insert(op.point.device);
  if (devices.size() > 1) return true;
  return std::any_of(trace.operations.begin(), trace.operations.end(), [](const Operation& op) {
    return has_trait(op.verb, Trait::netkit) || has_trait(op.verb, Trait::packet) ||
           has_trait(op.verb, Trait::journey) || has_trait(op.verb, Trait::lifetime) ||
           op.verb == Verb::qdisc || op.space != 0 || op.point.device == kLoopback;
  });
}

bool of_short_traces() {
  Lengths lists{"C of lists", 100}, devices{"C of devices, packets", 200};
  Lengths selftests{"selftests of lists", 100}, others{"selftests with devices", 200};
  const std::filesystem::path root = MPROGCHECK_SOURCE_DIR;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "traces"))
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    for (const Trace& trace : traces_in(file)) {
      if (trace.operations.size() > kShort) continue;
      const bool of_devices = is_of_devices(trace);
      const auto write = [&](ReproFormat format, Lengths& of) {
        try {
          of.add(trace, written(trace, format));
        } catch (const std::invalid_argument&) {
          // no kernel can be asked, or not in this format
        }
      };
      write(ReproFormat::c, of_devices ? devices : lists);
      write(ReproFormat::selftest, of_devices ? others : selftests);
    }
  fmt::print("traces of up to {} operations:\n", kShort);
  for (const Lengths* of : {&lists, &devices, &selftests, &others}) of->tell();
  return lists.too_long + devices.too_long + selftests.too_long + others.too_long == 0;
}

}  // namespace

int bench_reproducers() {
  Compiler compiler;
  Capabilities can;
  std::string why_not;
  try {
    can = Kernel().capabilities();
  } catch (const CannotRun& e) {
    why_not = e.what();
  }
  std::vector<double> lines;
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(MPROGCHECK_SOURCE_DIR) / "known"))
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::size_t ran = 0, confirmed = 0;
  for (const auto& file : files) {
    std::size_t number = 0;
    for (const Trace& trace : traces_in(file)) {
      const std::string entry = fmt::format("{} {}", file.stem().string(), ++number);
      std::string program;
      try {
        program = written(trace, ReproFormat::c);
      } catch (const std::invalid_argument& e) {
        fmt::print("{:12}     -  {}\n", entry, e.what());
        continue;
      }
      const auto count = std::count(program.begin(), program.end(), '\n');
      lines.push_back(static_cast<double>(count));
      std::string seen = why_not.empty() ? unsupported(trace, can) : why_not;
      if (seen.empty()) {
        seen = verdict(compiler, program);
        ++ran;
        confirmed += seen == "confirmed";
      }
      fmt::print("{:12} {:5}  {:2} operations; {}\n", entry, count, trace.operations.size(), seen);
    }
  }
  fmt::print(
      "reproducers: median {:.0f} lines, maximum {:.0f}; {} of {} that can run here confirmed\n",
      median(lines), *std::max_element(lines.begin(), lines.end()), confirmed, ran);
  return of_short_traces() && confirmed == ran ? 0 : 1;
}

}  // namespace mprogcheck
