// SPDX-License-Identifier: GPL-2.0-only
// The files of known deviations: the program's own, and those that are named.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "props/cli/cli.hpp"

namespace mprogcheck::cli {
namespace {

namespace fs = std::filesystem;

// Says what a known deviation lacks. One that is passed over for no reason hides bugs.
void check(const Trace& trace, const std::string& where) {
  const auto refuse = [&](std::string_view why) {
    throw ParseError(fmt::format("{}: {}", where, why));
  };
  if (trace.reason.empty())
    refuse("a known deviation without a reason; add a line 'reason ...' below 'dialect'");
  if (trace.target.empty() && trace.releases.empty())
    refuse(
        "a known deviation of no target; add a line such as 'releases from 6.12' or 'target kmod' "
        "below 'dialect'");
  try {
    std::istringstream names(trace.target);
    for (std::string name; names >> name;) target_named(name);
  } catch (const BadInput& e) {
    refuse(e.what());
  }
  if (trace.bucket.empty())
    refuse(
        "a known deviation without its bucket, which is all that it stands for; add a line 'bucket "
        "...' below 'dialect', as a report of the deviation names it");
}

void read(const fs::path& file, std::vector<Trace>& out) {
  std::vector<Spots> spots;
  auto traces = read_traces(file, &spots);
  for (std::size_t i = 0; i < traces.size(); ++i) {
    check(traces[i], where(file, spots[i].dialect));
    out.push_back(std::move(traces[i]));
  }
}

std::set<fs::path> own_files() {
  std::set<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data_file("known"), error))
    if (entry.path().extension() == ".trace") files.insert(entry.path());
  if (error && error != std::errc::no_such_file_or_directory)
    throw CannotRun(
        fmt::format("{}: cannot be read: {}", data_file("known").string(), error.message()));
  if (files.empty())
    throw BadInput(fmt::format(
        "{}: no known deviations here; say --known none to do without the program's own",
        data_file("known").string()));
  return files;
}

}  // namespace

std::vector<Trace> own_known_deviations() {
  std::vector<Trace> out;
  for (const fs::path& file : own_files()) read(file, out);
  return out;
}

bool without_own(const std::vector<std::string>& files) {
  return std::find(files.begin(), files.end(), "none") != files.end();
}

std::vector<Trace> known_deviations(const std::vector<std::string>& files) {
  std::vector<Trace> out;
  std::set<fs::path> done;
  if (!without_own(files)) {
    out = own_known_deviations();
    for (const fs::path& file : own_files()) done.insert(fs::weakly_canonical(file));
  }
  for (const std::string& file : files) {
    if (file == "none") continue;
    std::error_code error;
    const bool installed = !fs::exists(file, error) && fs::exists(data_file(file), error);
    const fs::path path = installed ? data_file(file) : fs::path(file);
    if (done.insert(fs::weakly_canonical(path)).second) read(path, out);
  }
  return out;
}

}  // namespace mprogcheck::cli
