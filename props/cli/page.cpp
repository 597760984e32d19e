// SPDX-License-Identifier: GPL-2.0-only
// Help texts, and the manual page.
#include "props/cli/page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "props/cli/about.hpp"

namespace mprogcheck::cli {
namespace {

constexpr std::size_t kWidth = 80;

// Words in lines no wider than the page, from `column` on. The first line is begun by who calls.
std::string wrapped(const std::string& text, std::size_t column) {
  std::istringstream words(text);
  std::string out, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && column + line.size() + 1 + word.size() > kWidth) {
      out += line + "\n" + std::string(column, ' ');
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line + "\n";
}

// "-o, --out FILE ..."
std::string synopsis(const Row& row) {
  std::string out = fmt::format("{}", fmt::join(row.names, ", "));
  const bool operand = !row.names[0].starts_with('-');
  if (!operand && !row.value.empty()) out += " " + row.value;
  return out + (row.several ? "..." : "");
}

std::string usage(const Page& page) {
  std::string out = page.name;
  if (!page.verbs.empty()) return out + " VERB [OPTION]...";
  for (const Row& row : page.options)
    if (row.required) out += " " + synopsis(row);
  out += " [OPTION]...";
  for (const Row& row : page.operands)
    out += row.required ? " " + synopsis(row) : " [" + synopsis(row) + "]";
  return out;
}

void add_rows(std::string& out, const std::string& title,
              const std::vector<std::pair<std::string, std::string>>& rows) {
  if (rows.empty()) return;
  out += "\n" + title + ":\n";
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.first.size());
  const std::size_t column = std::min<std::size_t>(width, 20) + 4;
  for (const auto& [name, what] : rows) {
    out += "  " + name;
    if (name.size() + 4 > column)
      out += "\n" + std::string(column, ' ');
    else
      out += std::string(column - 2 - name.size(), ' ');
    out += wrapped(what, column);
  }
}

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows rows_of(const std::vector<Row>& rows) {
  Rows out;
  for (const Row& row : rows) out.emplace_back(synopsis(row), row.what + ".");
  return out;
}

Rows verbs_of(const Page& page) {
  Rows out;
  for (const Page& verb : page.verbs)
    out.emplace_back(verb.name.substr(page.name.size() + 1), verb.what + ".");
  return out;
}

// --- The manual

// As troff takes it: no line of it is a request, and hyphens can be copied.
std::string in_troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

void add_rows_to_manual(std::string& out, const std::vector<Row>& rows) {
  for (const Row& row : rows)
    out += fmt::format(".TP\n.B {}\n{}.\n", in_troff(synopsis(row)), in_troff(row.what));
}

void add_page_to_manual(std::string& out, const Page& page) {
  if (!page.verbs.empty()) {
    for (const Page& verb : page.verbs) add_page_to_manual(out, verb);
    return;
  }
  out += fmt::format(".SS {}\n{}.\n", in_troff(usage(page).substr(sizeof("mprogcheck"))),
                     in_troff(page.what));
  for (const std::string& note : page.notes) out += ".PP\n" + in_troff(note) + "\n";
  add_rows_to_manual(out, page.operands);
  add_rows_to_manual(out, page.options);
}

void add_examples_to_manual(std::string& out, const Page& page) {
  for (const Example& e : page.examples)
    out += fmt::format(".TP\n.B {}\n{}\n", in_troff(e.line), in_troff(e.what));
  for (const Page& verb : page.verbs) add_examples_to_manual(out, verb);
}

}  // namespace

std::string help_text(const Page& page) {
  std::string out = wrapped("Usage: " + usage(page), 2) + "\n" + wrapped(page.what + ".", 0);
  for (const std::string& note : page.notes) out += "\n" + wrapped(note, 0);
  add_rows(out, "Operands", rows_of(page.operands));
  add_rows(out, "Verbs", verbs_of(page));
  add_rows(out, "Options", rows_of(page.options));
  if (page.name == "mprogcheck")
    for (const Section& s : sections())
      add_rows(out, std::string(s.title), {s.rows.begin(), s.rows.end()});
  if (!page.examples.empty()) out += "\nExamples:\n";
  for (const Example& e : page.examples) out += "  " + e.line + "\n      " + wrapped(e.what, 6);
  return out;
}

std::string manual(const Page& page) {
  std::string out = fmt::format(
      ".\\\" Made by mprogcheck --generate man\n.TH MPROGCHECK 1 \"\" \"mprogcheck {}\"\n.SH NAME\n"
      "mprogcheck \\- judge implementations of multi\\-program attachment\n.SH SYNOPSIS\n.B {}\n"
      ".SH DESCRIPTION\n{}.\n",
      version(), in_troff(usage(page)), in_troff(page.what));
  out += ".SH OPTIONS\n";
  add_rows_to_manual(out, page.options);
  out += ".SH VERBS\n";
  for (const Page& verb : page.verbs) add_page_to_manual(out, verb);
  for (const Section& s : sections()) {
    std::string title(s.title);
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    out += fmt::format(".SH {}\n", title);
    for (const auto& [name, what] : s.rows)
      out += fmt::format(".TP\n.B {}\n{}\n", in_troff(name), in_troff(what));
  }
  out += ".SH EXAMPLES\n";
  add_examples_to_manual(out, page);
  return out;
}

}  // namespace mprogcheck::cli
