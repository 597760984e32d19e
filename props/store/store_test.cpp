// SPDX-License-Identifier: GPL-2.0-only
// A store holds what was told to it, whatever ends the run, and merges in any order.
#include "props/store/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

#include "impl/inprocess/inprocess.hpp"
#include "impl/safe_file.hpp"
#include "model/words/text.hpp"
#include "props/store/record.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;

class Stores : public testing::Test {
 protected:
  fs::path folder(const std::string& name) const {
    fs::create_directories(folder_.path() / name);
    return folder_.path() / name;
  }

  static stored::Campaign campaign(std::uint64_t seed = 7) {
    stored::Campaign c;
    c.target = "impl";
    c.dialect = "mainline";
    c.seed = seed;
    c.version = "test";
    c.begun = 1000 + static_cast<stored::Time>(seed);
    return c;
  }
  static stored::Span span(std::uint64_t first, std::uint64_t traces) {
    return {.first = first, .traces = traces, .operations = 10 * traces, .seconds = 1, .ended = 5};
  }
  static stored::Finding finding(const std::string& campaign, const std::string& bucket,
                                 const std::string& trace, bool minimal = false) {
    stored::Finding f;
    f.campaign = campaign, f.bucket = bucket, f.trace = trace, f.minimal = minimal;
    f.times = 1, f.first_seen = f.last_seen = 3;
    return f;
  }

  // All that is in a store, as text.
  static std::string contents(const Store& store) {
    std::string out;
    const auto add = [&](const auto&... words) {
      const auto text = [](const auto& w) {
        if constexpr (std::is_convertible_v<decltype(w), std::string>)
          return std::string(w);
        else
          return std::to_string(w);
      };
      ((out += text(words) + "|"), ...);
      out += "\n";
    };
    for (const auto& c : store.campaigns()) {
      add(c.id, c.target, c.release, c.dialect, c.seed, c.shard, c.shards, c.version, c.begun,
          c.guided);
      const Guidance guidance = store.guidance(c.id);
      add(guidance.traces);
      for (const std::uint32_t n : guidance.times) add(n);
      for (const auto& s : store.spans(c.id))
        add(s.first, s.traces, s.operations, s.seconds, s.ended, s.clauses, s.pairs);
      for (const auto& m : store.met(c.id)) add(m.what, m.is_pair, m.times);
    }
    for (const auto& f : store.findings())
      add(f.campaign, f.bucket, f.trace, f.minimal, f.times, f.first_seen, f.last_seen, f.program);
    for (const auto& m : store.marks()) add(m.bucket, m.target, m.status, m.why, m.at);
    return out;
  }

  std::string refusal(const fs::path& folder) const {
    try {
      Store store(folder);
    } catch (const StoreFailed& e) {
      return e.what();
    }
    return "none";
  }

  TemporaryFolder folder_;
};

TEST_F(Stores, hold_what_a_campaign_did_and_found) {
  std::string id;
  {
    Store store(folder("a"), true);
    id = store.begin(campaign(~std::uint64_t{0}));
    store.keep(finding(id, "b", "long"));
    store.add(id, span(0, 10), {{"attach/x", false, 4}, {"attach/x+y", true, 0}},
              {finding(id, "b", "")});
    store.add(id, span(10, 5), {{"attach/x", false, 3}, {"attach/y", false, 1}}, {});
    store.keep(finding(id, "b", "short", true));
    store.keep(finding(id, "b", "not minimal"));
  }
  const Store store(folder("a"));
  EXPECT_EQ(store.campaigns().at(0).seed, ~std::uint64_t{0});
  const auto totals = store.totals(id);
  EXPECT_EQ(totals.traces, 15U);
  EXPECT_EQ(totals.operations, 150U);
  EXPECT_EQ(totals.next, 15U);
  EXPECT_EQ(store.spans(id).at(0).clauses, 1U);
  EXPECT_EQ(store.spans(id).at(1).clauses, 2U);
  EXPECT_EQ(store.spans(id).at(1).pairs, 1U);
  EXPECT_EQ(store.met(id).at(0).times, 7U);
  const auto f = store.findings().at(0);
  EXPECT_EQ(f.trace, "short");
  EXPECT_TRUE(f.minimal);
  EXPECT_EQ(f.times, 1U);
  EXPECT_EQ(store.integrity(), "ok");
}

TEST_F(Stores, say_of_a_finding_what_was_said_last) {
  Store store(folder("a"), true);
  auto f = finding(store.begin(campaign()), "b", "t");
  EXPECT_EQ(store.status(f, "impl"), "open");
  f.known = "a reason";
  EXPECT_EQ(store.status(f, "impl"), "known");
  store.mark({"b", "impl", "fixed", "by 123", 9});
  EXPECT_EQ(store.status(f, "impl"), "fixed");
  EXPECT_EQ(store.status(f, "kernel"), "known");
}

