// SPDX-License-Identifier: GPL-2.0-only
// How long the C programs are that show the known deviations, and whether those that this kernel
// can be asked show them here.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "impl/kernel/kernel.hpp"
#include "impl/process.hpp"
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

std::string verdict(Compiler& compiler, const std::string& program) {
  const Compiled compiled = compiler.compile(program);
  if (compiled.executable.empty()) return "could not be compiled";
  const ProgramResult ran = run_process({compiled.executable.string()});
  if (ran.status == 1 && ran.output.find("DEVIATION") != std::string::npos) return "confirmed";
  return ran.status == 0 ? "this kernel conforms" : "could not run";
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
  std::vector<double> lines, of_lists;
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
        program = reproduce(trace, ReproFormat::c);
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
  return confirmed == ran ? 0 : 1;
}

}  // namespace mprogcheck
