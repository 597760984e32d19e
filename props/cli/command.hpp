// SPDX-License-Identifier: GPL-2.0-only
// The command line as the verbs define it. CLI11 reads it, and only command.cpp includes CLI11: the
// header alone takes seconds to compile. Help, manual page and completions are made from the same
// definitions (page.hpp).
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "props/cli/page.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mprogcheck::cli {

class Program;

// A bound of numbers, both ends included.
struct Range {
  std::uint64_t least = 0, most = ~std::uint64_t{0};
};

// What is wrong with a value; empty if nothing is. May rewrite the value.
using Check = std::function<std::string(std::string& value)>;

// An option or operand of a verb.
class Option {
 public:
  Option(Program& program, CLI::Option* option) : program_(program), option_(option) {}
  Option& required();
  Option& needs(const Option& other);
  Option& excludes(const Option& other);
  Option& check(Check check);
  // Takes no other words. Completions offer them.
  Option& among(std::vector<std::string> words);
  Option& hidden();  // from help; old spellings
  bool given() const;

 private:
  Program& program_;
  CLI::Option* option_;
};

// A verb, to which options are added. Names are as in "-o,--out FILE"; the word behind them is what
// help calls the value. Variables have to outlive the parsing.
class Command {
 public:
  Command(Program& program, CLI::App* app) : program_(program), app_(app) {}

  Option flag(const std::string& name, bool& to, const std::string& what);
  Option text(const std::string& names, std::string& to, const std::string& what);
  Option texts(const std::string& names, std::vector<std::string>& to, const std::string& what);
  template <std::integral T>
  Option number(const std::string& names, T& to, Range range, const std::string& what) {
    return number(
        names, [&to](std::uint64_t n) { to = static_cast<T>(n); }, range, what);
  }
  Option seconds(const std::string& names, double& to, const std::string& what);
  Option bytes(const std::string& names, std::uint64_t& to, const std::string& what);

  // What several verbs have, under the same names.
  Option targets(std::vector<std::string>& to, const std::string& what);
  Option target(std::string& to, const std::string& what);
  Option dialect(std::string& to, const std::string& otherwise);
  Option known(std::vector<std::string>& to);
  Option strict(bool& to);
  Option seed(std::uint64_t& to, const std::string& what);
  Option append(std::string& to);
  Option out_dir(std::string& to, const std::string& what);
  Option out_file(std::string& to, const std::string& what);
  Option json(bool& to);

  // A verb of this verb, as in `kernels list`.
  Command verb(const std::string& name, const std::string& what);
  // Shown in help; a test runs it.
  void example(const std::string& line, const std::string& what);
  // More of its help, in paragraphs.
  void note(const std::string& paragraph);
  // Runs when the whole command line has been read. The exit status.
  void action(std::function<int()> run);

 private:
  Option number(const std::string& names, std::function<void(std::uint64_t)> set, Range range,
                const std::string& what);
  Program& program_;
  CLI::App* app_;
};

class Program {
 public:
  Program();
  ~Program();
  Command verb(const std::string& name, const std::string& what);
  // Throws BadInput where the command line is bad, and what the verb throws.
  int run(int argc, const char* const* argv);
  // All of it, for help, manual page and completions.
  Page page() const;

 private:
  friend class Command;
  friend class Option;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The word among `words` that somebody who wrote `word` meant; empty if none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& words);
// "; did you mean 'X'?", or nothing.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& words);

}  // namespace mprogcheck::cli
