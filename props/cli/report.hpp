// SPDX-License-Identifier: GPL-2.0-only
// Results as text for people and as JSON for programs.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/cli/json.hpp"
#include "props/search/campaign.hpp"

namespace mprogcheck::cli {

// The files a finding was written to; empty where there is none.
struct Written {
  std::string trace, program;
};
// Said of every deviation that lets a program harm the kernel.
inline constexpr std::string_view kSecurityRelevant =
    "Security relevant: report it to security@kernel.org before publishing.";

using WrittenFindings = std::map<std::string, Written>;  // by bucket

// What of the promise a target could be asked about at all, as in "attach/insert.full".
using Askable = std::set<std::string>;

// Long traces are abbreviated where a file has all of them; what was expected and observed never
// is. `out` is the stream that it is for.
std::string summary(FILE* out, const CampaignResult& result, const WrittenFindings& written,
                    const Askable& askable);
Json json_of(const CampaignResult& result, const WrittenFindings& written);
Json json_of(const Deviation& deviation, const Trace& trace);
void add_tally(Json& to, const Tally& tally);
// The counts, and the traces of known deviations that a target no longer shows.
void add_known(Json& to, const Known& known, const Tally& tally);

// "conforms", "conforms except for known deviations: 18 known, 0 new", "does not conform: 18 known,
// 1 new". Of a kernel, of which deviations are known, the numbers are always there.
struct Ending {
  std::string target;
  Tally tally;
  bool deviates = false;
  std::string incomplete;  // why nothing follows, if nothing does
};
std::string verdict(FILE* out, const Ending& ending);
// Of what is known: a line for each that is shown, and for each that is not although it is listed.
std::string known_line(std::string_view bucket, std::string_view reason, bool elsewhere,
                       std::uint64_t traces);
std::string lines_of_missing(FILE* out, const Known& known);

// How a deviation is announced: DEVIATION, or what differs from code alone.
std::string title(FILE* out, const Deviation& deviation);

// What of the observed differs first from what was expected: "list: p0, not p1".
std::string what_differs(const Deviation& deviation);

// Expectations in a file that differ from the model: printed on standard error, and returned.
Json tell_misprints(const std::filesystem::path& file, const Trace& trace, const Spots& spots);

// All traces of the files in a directory, which must expect what the model says. Throws BadInput.
std::vector<Trace> traces_in(const std::filesystem::path& directory);

// "1 trace", "1,234 traces"
std::string times(std::uint64_t n, std::string_view thing);

}  // namespace mprogcheck::cli
