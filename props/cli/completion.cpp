// SPDX-License-Identifier: GPL-2.0-only
// Completions for bash and zsh.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "props/cli/page.hpp"

namespace mprogcheck::cli {
namespace {

constexpr const char* kTargets = "impl impl: kernel kmod kmod: vm:";

enum class Takes { nothing, words, targets, files, directories, anything };

Takes takes(const Row& row) {
  const bool operand = !row.names[0].starts_with('-');
  const std::string& value = operand ? row.names[0] : row.value;
  if (!row.words.empty()) return Takes::words;
  if (value == "TARGET") return Takes::targets;
  if (value == "DIR") return Takes::directories;
  if (value == "FILE" || value == "TRACE" || value == "DIRECTIVES") return Takes::files;
  return value.empty() ? Takes::nothing : Takes::anything;
}

std::string last_word(const Page& page) {
  return page.name.substr(page.name.rfind(' ') + 1);
}

// --- bash

// What bash runs to complete the value of an option, or an operand.
std::string reply(const Row& row) {
  switch (takes(row)) {
    case Takes::words:
      return fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))", fmt::join(row.words, " "));
    case Takes::targets:
      return fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))", kTargets);
    case Takes::files:
      return "COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Takes::directories:
      return "COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Takes::nothing:
    case Takes::anything:
      break;
  }
  return "COMPREPLY=()";
}

void add_verb(std::string& out, const Page& page) {
  std::string words;
  for (const Row& row : page.options)
    for (const std::string& name : row.names) words += name + " ";
  for (const Page& verb : page.verbs) words += last_word(verb) + " ";
  out += fmt::format("    '{}')\n      words='{}'\n      case $prev in\n", page.name, words);
  for (const Row& row : page.options)
    if (takes(row) != Takes::nothing)
      out += fmt::format("        {}) {}; return ;;\n", fmt::join(row.names, "|"), reply(row));
  out += "      esac\n";
  if (!page.operands.empty())
    out += fmt::format("      [[ $cur == -* ]] || {{ {}; return; }}\n", reply(page.operands[0]));
  out += "      ;;\n";
  for (const Page& verb : page.verbs) add_verb(out, verb);
}

// --- zsh

std::string in_zsh(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (std::string_view("[]:\\").find(c) != std::string_view::npos)
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

std::string zsh_action(const Row& row) {
  switch (takes(row)) {
    case Takes::words:
      return fmt::format("({})", fmt::join(row.words, " "));
    case Takes::targets:
      return "(impl impl\\: kernel kmod kmod\\: vm\\:)";
    case Takes::files:
      return "_files";
    case Takes::directories:
      return "_files -/";
    case Takes::nothing:
    case Takes::anything:
      break;
  }
  return " ";
}

void add_zsh_verb(std::string& out, const Page& page) {
  if (!page.verbs.empty()) {
    for (const Page& verb : page.verbs) add_zsh_verb(out, verb);
    return;
  }
  out += fmt::format("    '{}')\n      _arguments", page.name.substr(sizeof("mprogcheck")));
  for (const Row& row : page.options)
    for (const std::string& name : row.names) {
      out += fmt::format(" \\\n        '{}{}[{}]", row.several ? "*" : "", name, in_zsh(row.what));
      if (takes(row) != Takes::nothing) out += fmt::format(":{}:{}", row.value, zsh_action(row));
      out += "'";
    }
  for (const Row& row : page.operands)
    out += fmt::format(" \\\n        '{}:{}:{}'", row.several ? "*" : "", row.names[0],
                       zsh_action(row));
  out += "\n      ;;\n";
}

void add_zsh_verbs(std::string& out, const Page& page, const std::string& variable) {
  out += fmt::format("  local -a {}=(", variable);
  for (const Page& verb : page.verbs)
    out += fmt::format("\n    '{}:{}'", last_word(verb), in_zsh(verb.what));
  out += ")\n";
}

}  // namespace

std::string bash_completion(const Page& page) {
  std::string out = R"(# Made by mprogcheck --generate bash
_mprogcheck() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=mprogcheck words= i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$verb ${COMP_WORDS[i]}" in
)";
  std::string names;
  const auto add_names = [&](const auto& self, const Page& of) -> void {
    for (const Page& verb : of.verbs) {
      names += fmt::format("{}'{}'", names.empty() ? "" : "|", verb.name);
      self(self, verb);
    }
  };
  add_names(add_names, page);
  out += "      " + names + ") verb=\"$verb ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n";
  out += "  case $verb in\n";
  add_verb(out, page);
  out += R"(  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o filenames -o bashdefault -F _mprogcheck mprogcheck
)";
  return out;
}

std::string zsh_completion(const Page& page) {
  std::string out = "#compdef mprogcheck\n# Made by mprogcheck --generate zsh\n_mprogcheck() {\n";
  add_zsh_verbs(out, page, "verbs");
  out +=
      "  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
      "  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n";
  for (const Page& verb : page.verbs) {
    if (verb.verbs.empty()) continue;
    out += fmt::format("  if [[ $verb == {} ]]; then\n  ", last_word(verb));
    add_zsh_verbs(out, verb, "parts");
    out +=
        "    if (( CURRENT == 2 )); then\n      _describe verb parts\n      return\n    fi\n"
        "    verb=\"$verb $words[2]\"\n    shift words\n    (( CURRENT-- ))\n  fi\n";
  }
  out += "  case $verb in\n";
  for (const Page& verb : page.verbs) add_zsh_verb(out, verb);
  return out + "  esac\n}\n_mprogcheck \"$@\"\n";
}

}  // namespace mprogcheck::cli
