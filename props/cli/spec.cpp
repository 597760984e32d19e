// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck spec: the rules as a document.
#include "model/rules/spec.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"

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
  std::string dialect, out;
  bool json = false;
};

Json json_of(Dialect dialect) {
  Json rows = Json::array();
  for (const ClauseRow& row : all_clauses(dialect))
    rows.push_back({{"command", mprogcheck::word(row.verb)},
                    {"clause", row.clause.id},
                    {"force", word(row.clause.force)},
                    {"outcome", to_string(row.clause.error)},
                    {"sentence", row.clause.sentence},
                    {"source", row.clause.source}});
  return rows;
}

int run(const Options& o) {
  std::string text;
  Json dialects = Json::object();
  for (const Dialect d : kDialects) {
    if (!o.dialect.empty() && dialect_from(o.dialect) != d) continue;
    text += specification(d) + "\n";
    if (o.json) dialects[mprogcheck::word(d)] = json_of(d);
  }
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
  verb.out_file(o->out, "Write the document to a new file instead of standard output");
  verb.json(o->json);
  verb.example("mprogcheck spec --dialect mainline", "The rules of bpf_mprog as merged.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli
