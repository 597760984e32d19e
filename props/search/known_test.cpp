// SPDX-License-Identifier: GPL-2.0-only
// What is known: of which kernels it is, that it stands for its bucket alone, and that nothing new
// hides behind the files in known/.
#include "props/search/known.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/releases.hpp"
#include "model/words/text.hpp"
#include "props/suite/conform.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;
const fs::path kSource = MPROGCHECK_SOURCE_DIR;

std::vector<Trace> traces_of(const fs::path& path) {
  std::ifstream in(kSource / path);
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), path.string());
}

std::vector<Trace> all_known() {
  std::vector<Trace> out;
  for (const auto& file : fs::directory_iterator(kSource / "known"))
    for (Trace& t : traces_of(file.path())) out.push_back(std::move(t));
  return out;
}

Trace entry(const std::string& header) {
  return parse(
             "dialect mainline\n" + header +
                 "bucket mainline.tcx.detach.remove.before_nobody.ERANGE-ok\nreason here\n"
                 "device d0\nload p0\nattach p0 d0/ingress\ndetach none d0/ingress before rel=p0\n",
             "test")
      .at(0);
}

// Ours under the name of a kernel.
class Machine : public InProcess {
 public:
  explicit Machine(std::string release, std::string_view fault = {})
      : InProcess(fault.empty() ? InProcess() : InProcess(fault)), release_(std::move(release)) {}
  std::string name() const override { return "vm:x"; }
  std::string release() const override { return release_; }
  Stepper* stepper() override { return nullptr; }

 private:
  std::string release_;
};

TEST(Releases, are_those_that_a_kernel_says_it_is) {
  const auto is = [](const char* uname, Release wanted) {
    const auto release = release_in(uname);
    return release && *release == wanted;
  };
  EXPECT_TRUE(is("6.12.95+deb12-cloud-amd64", {6, 12, 95}));
  EXPECT_TRUE(is("7.2", {7, 2, 0}));
  EXPECT_TRUE(is("7.3.0-rc7+", {7, 3, 0, 7}));
  EXPECT_TRUE(is("7.3~rc7-1~exp1", {7, 3, 0, 7}));
  EXPECT_TRUE(is("6.18.44-fc-v782", {6, 18, 44}));
  for (const char* none : {"", "6", "moon", "v6.12", "6.x"}) EXPECT_FALSE(release_in(none)) << none;
}

TEST(Releases, are_listed_in_ranges_of_their_series) {
  const char* const fixed = "6.6 to 6.12.113, 6.13 to 6.18.13, 6.19 to 6.19.3";
  const auto in = [](const char* ranges, const char* uname) {
    return lists(ranges, release_in(uname).value());
  };
  for (const char* r : {"6.6.0", "6.6.99", "6.11.2", "6.12.113-amd64", "6.13.0-rc1", "6.17.9",
                        "6.18.13", "6.19.0-rc3", "6.19.3"})
    EXPECT_TRUE(in(fixed, r)) << r;
  for (const char* r : {"6.5.9", "6.12.114", "6.12.118+deb13", "6.18.14", "6.18.44", "6.19.4",
                        "7.0.0-rc1", "7.2.13"})
    EXPECT_FALSE(in(fixed, r)) << r;
  EXPECT_TRUE(in("from 6.16", "6.16.0-rc1"));
  EXPECT_TRUE(in("from 6.16", "9.0"));
  EXPECT_FALSE(in("from 6.16", "6.15.11"));
  EXPECT_TRUE(in("6.12", "6.12.118"));
  EXPECT_FALSE(in("6.12", "6.13.0"));
  EXPECT_TRUE(in("6.12 to 6.17", "6.17.13"));
  EXPECT_FALSE(in("from 7.3-rc2", "7.3.0-rc1"));
  EXPECT_TRUE(in("from 7.3-rc2", "7.3.0"));
  EXPECT_TRUE(in("6.16.0", "6.16.0"));
  EXPECT_FALSE(in("6.16.0", "6.16.1"));
}

TEST(Releases, that_are_none_are_refused_where_they_stand) {
  for (const auto& [line, says] :
       {std::pair{"releases", "2:9: expected a release such as 6.12"},
        {"releases 6.12 to", "2:17: expected a release"},
        {"releases 6.12  7.0", "2:16: expected ',' and another range"},
        {"releases 6.18 to 6.12", "2:10: this range ends before it begins"},
        {"releases from 6.x", "2:15: expected a release"},
        {"releases 6.12,", "2:15: expected a release"},
        {"releases 6.12\nreleases 6.13", "3:1: "}}) {
    try {
      parse("dialect mainline\n" + std::string(line) + "\ndevice d0\nremove d0\n", "t");
      ADD_FAILURE() << line;
    } catch (const ParseError& e) {
      EXPECT_NE(std::string(e.what()).find(says), std::string::npos) << e.what();
    }
  }
}

