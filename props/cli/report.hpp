// SPDX-License-Identifier: GPL-2.0-only
// Results as text for people and as JSON for programs.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

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

// Long lists and traces are abbreviated where a file has all of them.
// `out` is the stream that it is for.
std::string summary(FILE* out, const CampaignResult& result, const WrittenFindings& written);
Json json_of(const CampaignResult& result, const WrittenFindings& written);
Json json_of(const Deviation& deviation, const Trace& trace);

// Expectations in a file that differ from the model: printed on standard error, and returned.
Json tell_misprints(const std::filesystem::path& file, const Trace& trace, const Spots& spots);

// "1 trace", "1,234 traces"
std::string times(std::uint64_t n, std::string_view thing);

}  // namespace mprogcheck::cli
