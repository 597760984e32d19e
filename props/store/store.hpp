// SPDX-License-Identifier: GPL-2.0-only
// The campaign store: one SQLite file in which campaigns keep what they have done and found. Each
// change is one transaction in WAL mode, so whatever ends a run, the file holds what was there
// before the change or after it.
//
// Two stores merge in any order, and again, to the same result: a campaign has an id of its own,
// and of each of its rows there is one that is further than the other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/target.hpp"
#include "props/search/guidance.hpp"

namespace SQLite {
class Database;
}

namespace mprogcheck {

// "FILE: what is wrong; what to do".
struct StoreFailed : CannotRun {
  using CannotRun::CannotRun;
};

namespace stored {

// Seconds since 1970.
using Time = std::int64_t;

struct Campaign {
  std::string id;               // drawn when it began
  std::string target, release;  // a target that is no kernel has no release
  std::string dialect;
  std::uint64_t seed = 0;
  std::uint64_t shard = 1, shards = 1;
  bool guided = false;
  std::string version;  // of mprogcheck
  Time begun = 0;
};

// Traces that ran one behind the other, `first` being the number of the first of them in its shard.
struct Span {
  std::uint64_t first = 0, traces = 0, operations = 0;
  double seconds = 0;
  Time ended = 0;
  std::uint64_t clauses = 0, pairs = 0;  // that the campaign had met by then
};

// A clause, as in "attach/insert.full", or a pair, as in "attach/insert.full+list.stale".
struct Covered {
  std::string what;
  bool is_pair = false;
  std::uint64_t times = 0;  // that it decided
};

struct Finding {
  std::string campaign, bucket;
  std::string breaks;  // promise, precedence or code
  std::string clause, expected, observed;
  std::uint64_t step = 0;   // from 1
  std::string trace;        // the text
  bool minimal = false;     // the trace is
  std::uint64_t index = 0;  // the number of the trace that showed it first
  std::uint64_t times = 0;  // traces in the spans that showed it
  std::string known;        // the reason, if it is a known deviation
  bool security = false;
  std::string console;  // where the kernel came to harm
  std::string program;  // in C, where there is one
  Time first_seen = 0, last_seen = 0;
};

// What somebody says of a finding: open, known or fixed. The last word counts.
struct Mark {
  std::string bucket, target, status, why;
  Time at = 0;
};

struct Totals {
  std::uint64_t traces = 0, operations = 0;
  double seconds = 0;
  std::uint64_t next = 0;  // the first trace that no span has
};

}  // namespace stored

class Store {
 public:
  static constexpr int kSchema = 2;
  static constexpr const char* kFile = "campaigns.db";

  // Opens the store of a folder, in the present schema: an older one is brought up to it. Where
  // there is none it is made if `make` is set. Throws StoreFailed if there is none, it cannot be
  // read or written, is no store, or is of a newer mprogcheck.
  explicit Store(const std::filesystem::path& folder, bool make = false);
  ~Store();
  Store(const Store&) = delete;

  const std::filesystem::path& file() const { return file_; }

  // --- What a campaign writes. All throw StoreFailed ---

  // A new campaign. Its id is drawn and returned.
  std::string begin(stored::Campaign campaign);
  // A span that is done, with what it met and how often it showed each bucket; of a guided campaign
  // also what guides it from there.
  void add(const std::string& campaign, const stored::Span& span,
           const std::vector<stored::Covered>& met, const std::vector<stored::Finding>& findings,
           const Guidance* guidance = nullptr);
  // A finding, or its better form: `times` is left as it is.
  void keep(const stored::Finding& finding);
  void mark(const stored::Mark& mark);

  // --- What is in it, in an order that depends on nothing else ---

  std::vector<stored::Campaign> campaigns() const;
  std::vector<stored::Span> spans(const std::string& campaign) const;
  stored::Totals totals(const std::string& campaign) const;
  // As it was last added; that before the first trace if it was not.
  Guidance guidance(const std::string& campaign) const;
  std::vector<stored::Covered> met(const std::string& campaign) const;
  // Of all campaigns, or of one.
  std::vector<stored::Finding> findings(const std::string& campaign = {}) const;
  std::vector<stored::Mark> marks() const;
  // Of a finding of a target: the mark, or `known` where there is a reason, or `open`.
  std::string status(const stored::Finding& finding, const std::string& target) const;

  // Adds what another store has. Both may have parts of the same campaign.
  void merge(const Store& from);

  // What SQLite finds wrong with the file; "ok" if nothing.
  std::string integrity() const;

 private:
  std::filesystem::path file_;
  std::unique_ptr<SQLite::Database> db_;
};

}  // namespace mprogcheck
