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

void print_spec(const std::string& only, bool json) {
  nlohmann::ordered_json document = nlohmann::ordered_json::object();
  for (const Dialect d : kDialects) {
    if (!only.empty() && dialect_from(only) != d) continue;
    if (!json) {
      fmt::print("{}\n", specification(d));
      continue;
    }
    auto& rows = document[std::string(mprogcheck::word(d))] = nlohmann::ordered_json::array();
    for (const ClauseRow& row : all_clauses(d))
      rows.push_back({{"command", mprogcheck::word(row.verb)},
                      {"clause", row.clause.id},
                      {"force", word(row.clause.force)},
                      {"outcome", to_string(row.clause.error)},
                      {"sentence", row.clause.sentence},
                      {"source", row.clause.source}});
  }
  if (json) print_json(document);
}

}  // namespace

void add_spec(CLI::App& app, int& status) {
  auto only = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto* verb = app.add_subcommand("spec", "The rules as a document");
  verb->add_option("--dialect", *only, "mainline or rfc2 (default: both)")
      ->check(CLI::IsMember({"mainline", "rfc2"}));
  verb->add_flag("--json", *json, "One JSON document on standard output");
  verb->callback([=, &status] {
    print_spec(*only, *json);
    status = kConforms;
  });
}

}  // namespace mprogcheck::cli