TEST_F(Stores, keep_what_guides_a_campaign_as_of_its_last_span) {
  stored::Campaign c = campaign();
  c.guided = true;
  Store one(folder("a"), true);
  const std::string id = one.begin(c);
  EXPECT_EQ(one.guidance(id), Guidance{});
  const Guidance early{10, {1, 0, 0xfedcba98U}}, late{15, {2, 7, 0xffffffffU}};
  one.add(id, span(0, 10), {}, {}, &early);
  EXPECT_EQ(one.guidance(id), early);
  Store two(folder("b"), true);
  two.merge(one);
  one.add(id, span(10, 5), {}, {}, &late);
  EXPECT_EQ(one.guidance(id), late);
  EXPECT_TRUE(two.campaigns().at(0).guided);
  one.merge(two);
  two.merge(one);
  EXPECT_EQ(one.guidance(id), late);
  EXPECT_EQ(two.guidance(id), late);
}

// As the first schema had it: nobody could be guided.
TEST_F(Stores, of_an_earlier_schema_are_brought_up_to_this_one) {
  std::string id, before;
  {
    Store store(folder("a"), true);
    id = store.begin(campaign());
    store.keep(finding(id, "b", "t"));
    store.add(id, span(0, 10), {{"attach/x", false, 4}}, {finding(id, "b", "")});
    before = contents(store);
  }
  {
    SQLite::Database db((folder("a") / Store::kFile).string(), SQLite::OPEN_READWRITE);
    db.exec(
        "DROP TABLE guidance; ALTER TABLE campaign DROP COLUMN guided; PRAGMA user_version = 1");
  }
  Store store(folder("a"));
  EXPECT_EQ(contents(store), before);
  const Guidance guidance{20, {3}};
  store.add(id, span(10, 10), {}, {}, &guidance);
  EXPECT_EQ(store.guidance(id), guidance);
  EXPECT_EQ(store.integrity(), "ok");
}

