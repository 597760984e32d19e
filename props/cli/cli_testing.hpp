// SPDX-License-Identifier: GPL-2.0-only
// What the tests of the command line share: the program, run in a folder of its own. For tests
// only.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "test_paths.hpp"

namespace mprogcheck {
namespace fs = std::filesystem;

struct Ran {
  int status;
  std::string out, err;
};

inline std::string slurp(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct InAFolder {
  InAFolder() {
    std::string name = (fs::temp_directory_path() / "mprogcheck-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made");
    work = name;
  }
  ~InAFolder() { fs::remove_all(work); }
  InAFolder(const InAFolder&) = delete;
  InAFolder& operator=(const InAFolder&) = delete;

  Ran run(const std::string& arguments, const std::string& by = "") const {
    const std::string line =
        "cd " + work.string() + " && " + by + MPROGCHECK " >out 2>err </dev/null " + arguments;
    const int status = std::system(line.c_str());
    return {WEXITSTATUS(status), slurp(work / "out"), slurp(work / "err")};
  }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(work / name, std::ios::binary) << text;
    return work / name;
  }

  fs::path work;
};

class CommandLine : public testing::Test, protected InAFolder {};

inline const std::string kSound =
    "dialect mainline\ndevice d0\nload p0 p1\n"
    "attach p0 d0/ingress => ok\nattach p1 d0/ingress before rel=p0 => ok\n";

}  // namespace mprogcheck
