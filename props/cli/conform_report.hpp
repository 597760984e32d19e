// SPDX-License-Identifier: GPL-2.0-only
// `mprogcheck conform --out`: the targets are run, and one report is written over all of them.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "props/cli/json.hpp"
#include "props/report/report.hpp"

namespace mprogcheck::cli {

struct ReportOptions {
  std::vector<std::string> targets;
  std::vector<std::string> suites;  // for the report
  std::vector<std::string> known;   // for the report
  std::string command;              // for the report
  std::string date;                 // for the report
  std::string out;                  // a folder that is not there yet, or is empty; "" for none
  bool strict = false;              // what differs from code alone counts as a deviation
  std::optional<report::Baseline> baseline = {};  // an earlier report to compare with
};

// Throws BadInput if a report cannot be written there, before anything is run.
void need_empty(const std::string& directory);

// An earlier report.json with which all targets can be compared. Throws BadInput.
report::Baseline baseline_in(const std::string& file, const std::vector<std::string>& targets);

// Runs them and writes the report. A target that cannot be run has its column in it, with the
// reason. `each` gets the report as it is after each target, which is its last column.
report::Report write_report(const ReportOptions& options, const std::vector<Trace>& suite,
                            const std::vector<Trace>& known,
                            const std::function<void(const report::Report&)>& each);

// What differs from an earlier report.
void show_difference(FILE* out, const report::Difference& all);
Json json_of(const report::Difference& all, bool strict);

// An argument as a shell takes it.
std::string quoted(const std::string& argument);

}  // namespace mprogcheck::cli
