// SPDX-License-Identifier: GPL-2.0-only
// What the tests of reproducers share: a folder to write and run them in. For tests only.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/text.hpp"

namespace mprogcheck::repro_testing {

constexpr int kCouldNotRun = 2;

constexpr std::string_view kHeader = "device d0 d1\nload p0 p1 p2 p3 p4:xdp";

inline Trace trace_of(std::string_view operations, std::string_view header = kHeader) {
  const std::string text =
      "dialect mainline\n" + std::string(header) + "\n\n" + std::string(operations) + "\n";
  return parse(text, "test").at(0);
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The lines in which a C program tells a deviation.
inline std::vector<std::string> deviations_in(const std::string& said) {
  std::vector<std::string> out;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);)
    if (contains(line, "DEVIATION")) out.push_back(line);
  return out;
}

// Up to 6.18 at least, detaching what stands in front of the head detaches the head.
constexpr std::string_view kDeviates = R"(
attach p0 d0/ingress
attach p1 d0/ingress
detach none d0/ingress before rel=p0
)";

class Folder {
 public:
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mprogcheck-repro-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary folder could be made");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(std::string_view file) const { return (path_ / file).string(); }
  void write(std::string_view file, std::string_view text) const {
    std::ofstream(at(file)) << text;
  }
  std::string read(std::string_view file) const {
    std::ostringstream out;
    out << std::ifstream(at(file)).rdbuf();
    return out.str();
  }

  // Exit status; what it says goes to the file `said`.
  int run(const std::string& command) const {
    const int status = std::system(("{ " + command + "; } >" + at("said") + " 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }
  bool has(const std::string& command) const { return run("command -v " + command) == 0; }

 private:
  std::filesystem::path path_;
};

}  // namespace mprogcheck::repro_testing
