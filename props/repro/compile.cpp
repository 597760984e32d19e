// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/compile.hpp"

#include "impl/process.hpp"

namespace mprogcheck {

Compiler::Compiler() {
  // libbpf.a needs libelf.a, which needs zlib, and where it is newer zstd.
  for (const char* compiler : {"cc", "clang"}) {
    ways_.push_back({compiler, "-static", "-lbpf", "-lelf", "-lz"});
    ways_.push_back({compiler, "-static", "-lbpf", "-lelf", "-lz", "-lzstd"});
    ways_.push_back({compiler, "-lbpf"});
  }
}

Compiled Compiler::compile(const std::string& program) {
  const std::string source = folder_.path() / "repro.c", executable = folder_.path() / "repro";
  write_whole(source, program);
  Compiled out;
  for (auto way = ways_.begin(); way != ways_.end(); ++way) {
    // What the compiler leaves when it is killed goes with the folder.
    std::vector<std::string> line{
        "env", "TMPDIR=" + folder_.path().string(), way->front(), "-O1", source, "-o", executable};
    line.insert(line.end(), way->begin() + 1, way->end());
    try {
      const ProgramResult r = run_process(line, {.limit = std::chrono::seconds(120)});
      if (r.status == 0) {
        ways_.erase(ways_.begin(), way);
        return {executable, ""};
      }
      out.said = r.output;
    } catch (const CannotRun& e) {
      if (out.said.empty()) out.said = e.what();
    }
  }
  return out;
}

}  // namespace mprogcheck