TEST(Known, is_matched_by_what_the_kernel_calls_itself) {
  const Trace ranges = entry("releases 6.12 to 6.12.113, from 7.2\n");
  for (const char* name : {"kernel", "vm:7.2", "vm:7.2.13", "vm:/boot/bzImage"})
    EXPECT_EQ(listed(ranges, name, "7.2.13+deb14-cloud-amd64"), Listed::release) << name;
  EXPECT_EQ(listed(ranges, "vm:6.12", "6.12.118"), Listed::elsewhere);
  // Our own is no release, whatever kernel it runs in.
  EXPECT_EQ(listed(ranges, "impl", ""), Listed::nowhere);
  EXPECT_EQ(listed(ranges, "kmod", ""), Listed::nowhere);
  const Trace named = entry("target kmod impl:a\n");
  EXPECT_EQ(listed(named, "kmod", ""), Listed::name);
  EXPECT_EQ(listed(named, "kernel", "7.2"), Listed::nowhere);
}

TEST(Known, behaviour_wins_over_ranges) {
  Machine shows("6.18.5", "detach_before_head_takes_head"), sound("6.18.5");
  const std::vector<Trace> here{entry("releases from 6.6\n")}, there{entry("releases 6.12\n")},
      by_name{entry("target vm:x\n")};
  const auto& bucket = here[0].bucket;
  EXPECT_FALSE(known_of(shows, here).excuse(bucket)->elsewhere());
  EXPECT_TRUE(known_of(shows, there).excuse(bucket)->elsewhere());
  EXPECT_TRUE(known_of(shows, here).fixed.empty());
  EXPECT_EQ(known_of(sound, here).fixed.size(), 1U);
  EXPECT_EQ(known_of(sound, here).gone.size(), 0U);
  EXPECT_TRUE(known_of(sound, there).fixed.empty());
  EXPECT_EQ(known_of(sound, by_name).gone.size(), 1U);
  // One of this release tells more than one of another.
  EXPECT_FALSE(known_of(shows, {there[0], here[0]}).excuse(bucket)->elsewhere());
  EXPECT_EQ(known_as(there, bucket, shows), &there[0]);
  EXPECT_EQ(known_as(there, "another", shows), nullptr);
}

TEST(Binding, is_by_promises_where_a_target_is_a_kernel) {
  Machine kernel("6.18.5");
  InProcess ours;
  EXPECT_EQ(binding_of(kernel), Binding::promises);
  EXPECT_EQ(binding_of(ours), Binding::every_clause);
}

TEST(Known, of_another_bucket_excuses_nothing) {
  Machine target("6.18.5", "detach_before_head_takes_head");
  Trace wrong = entry("releases from 6.6\n");
  wrong.bucket = "mainline.tcx.detach.remove.after_nobody.ERANGE-ok";
  const Known known = known_of(target, {wrong});
  EXPECT_TRUE(known.shown.empty());
  EXPECT_EQ(known.fixed.size(), 1U);
  Conformance c = conform(target, {}, {wrong}, {});
  // Nothing but the code of a posting refuses it, so it is no broken promise of a kernel.
  EXPECT_EQ(c.tally().text(), "0 known, 0 new, 1 differ from code");
  EXPECT_FALSE(c.deviates());
  c.strict = true;
  EXPECT_TRUE(c.deviates());
}

TEST(Known, that_may_crash_a_kernel_is_run_where_that_is_wanted) {
  Machine target("6.18.5");
  const std::vector<Trace> all = traces_of("known/vm.trace");
  EXPECT_GT(known_of(target, all).fixed.size(), 3U);
  EXPECT_EQ(known_of(target, all, false).fixed.size(), 0U);
}

// --- The files in known/

// Answers as the bucket says the kernel does, where the model said otherwise.
void answer_as(const std::string& bucket, Observation& seen) {
  const auto has = [&](std::string_view part) { return bucket.find(part) != bucket.npos; };
  if (bucket.ends_with(".harm.died")) {
    seen.harm = Harm::died;
  } else if (bucket.ends_with(".revision.told")) {
    seen.after.revision = 1;
  } else if (bucket.ends_with(".attribute.within")) {
    seen.strayed = true;
  } else if (bucket.ends_with(".send.whole")) {
    seen.fate = Fate::damaged;
  } else if (has(".answer.flags")) {
    seen.answer.entries[0].flags = flag::first;
  } else if (has(".answer.links")) {
    seen.answer.entries[0].link = Link{0};
  } else if (has(".answer.order")) {
    --seen.answer.count, --seen.answer.filled;
  } else if (has(".answer.fate")) {
    seen.fate = seen.fate == Fate::passed ? Fate::dropped : Fate::passed;
  } else if (bucket.ends_with(".unknown_at_tcx")) {
    --seen.journey.met;
  } else if (has(".devices.policy")) {
    seen.devices[0].policy ^= 2;
  } else {
    const std::size_t dash = bucket.rfind('-');
    const auto error = errno_from(bucket.substr(dash + 1, bucket.find('.', dash) - dash - 1));
    ASSERT_TRUE(error) << bucket;
    seen.error = *error;
  }
}

TEST(KnownFiles, have_the_buckets_that_the_judge_computes) {
  InProcess ours;
  std::set<std::string> buckets;
  for (const Trace& t : all_known()) {
    EXPECT_FALSE(t.bucket.empty()) << print(t);
    EXPECT_TRUE(t.target.empty() != t.releases.empty()) << print(t);
    std::vector<std::vector<Observation>> seen;
    ours.run(std::span(&t, 1), seen);
    ASSERT_TRUE(check(t, seen[0]).conforms()) << print(t);
    answer_as(t.bucket, seen[0].back());
    const Verdict verdict = check(t, seen[0]);
    ASSERT_FALSE(verdict.conforms()) << print(t);
    EXPECT_EQ(bucket(verdict.deviations[0], t.header.dialect), t.bucket) << print(t);
    EXPECT_EQ(verdict.deviations[0].step + 1, t.operations.size()) << print(t);
    EXPECT_TRUE(buckets.insert(t.bucket).second) << t.bucket << " is there twice";
  }
  EXPECT_GT(buckets.size(), 30U);
}

// --- Nothing hides behind them

enum class Lie { succeeds, refuses, list, frozen };
constexpr Lie kLies[] = {Lie::succeeds, Lie::refuses, Lie::list, Lie::frozen};

std::string name_of(const Operation& op, std::string_view clause) {
  return std::string(word(op.verb)) + " " + std::string(clause);
}

// Ours, as a kernel that answers one clause wrongly; "" for every clause.
class Liar : public Machine {
 public:
  Liar(std::string clause, Lie lie) : Machine("6.18.5"), clause_(std::move(clause)), lie_(lie) {}

  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& seen) override {
    InProcess::run_all(traces, seen);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      World world;
      world.reset(traces[i].header);
      std::map<std::pair<int, int>, std::uint64_t> revisions;  // as they were said last
      Prediction p;
      for (std::size_t step = 0; step < traces[i].operations.size(); ++step) {
        const Operation& op = traces[i].operations[step];
        const auto where = world.concerns(op);
        world.step(op, p);
        Observation& o = seen[i][step];
        const Clause& decides = clauses_of(traces[i].header.dialect, op.verb)[p.decision.rule];
        if (clause_.empty() || clause_ == name_of(op, decides.id))
          told_ +=
              lie(o, where ? &revisions[{where->device, static_cast<int>(where->hook)}] : nullptr);
        else if (where && o.has_after)
          revisions[{where->device, static_cast<int>(where->hook)}] = o.after.revision;
      }
    }
  }
  std::size_t told() const { return told_; }

 private:
  bool lie(Observation& o, std::uint64_t* revision) const {
    switch (lie_) {
      case Lie::succeeds:
        return std::exchange(o.error, Errno::ok) != Errno::ok;
      case Lie::refuses:
        return std::exchange(o.error, Errno::nxio) != Errno::nxio;
      case Lie::list:
        if (!o.has_after || o.after.filled == 0) return false;
        --o.after.count, --o.after.filled;
        return true;
      case Lie::frozen: {
        if (!revision || !o.has_after) return false;
        const std::uint64_t before = *revision == 0 ? 1 : *revision;
        *revision = before;
        return std::exchange(o.after.revision, before) != before;
      }
    }
    return false;
  }
  std::string clause_;
  Lie lie_;
  mutable std::size_t told_ = 0;
};

std::vector<Trace> clauses_of_mainline() {
  return traces_of("traces/clauses/mainline.trace");
}

