// SPDX-License-Identifier: GPL-2.0-only
// The report of `mprogcheck conform`: everything in it, and the forms it is written in.
//
// The same input gives the same report: nothing in it is read from a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "props/report/baseline.hpp"
#include "props/repro/compile.hpp"
#include "props/suite/conform.hpp"

namespace mprogcheck::report {

// Whether the C program shows the same on the target as the trace.
enum class Confirmation : std::uint8_t {
  confirmed,
  not_confirmed,  // it ran, and showed nothing, or did not end
  not_compiled,   // could not be compiled here
  no_programs,    // the target runs no programs
  no_program,     // there is no C program for such a trace
  target_failed,  // before it could be seen
};
std::string_view word(Confirmation confirmation);

// A deviation as it is reported: numbered from 1 through all targets.
struct Evidence {
  std::size_t number = 0;
  std::string bucket;
  Example example;  // with a minimal trace
  bool minimal = true;
  std::string program;  // in C; empty where there is none
  Confirmation confirmation{};
  std::string said;  // if not confirmed: the output of the program, the compiler or the target
};

struct Column {
  Conformance seen;
  std::string description;
  std::vector<Evidence> deviations;
};

struct Report {
  std::string version;
  std::string command;                // that makes it again
  std::string date;                   // as given, or empty
  std::optional<std::uint64_t> seed;  // if traces were generated
  std::vector<std::string> suites;
  std::vector<std::string> known;  // files whose traces were run as well
  std::size_t traces = 0;          // in them
  std::vector<Column> columns;
  std::optional<Difference> against;  // an earlier report
};

// Minimises every deviation in `seen` on its target with at most `most_runs` traces each, writes
// the C program and has the target run it.
std::vector<Evidence> gather_evidence(Target& target, const Conformance& seen,
                                      std::size_t first_number, Compiler& compiler,
                                      std::size_t most_runs, const std::string& version,
                                      const std::function<void(const std::string&)>& progress);

// The trace of a deviation as a file, with what it shows above it. A known one keeps its reason.
std::string trace_file(const Evidence& evidence, const std::string& target);
// The folders for traces and programs: one for each column, named for its target.
std::vector<std::string> folders(const Report& report);

// What is said of a target in a word.
std::string verdict(const Conformance& seen);

// The files of the report by name: report.json, report.md, report.xml, report.html.
std::map<std::string, std::string> forms(const Report& report);

// The whole report as one document; the other forms are made of it. All strings in it are UTF-8.
nlohmann::ordered_json document(const Report& report);
std::string markdown(const nlohmann::ordered_json& document);
std::string page(const nlohmann::ordered_json& document);  // HTML, in one piece
std::string junit(const nlohmann::ordered_json& document);

}  // namespace mprogcheck::report