// Copies of one store that went on by themselves, and one that has nothing to do with them.
TEST_F(Stores, merge_in_any_order_and_again_to_the_same) {
  const std::vector<std::string> names{"one", "two", "other"};
  {
    Store one(folder("one"), true);
    const std::string id = one.begin(campaign());
    one.add(id, span(0, 10), {{"attach/x", false, 1}}, {});
    one.keep(finding(id, "b", "a long trace"));
    one.keep(finding(id, "same", "trace"));
    one.mark({"b", "impl", "open", "", 3});
  }
  fs::copy(folder("one") / Store::kFile, folder("two") / Store::kFile);
  {
    Store one(folder("one")), two(folder("two")), other(folder("other"), true);
    const std::string id = one.campaigns().at(0).id;
    one.add(id, span(10, 5), {{"attach/y", false, 1}}, {finding(id, "b", "")});
    two.add(id, span(10, 7), {{"attach/y", false, 2}}, {finding(id, "same", "")});
    two.add(id, span(17, 4), {{"attach/z", false, 2}}, {});
    one.keep(finding(id, "b", "short", true));
    two.keep(finding(id, "new", "trace"));
    two.mark({"b", "impl", "fixed", "by 123", 4});
    const std::string another = other.begin(campaign(8));
    other.keep(finding(another, "b", "trace"));
    other.mark({"b", "impl", "known", "", 4});
  }
  std::set<std::string> results;
  std::vector<std::string> order = names;
  do {
    Store into(folder("into-" + order[0] + order[1]), true);
    for (int times = 0; times < 2; ++times)
      for (const std::string& name : order) into.merge(Store(folder(name)));
    EXPECT_EQ(into.integrity(), "ok");
    results.insert(contents(into));
    EXPECT_EQ(into.totals(into.campaigns().at(0).id).traces, 21U);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(results.size(), 1U) << *results.begin() << "\n" << *results.rbegin();
  Store own(folder("one"));
  const std::string before = contents(own);
  own.merge(Store(folder("one")));
  EXPECT_EQ(contents(own), before);
}

TEST_F(Stores, refuse_what_is_no_store) {
  EXPECT_NE(refusal(folder("none")).find("there is no store"), std::string::npos);
  std::ofstream(folder("text") / Store::kFile) << std::string(5000, 'x');
  EXPECT_NE(refusal(folder("text")).find("is no store of campaigns"), std::string::npos);
  fs::create_directory(folder("directory") / Store::kFile);
  EXPECT_NE(refusal(folder("directory")).find("is no file"), std::string::npos);
  ASSERT_EQ(::mkfifo((folder("fifo") / Store::kFile).c_str(), 0600), 0);
  EXPECT_NE(refusal(folder("fifo")).find("is no file"), std::string::npos);
  { const Store made(folder("newer"), true); }
  std::fstream newer(folder("newer") / Store::kFile,
                     std::ios::in | std::ios::out | std::ios::binary);
  newer.seekp(60 + 3);  // PRAGMA user_version
  newer.put(99);
  newer.close();
  EXPECT_NE(refusal(folder("newer")).find("was written by a newer mprogcheck"), std::string::npos);
}

// A campaign that is killed has lost nothing that was told, and goes on where it was.
TEST_F(Stores, hold_what_was_told_when_the_run_is_killed) {
  std::mt19937 random(1);
  std::uint64_t told_of_all = 0;
  for (int round = 0; round < 12; ++round) {
    const fs::path at = folder("killed-" + std::to_string(round));
    { const Store made(at, true); }
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Store store(at);
      Recording recording(store, campaign(), true);
      CampaignOptions o;
      o.seed = 7;
      o.minimize = false;
      o.found = [&](const Finding& f) {
        recording.keep(f);
        const std::string line = f.bucket + "\n";
        if (::write(ends[1], line.data(), line.size()) < 0) ::_exit(1);
      };
      o.done = [&](const Chunk& chunk) { recording.done(chunk); };
      run_campaign([] { return std::make_unique<InProcess>("before_lands_behind"); }, o);
      ::_exit(0);
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(random() % 300'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::string told;
    char part[4096];
    for (ssize_t got; (got = ::read(ends[0], part, sizeof part)) > 0;)
      told.append(part, static_cast<std::size_t>(got));
    ::close(ends[0]);
    const Store store(at);
    EXPECT_EQ(store.integrity(), "ok");
    std::set<std::string> kept;
    for (const auto& f : store.findings()) {
      kept.insert(f.bucket);
      EXPECT_NO_THROW(parse(f.trace, "kept")) << f.trace;
    }
    std::istringstream lines(told);
    for (std::string bucket; std::getline(lines, bucket);) {
      ++told_of_all;
      EXPECT_TRUE(kept.contains(bucket)) << bucket;
    }
    for (const auto& c : store.campaigns()) {
      const auto totals = store.totals(c.id);
      EXPECT_EQ(totals.next, totals.traces);
    }
  }
  EXPECT_GT(told_of_all, 0U);
}

// Ended and taken up again, a campaign is the same as in one go.
TEST_F(Stores, let_a_campaign_go_on) {
  const auto run = [&](const fs::path& at, std::vector<std::uint64_t> ends) {
    for (const std::uint64_t end : ends) {
      Store store(at, true);
      Recording recording(store, campaign(), true);
      CampaignOptions o;
      o.seed = 7;
      o.traces = end;
      o.first = recording.before().next;
      o.minimal = recording.minimal();
      o.found = [&](const Finding& f) { recording.keep(f); };
      o.done = [&](const Chunk& chunk) { recording.done(chunk); };
      run_campaign([] { return std::make_unique<InProcess>("before_lands_behind"); }, o);
    }
    const Store store(at);
    std::string out;
    for (const auto& c : store.campaigns()) {
      out += std::to_string(store.totals(c.id).operations) + "\n";
      for (const auto& m : store.met(c.id)) out += m.what + " " + std::to_string(m.times) + "\n";
      for (const auto& f : store.findings(c.id))
        out += f.bucket + " " + std::to_string(f.times) + "\n" + f.trace;
    }
    return out;
  };
  const std::string whole = run(folder("whole"), {300});
  EXPECT_NE(whole.find("attach p0"), std::string::npos);
  EXPECT_EQ(run(folder("parts"), {40, 41, 170, 300, 300}), whole);
}

// Of each target and bucket the shortest, unless one is minimal.
TEST_F(Stores, names_what_is_not_minimal_yet) {
  Store store(folder("a"), true);
  const std::string one = store.begin(campaign(1)), two = store.begin(campaign(2));
  stored::Campaign of_other = campaign(3);
  of_other.target = "impl:other";
  const std::string other = store.begin(of_other);
  store.keep(finding(one, "x", "longer"));
  store.keep(finding(two, "x", "short"));
  store.keep(finding(other, "x", "longest"));
  store.keep(finding(one, "y", "long"));
  store.keep(finding(two, "y", "minimal though longer", true));
  const auto all = unfinished(store);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].finding.trace, "short");
  EXPECT_EQ(all[0].campaign.id, two);
  EXPECT_EQ(all[1].finding.trace, "longest");
  EXPECT_EQ(all[1].campaign.target, "impl:other");
}

}  // namespace
}  // namespace mprogcheck
