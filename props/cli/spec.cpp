// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck spec: the rules as a document, and whether their sources are where they say.
#include "model/rules/spec.hpp"

#include <fmt/format.h>

#include <set>

#include "model/rules/invariants.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/sources/kernel_tree.hpp"

namespace mprogcheck::cli {
namespace {

std::string_view word(Force force) {
  switch (force) {
    case Force::due:
      return "due";
    case Force::may:
      return "may";
    case Force::effect:
      return "effect";
  }
  return "?";
}

struct Options {
  std::string dialect, out, tree, man;
  bool json = false;
};

struct Named {
  Dialect dialect;
  std::string_view command;
  Clause clause;
};

std::vector<Named> rows_of(Dialect dialect) {
  std::vector<Named> rows;
  for (const ClauseRow& row : all_clauses(dialect))
    rows.push_back({dialect, mprogcheck::word(row.verb), row.clause});
  for (const Invariant& invariant : all_invariants())
    if (concerns(dialect, invariant.what))
      rows.push_back({dialect, invariant.command, invariant.clause});
  return rows;
}

Json json_of(const Reference& r) {
  return {{"kind", mprogcheck::word(r.kind)},
          {"place", r.place},
          {"word", r.word},
          {"since", r.since.empty() ? Json() : Json(r.since)},
          {"text", text(r)}};
}

Json json_of(Dialect dialect) {
  Json rows = Json::array();
  for (const auto& [of, command, clause] : rows_of(dialect)) {
    Json references = Json::array();
    for (const Reference& r : clause.source.references()) references.push_back(json_of(r));
    rows.push_back({{"command", command},
                    {"clause", clause.id},
                    {"force", word(clause.force)},
                    {"outcome", to_string(clause.error)},
                    {"any_error", clause.any_error},
                    {"sentence", clause.sentence},
                    {"basis", mprogcheck::word(clause.source.basis)},
                    {"names_error", clause.source.names_error},
                    {"references", references},
                    {"source", text(clause.source)}});
  }
  return rows;
}

// What --check-sources found, each reference once.
struct Checked {
  std::size_t resolved = 0, younger = 0;
  std::set<std::string> unresolved, elsewhere;
};

Checked check(const std::vector<Named>& rows, sources::Library& library) {
  Checked out;
  std::set<std::string> seen;
  for (const auto& [dialect, command, clause] : rows)
    for (const Reference& r : clause.source.references()) {
      if (!seen.insert(text(r)).second) continue;
      switch (library.look_up(r)) {
        case sources::Found::yes:
          ++out.resolved;
          break;
        case sources::Found::younger:
          ++out.younger;
          break;
        case sources::Found::elsewhere:
          out.elsewhere.insert(text(r));
          break;
        case sources::Found::no:
          out.unresolved.insert(fmt::format("{} ({} {} {}): {}", text(r), mprogcheck::word(dialect),
                                            command, clause.id, library.why_not(r)));
      }
    }
  return out;
}

std::string list(std::string_view title, const std::set<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "  " + line + "\n";
  return lines.empty() ? "" : fmt::format("{}:\n{}", title, out);
}

int check_sources(const Options& o, const std::vector<Named>& rows) {
  sources::Library library(o.tree, o.man);
  const Checked found = check(rows, library);
  if (o.json) {
    print_json("spec",
               {{"release", library.release_text()},
                {"resolved", found.resolved},
                {"unresolved", std::vector(found.unresolved.begin(), found.unresolved.end())},
                {"younger", found.younger},
                {"elsewhere", std::vector(found.elsewhere.begin(), found.elsewhere.end())}});
  } else {
    fmt::print("{}{}", list("cannot be looked up there", found.elsewhere),
               list("not found", found.unresolved));
    fmt::print(
        "Linux {}: {} references found, {} not found, {} of later releases, {} cannot be "
        "looked up there\n",
        library.release_text(), found.resolved, found.unresolved.size(), found.younger,
        found.elsewhere.size());
  }
  return found.unresolved.empty() ? kConforms : kDeviates;
}

// "mainline: 283 clauses: 70 document, ..."
std::string counts(Dialect dialect) {
  std::size_t of[4] = {};
  const auto rows = rows_of(dialect);
  for (const Named& row : rows) ++of[static_cast<std::size_t>(row.clause.source.basis)];
  std::string out = fmt::format("{}: {} clauses", mprogcheck::word(dialect), rows.size());
  for (const Basis b : {Basis::document, Basis::selftest, Basis::code, Basis::house})
    out += fmt::format(", {} {}", of[static_cast<std::size_t>(b)], mprogcheck::word(b));
  return out + "\n";
}

int run(const Options& o) {
  std::string text;
  Json dialects = Json::object();
  std::vector<Named> rows;
  for (const Dialect d : kDialects) {
    if (!o.dialect.empty() && dialect_from(o.dialect) != d) continue;
    text += specification(d) + "\n";
    if (o.json) dialects[mprogcheck::word(d)] = json_of(d);
    for (const Named& row : rows_of(d)) rows.push_back(row);
    if (!o.tree.empty() && !o.json) fmt::print("{}", counts(d));
  }
  if (!o.tree.empty()) return check_sources(o, rows);
  if (!o.out.empty()) write_new(o.out, text);
  if (o.json)
    print_json("spec", {{"dialects", dialects}});
  else if (o.out.empty())
    fmt::print("{}", text);
  return kConforms;
}

}  // namespace

void add_spec(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("spec", "Print the rules as a document, each with its source");
  verb.dialect(o->dialect, "both");
  Option out = verb.out_file(o->out, "Write the document to a new file instead of standard output");
  Option tree = verb.text("--check-sources TREE", o->tree,
                          "Look up in this kernel tree what the clauses refer to; 1 if something "
                          "is not there");
  tree.excludes(out);
  verb.text("--man DIR", o->man,
            "Manual pages to look in (man2/bpf.2.gz), instead of those of this machine")
      .needs(tree);
  verb.json(o->json);
  verb.example("mprogcheck spec --dialect mainline", "The rules of bpf_mprog as merged.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli
