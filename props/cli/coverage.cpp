// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck coverage: which lines and branches of a kernel tree's own code the suite meets.
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "impl/process.hpp"
#include "impl/tree/tree.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/search/interrupt.hpp"
#include "props/suite/conform.hpp"

namespace mprogcheck::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string target = "tree:7.3";
  std::vector<std::string> files;
  bool json = false;
};

struct Line {
  std::uint64_t met = 0;
  std::vector<std::uint64_t> branches;
};
using Lines = std::map<unsigned, Line>;

// Adds up what gcov says of the files of the tree: headers are in more than one object, and each
// worker has counted for itself.
void add(const std::string& document, const std::string& tree, std::map<std::string, Lines>& all) {
  const auto told = nlohmann::json::parse(document, nullptr, false);
  if (told.is_discarded() || !told.contains("files"))
    throw CannotRun("gcov does not tell what was met (of another version than gcc?)");
  for (const auto& file : told["files"]) {
    const std::string name = file["file"];
    if (!name.starts_with(tree)) continue;
    Lines& lines = all[name.substr(tree.size())];
    for (const auto& one : file["lines"]) {
      Line& line = lines[one["line_number"].get<unsigned>()];
      line.met += one["count"].get<std::uint64_t>();
      const auto& branches = one["branches"];
      if (line.branches.size() < branches.size()) line.branches.resize(branches.size());
      for (std::size_t b = 0; b < branches.size(); ++b)
        line.branches[b] += branches[b]["count"].get<std::uint64_t>();
    }
  }
}

// What gcov makes of the counters of each worker, and of what the compiler has noted.
std::map<std::string, Lines> lines_of(const Tree& target, const tree::Builder& builder) {
  std::map<std::string, Lines> out;
  const std::string tree = (builder.folder() / "tree").string() + "/";
  for (const Tree::Met& met : target.coverage()) {
    const TemporaryFolder work;
    for (const auto& [name, bytes] : met) {
      const fs::path data = work.path() / name;
      fs::path notes = data;
      notes.replace_extension(".gcno");
      std::error_code missing;
      fs::copy_file(builder.folder() / notes.filename(), notes, missing);
      if (missing) continue;  // the worker may name any file; only those that were compiled count
      std::ofstream(data, std::ios::binary) << bytes;
      std::string errors;
      const ProgramResult gcov =
          run_process({"gcov", "-b", "-t", "-j", data.string()}, {.errors = &errors});
      if (gcov.status != 0) throw CannotRun("gcov (Debian: gcc) fails: " + errors);
      add(gcov.output, tree, out);
    }
  }
  if (out.empty()) throw CannotRun("the worker returned no counters");
  return out;
}

std::vector<std::string> text_of(const std::string& file) {
  std::vector<std::string> out(1);
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto begin = line.find_first_not_of(" \t");
    out.push_back(begin == line.npos ? "" : line.substr(begin));
  }
  return out;
}

struct Share {
  std::size_t met = 0, all = 0;
  void add(std::uint64_t times) { ++all, met += times != 0; }
  std::string text() const {
    return fmt::format("{} of {} ({:.1f} %)", met, all,
                       all ? 100.0 * static_cast<double>(met) / static_cast<double>(all) : 100.0);
  }
};

// What is never met.
std::vector<std::string> tell_of(FILE* prose, const std::string& name, const Lines& lines,
                                 const std::string& source, Json& document) {
  Share met, branches;
  std::vector<std::string> never;
  const std::vector<std::string> text = text_of(source);
  for (const auto& [number, line] : lines) {
    met.add(line.met);
    std::size_t missed = 0;
    for (const std::uint64_t times : line.branches) {
      branches.add(times);
      missed += times == 0;
    }
    const std::string words = number < text.size() ? text[number] : "";
    if (line.met == 0)
      never.push_back(fmt::format("{}:{}: {}", name, number, words));
    else if (missed != 0)
      never.push_back(fmt::format("{}:{}: {} of {} branches: {}", name, number, missed,
                                  line.branches.size(), words));
  }
  tell(prose, "{:28} lines {:22} branches {}\n", name, met.text(), branches.text());
  document[name] = {{"lines", met.all},
                    {"lines_met", met.met},
                    {"branches", branches.all},
                    {"branches_met", branches.met},
                    {"never", never}};
  return never;
}

int run(const Options& o) {
  if (!o.target.starts_with("tree:"))
    throw BadInput(fmt::format(
        "{} is no kernel tree, and of nothing else is it counted what is met", o.target));
  std::vector<Trace> suite;
  if (o.files.empty())
    for (const char* const own : {"traces/clauses", "traces/suite"})
      for (Trace& t : traces_in(data_file(own))) suite.push_back(std::move(t));
  for (const std::string& file : o.files)
    for (Trace& t : read_traces(file)) suite.push_back(std::move(t));
  const std::vector<Trace> known = own_known_deviations();
  end_on_signals();
  const auto builder = builder_named(o.target, true);
  Tree target({.name = o.target, .builder = builder, .worker = guest_file("tree_worker")});
  Progress progress;
  const Conformance seen =
      conform(target, suite, o.files.empty() ? known : std::vector<Trace>(), std::ref(progress));
  progress.clear();
  if (!seen.broke_off.empty()) throw CannotRun(seen.broke_off);
  FILE* prose = o.json ? stderr : stdout;
  tell(prose, "{}, {}: {}, {}\n", o.target, target.describe(), times(seen.traces, "trace"),
       times(seen.operations, "operation"));
  Json files = Json::object();
  const auto all = lines_of(target, *builder);
  std::vector<std::string> never;
  for (const auto& [name, lines] : all)
    for (std::string& one : tell_of(prose, name, lines, builder->sources().files.at(name), files))
      never.push_back(std::move(one));
  if (!never.empty()) tell(prose, "\nnever met:\n");
  for (const std::string& one : never) tell(prose, "  {}\n", one);
  if (o.json)
    print_json("coverage", {{"target", o.target},
                            {"traces", seen.traces},
                            {"operations", seen.operations},
                            {"files", files}});
  return kConforms;
}

}  // namespace

void add_coverage(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "coverage", "Show which lines and branches of a kernel tree's code the suite meets");
  verb.note(
      "The code is compiled without optimisation and with counters, and judged by nobody: for that "
      "there is conform. What a trace meets before the code dies of it is not counted.");
  verb.texts("TRACE", o->files, "Trace files (default: the suite, and known deviations)");
  verb.target(o->target, "tree:TREE (default: tree:7.3)");
  verb.json(o->json);
  verb.example("mprogcheck coverage --target tree:../linux",
               "Lists what of mprog.c, tcx.c, sch_ingress.c and their headers is never met.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli
