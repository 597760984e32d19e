// SPDX-License-Identifier: GPL-2.0-only
// A campaign: generated traces run on a target and judged, until a time or a number of traces is
// over.
#pragma once

#include <atomic>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "model/judge/check.hpp"
#include "props/generate/generator.hpp"
#include "props/search/coverage.hpp"
#include "props/search/guide.hpp"
#include "props/search/known.hpp"

namespace mprogcheck {

using TargetFactory = std::function<std::unique_ptr<Target>()>;

struct Finding {
  std::string bucket;
  Deviation deviation;      // as the trace shows it
  Trace trace;              // minimal, where minimising was asked for
  std::uint64_t times = 0;  // traces that showed it
  std::uint64_t index = 0;  // of the first of them
  std::string known;        // the reason, if it is a known deviation
  bool elsewhere = false;   // known on other releases alone
  bool security = false;    // by what was seen, or as the reason has it
  bool minimal = false;     // the trace is
  bool again = true;        // it showed when the trace was run alone, if that was tried
  LastWords last_words;     // where the kernel came to harm
};

// Traces of a campaign that are done, one behind the other.
struct Chunk {
  std::uint64_t first = 0, traces = 0;  // numbers within the shard
  double seconds = 0;
  const Coverage& coverage;                        // of these traces
  const std::map<std::string, Finding>& findings;  // in these traces, known ones as well
  const Guidance* guidance = nullptr;  // of a guided campaign: as it is behind these traces
};

struct CampaignOptions {
  Dialect dialect = Dialect::mainline;
  std::uint64_t seed = 0;
  std::optional<std::chrono::milliseconds> time;  // whichever of the two is over first
  std::optional<std::uint64_t> traces;            // of all shards
  // Of all traces this campaign runs those whose number leaves the remainder `shard`, divided by
  // `shards`. It begins with number `first` of them.
  std::uint64_t shard = 0, shards = 1, first = 0;
  unsigned jobs = 1;              // threads, each with a target of its own
  std::uint32_t operations = 64;  // in a trace, beside those that fill the list
  bool hazards =
      true;  // where the target has them; a kernel that dies of each comes to little else
  // Whether traces are drawn by a Guide (guide.hpp), and what it had met before trace `first`.
  bool guided = false;
  Guidance guidance;
  bool minimize = true;
  bool strict = false;  // what differs from code alone counts as a deviation
  // For minimising, all findings together; what is left is kept as far as it came. With
  // `minimize_as_long` it is as long as the search took, and at least kMinimizeAtLeast. With
  // neither there is no limit.
  std::optional<std::chrono::milliseconds> minimize_time;
  bool minimize_as_long = false;
  std::vector<Trace> known;  // known deviations of this dialect, of whatever targets
  // Links of other types that are not drawn. A campaign adds those of which its target is known to
  // die, and does: it would do so again and again.
  std::bitset<kForeigns> avoid;
  // Set from outside, a campaign ends: the result is what was met and found so far, and nothing is
  // minimised any more.
  const std::atomic<bool>* stop = nullptr;
  // Called with each new finding when it is met, from whatever thread and never from two at once,
  // and once more when its trace is minimal. Must not throw.
  std::function<void(const Finding& finding)> found;
  // Minimal traces of an earlier run, by bucket: they are not minimised again.
  std::map<std::string, Trace> minimal;
  // Called once the targets are there, before anything runs, with one of them. May still change the
  // seed, the number to begin with, `guidance` and `minimal`.
  std::function<void(const Target& target, CampaignOptions& options)> ready;
  // Called every few seconds, with what was done since the last call; the traces of all calls are
  // those of the campaign. A CannotRun that it throws ends the campaign, as one of the target.
  std::function<void(const Chunk& chunk)> done;
  // Called every 0.1 s or so from one thread, with what is done so far.
  std::function<void(const std::string& what)> progress;
};

inline constexpr std::chrono::seconds kMinimizeAtLeast{10};

struct CampaignResult {
  explicit CampaignResult(Dialect dialect) : coverage(dialect) {}
  std::string target;
  Capabilities capabilities;  // of it, as far as the campaign uses them
  Dialect dialect{};
  std::uint64_t seed = 0, traces = 0;
  double seconds = 0;
  double minimizing = 0;  // seconds, behind those
  Coverage coverage;
  std::map<std::string, Finding> findings;
  Known known;  // deviations, as the target shows them, and those that it shows no longer
  std::vector<std::string_view>
      missed;  // of the `sometimes` list, if the campaign was long enough to ask

  bool stopped = false;   // by CampaignOptions::stop
  std::string broke_off;  // why a target failed before the end; what was found until then stands

  // Of the deviations that the campaign met, and of the known ones that their own traces showed.
  bool strict = false;  // as CampaignOptions has it
  Tally tally() const;
  // New findings whose trace may still become smaller.
  std::size_t unfinished() const;
  // A new deviation, one gone that is known of this target by its name, or something rare never
  // met.
  bool deviates() const;
  bool conforms() const;  // it ran to its end and does not
};

// Operations after which a campaign that has missed something rare says nothing, and fails: of
// 1000 campaigns of this length with a kernel's lists none missed any, of half the length one
// in 20.
inline constexpr std::uint64_t kLongEnough = 20'000;

// The same seed, number of traces and target give the same result, whatever the number of jobs.
CampaignResult run_campaign(const TargetFactory& target, const CampaignOptions& options);

// What traces of the campaign use, of what a target can do.
Capabilities capabilities_used(const CampaignOptions& options, const Capabilities& can);

// Trace number `index` of a campaign that is not guided.
Trace generate(const CampaignOptions& options, const Capabilities& can, std::uint64_t index);

}  // namespace mprogcheck
