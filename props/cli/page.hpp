// SPDX-License-Identifier: GPL-2.0-only
// The command line as data, and what is made of it: help texts, the manual page, completions for
// bash and zsh.
#pragma once

#include <string>
#include <vector>

namespace mprogcheck::cli {

struct Example {
  std::string line, what;
};

// An option, or an operand.
struct Row {
  std::vector<std::string> names;  // "-o", "--out"; of an operand "TRACE"
  std::string value;               // what help calls it: "FILE"; empty for a flag
  std::string what;
  std::vector<std::string> words;  // that it takes, if it takes only these
  bool several = false, required = false;
};

struct Page {
  std::string name;  // "mprogcheck fuzz"
  std::string what;
  std::vector<Row> operands, options;
  std::vector<std::string> notes;  // paragraphs
  std::vector<Example> examples;
  std::vector<Page> verbs;
};

std::string help_text(const Page& page);
// Section 1, in the macros of man(7).
std::string manual(const Page& page);
std::string bash_completion(const Page& page);
std::string zsh_completion(const Page& page);

}  // namespace mprogcheck::cli