TEST(KnownFiles, hide_no_clause_that_is_answered_wrongly) {
  // The traces in which each clause decides.
  std::map<std::string, std::vector<Trace>> suites;
  const std::vector<Trace> known = all_known();
  std::vector<Trace> all = clauses_of_mainline();
  for (const Trace& t : known)
    if (t.header.dialect == Dialect::mainline) all.push_back(t);
  for (const Trace& t : all) {
    World world;
    world.reset(t.header);
    Prediction p;
    std::set<std::string> names;
    for (const Operation& op : t.operations) {
      world.step(op, p);
      names.insert(name_of(op, clauses_of(Dialect::mainline, op.verb)[p.decision.rule].id));
    }
    for (const std::string& name : names) suites[name].push_back(t);
  }
  EXPECT_GT(suites.size(), 200U);
  std::size_t told = 0;
  std::set<std::string> hidden;
  for (const auto& [clause, suite] : suites)
    for (const Lie lie : kLies) {
      Liar target(clause, lie);
      Conformance c = conform(target, suite, known, {});
      c.strict = true;
      // An error may be permitted, and a rule of our own judges no kernel.
      if (c.deviations.empty()) continue;
      ++told;
      if (!c.deviates()) hidden.insert(clause + " " + std::to_string(static_cast<int>(lie)));
      // Nor is a bucket excused that no entry was recorded with.
      for (const auto& shown : c.deviations) {
        if (shown.second.known.empty()) continue;
        EXPECT_TRUE(std::ranges::any_of(known, [&](const Trace& t) {
          return t.bucket == shown.first;
        })) << shown.first;
      }
    }
  EXPECT_GT(told, 500U);
  // Each of these is the known deviation itself, and nothing else: what is to be refused succeeds.
  EXPECT_EQ(hidden,
            (std::set<std::string>{"create data.mode_range 0", "detach remove.after_nobody 0",
                                   "detach remove.before_nobody 0"}));
}

TEST(KnownFiles, hide_no_revision_that_never_moves) {
  Liar target("", Lie::frozen);
  const Conformance c = conform(target, clauses_of_mainline(), all_known(), {});
  EXPECT_GT(target.told(), 100U);
  EXPECT_TRUE(c.deviates());
  EXPECT_TRUE(c.deviations.contains("mainline.tcx.revision.unmoved"));
  EXPECT_TRUE(c.deviations.at("mainline.tcx.revision.unmoved").known.empty());
}

TEST(Askable, is_what_decides_in_a_trace_that_the_target_can_run) {
  Capabilities can = InProcess().capabilities();
  const std::vector<Trace> suite = clauses_of_mainline();
  const auto of_netkit = [](const std::string& clause) { return clause.starts_with("create/"); };
  const auto all = askable(suite, Dialect::mainline, can);
  EXPECT_TRUE(std::ranges::any_of(all, of_netkit));
  can.netkit = false;
  const auto some = askable(suite, Dialect::mainline, can);
  EXPECT_TRUE(std::ranges::none_of(some, of_netkit));
  EXPECT_TRUE(some.contains("attach/insert.full"));
  EXPECT_LT(some.size(), all.size());
}

// --- What was seen, and not the reason, says whether it is relevant for security

TEST(Security, is_told_from_what_was_seen) {
  const Trace t = parse(
      "dialect mainline\ndevice d0\nload p0\nquery d0/ingress room=1 progs\n"
      "attach p0 d0/ingress\ndetach none d0/ingress as=nobody\n",
      "test")[0];
  InProcess ours;
  std::vector<std::vector<Observation>> right;
  ours.run(std::span(&t, 1), right);
  const auto relevant = [&](std::size_t step, const std::function<void(Observation&)>& change,
                            std::string_view target = "kernel") {
    auto seen = right[0];
    change(seen[step]);
    const Verdict verdict = check(t, seen);
    EXPECT_FALSE(verdict.conforms());
    return is_security_relevant(verdict.deviations.at(0), t, target);
  };
  EXPECT_TRUE(relevant(0, [](Observation& o) { o.harm = Harm::warned; }));
  EXPECT_TRUE(relevant(0, [](Observation& o) { o.overran = true; }));
  EXPECT_TRUE(relevant(0, [](Observation& o) { o.strayed = true; }));
  EXPECT_TRUE(relevant(2, [](Observation& o) { o.error = Errno::ok; }));
  EXPECT_FALSE(relevant(1, [](Observation& o) { o.error = Errno::nxio; }));
  EXPECT_FALSE(relevant(
      0, [](Observation& o) { o.harm = Harm::died; }, "kmod"));
}

}  // namespace
}  // namespace mprogcheck
