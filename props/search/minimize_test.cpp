// SPDX-License-Identifier: GPL-2.0-only
// Minimal traces: the same deviation, nothing left that could go, canonical names.
#include "props/search/minimize.hpp"

#include <gtest/gtest.h>

#include <set>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/testing.hpp"
#include "model/words/text.hpp"
#include "props/search/campaign.hpp"
#include "props/search/simpler.hpp"

namespace mprogcheck {
namespace {

Trace trace_of(const std::string& text) {
  return parse(text, "test").at(0);
}

bool shows(Target& target, const Trace& trace, const std::string& bucket) {
  for (const Shown& s : deviations_on(target, trace))
    if (s.bucket == bucket) return true;
  return false;
}

TEST(Canonical, numbers_names_by_first_use_and_forgets_the_unused) {
  const Trace t = canonical(trace_of(
      "dialect mainline\ndevice d0 d1\nload p3 p5 p7:xdp p9\n"
      "attach p5 d1/ingress\nlink_create l8 p3 d1/ingress before rel=p5\nlink_update l8 p7\n"));
  EXPECT_EQ(
      print(t),
      "dialect mainline\ndevice d0\nload p0 p1 p2:xdp\n\n"
      "attach p0 d0/ingress\nlink_create l0 p1 d0/ingress before rel=p0\nlink_update l0 p2\n");
}

// With p0 for p1, l0 for l1, d1 for d2 and the other way round a trace is another one, and by its
// canonical names the same.
TEST(Canonical, renames_in_every_field_of_every_verb) {
  std::size_t fields = 0;
  words_testing::each_field([&](Trace trace, const Operation& with, const auto&) {
    trace.operations.back() = with;
    if (complaint(trace)) return;
    ++fields;
    std::string text = print(trace);
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      const std::string name = text.substr(at, 2);
      if (name == "p0" || name == "l0" || name == "d1") ++text[at + 1];
      if (name == "p1" || name == "l1" || name == "d2") --text[at + 1];
    }
    EXPECT_EQ(print(canonical(trace_of(text))), print(canonical(trace))) << text;
  });
  EXPECT_GT(fields, 60U);
}

TEST(Simpler, every_field_of_every_verb_can_go) {
  std::size_t fields = 0;
  words_testing::each_field([&](const Trace& without, const Operation& with, const auto&) {
    ++fields;
    bool gone = false;
    simpler::simplify(with.verb, [&](const auto& change) {
      Operation op = with;
      change(op);
      gone = gone || op == without.operations.back();
    });
    EXPECT_TRUE(gone) << print(with);
    EXPECT_GT(simpler::parts_of(with), simpler::parts_of(without.operations.back())) << print(with);
  });
  EXPECT_GT(fields, 80U);
}

TEST(Minimize, refuses_a_trace_that_does_not_show_the_deviation) {
  InProcess target;
  EXPECT_THROW(
      minimize(target, trace_of("dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n"),
               "any"),
      std::invalid_argument);
}

TEST(Minimize, ends_with_what_it_has_when_it_is_told_to) {
  InProcess target("before_lands_behind");
  const Trace t = trace_of(
      "dialect mainline\ndevice d0\nload p0 p1\nattach p0 d0/ingress\ndetach p0 d0/ingress\n"
      "attach p1 d0/ingress\nattach p0 d0/ingress before rel=p1\n");
  const std::string bucket = deviations_on(target, t).at(0).bucket;
  const std::atomic<bool> stop = true;
  MinimizeOptions how;
  how.stop = &stop;
  const Minimal m = minimize(target, t, bucket, how);
  EXPECT_FALSE(m.finished);
  EXPECT_TRUE(shows(target, m.trace, bucket));
  EXPECT_TRUE(minimize(target, t, bucket).finished);
}

// Every part of a minimal trace is needed: taken away alone, the deviation is gone.
TEST(Minimize, leaves_nothing_that_could_go) {
  for (const std::string fault :
       {"after_one_too_far", "relative_owner_ignored", "full_one_early", "update_ignores_old",
        "revision_compared_on_32_bits", "device_forgets_links"}) {
    InProcess target(fault);
    CampaignOptions options;
    options.seed = 5;
    options.traces = 400;
    const auto result = run_campaign([&] { return std::make_unique<InProcess>(fault); }, options);
    ASSERT_FALSE(result.findings.empty()) << fault;
    const Finding& finding = result.findings.begin()->second;
    const std::string& bucket = finding.bucket;
    ASSERT_TRUE(shows(target, finding.trace, bucket));
    EXPECT_EQ(finding.trace, canonical(finding.trace));
    for (std::size_t i = 0; i < finding.trace.operations.size(); ++i) {
      const auto needed = [&](auto&& change) {
        Trace t = finding.trace;
        change(t);
        if (t == finding.trace || complaint(t)) return;
        EXPECT_FALSE(shows(target, t, bucket)) << fault << "\n"
                                               << print(finding.trace) << "still shown by\n"
                                               << print(t);
      };
      needed([&](Trace& t) {
        t.operations.erase(t.operations.begin() + static_cast<std::ptrdiff_t>(i));
      });
      needed([&](Trace& t) { t.operations[i].relative = {}; });
      needed([&](Trace& t) { t.operations[i].old = {}; });
      needed([&](Trace& t) { t.operations[i].revision = 0; });
      needed([&](Trace& t) { t.operations[i].bits = 0; });
      for (unsigned bit = 1; bit < 256; bit <<= 1)
        needed([&](Trace& t) { t.operations[i].flags &= static_cast<std::uint8_t>(~bit); });
    }
  }
}

// Answers ERANGE where it should not.
class Wrong : public InProcess {
 public:
  explicit Wrong(bool (*where)(const Operation&)) : where_(where) {}
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& observations) override {
    InProcess::run_all(traces, observations);
    for (std::size_t t = 0; t < traces.size(); ++t)
      for (std::size_t i = 0; i < traces[t].operations.size(); ++i)
        if (where_(traces[t].operations[i])) observations[t][i].error = Errno::range;
    ++runs;
    asked.insert(print(traces[0]));
  }
  std::size_t runs = 0;
  std::set<std::string> asked;

 private:
  bool (*where_)(const Operation&);
};

constexpr auto kHeader = "dialect mainline\ndevice d0\nload p0 p1 p2 p3\n";

TEST(Minimize, keeps_the_names_that_the_deviation_needs) {
  Wrong target([](const Operation& op) { return op.prog == ref(Prog{3}); });
  const std::string bucket = "mainline.tcx.attach.insert.appends.ok-ERANGE";
  const Minimal m = minimize(
      target, trace_of(kHeader + std::string("attach p1 d0/ingress\nattach p3 d0/egress")), bucket);
  EXPECT_TRUE(shows(target, m.trace, bucket)) << print(m.trace);
  ASSERT_EQ(m.trace.operations.size(), 1U);
  EXPECT_EQ(print(m.trace.operations[0]), "attach p3 d0/ingress");
}

// Alone, where other flags have to stay.
TEST(Minimize, drops_bits_that_do_not_matter) {
  Wrong target([](const Operation& op) { return op.has(flag::before); });
  const std::string operation = "attach p0 d0/bogus before";
  const Minimal m = minimize(target, trace_of(kHeader + operation + " bits=0x200 rel=p1"),
                             "mainline.tcx.attach.front.attach_type.EINVAL-ERANGE");
  EXPECT_EQ(print(m.trace.operations.at(0)), operation);
}

TEST(Minimize, asks_the_target_about_no_trace_twice) {
  Wrong target([](const Operation& op) { return op.has(flag::before); });
  minimize(target,
           trace_of(kHeader + std::string("attach p0 d0/ingress\nattach p1 d0/ingress rev=2\n"
                                          "attach p2 d0/egress\nattach p3 d0/ingress before\n")),
           "mainline.tcx.attach.insert.prepends.ok-ERANGE");
  EXPECT_LE(target.runs, target.asked.size() + 2) << "but the first and the last";
}

// A target is asked once of each trace, whichever of its deviations is minimised.
TEST(Minimize, remembers_what_was_run) {
  struct Counting : InProcess {
    using InProcess::InProcess;
    void run_all(std::span<const Trace> traces,
                 std::vector<std::vector<Observation>>& observations) override {
      for (const Trace& t : traces) EXPECT_TRUE(asked.insert(print(t)).second) << print(t);
      InProcess::run_all(traces, observations);
    }
    std::set<std::string> asked;
  } target("before_lands_behind");
  const Trace trace = trace_of(
      "dialect mainline\ndevice d0\nload p0 p1 p2\n"
      "attach p0 d0/ingress\nquery d0/ingress\nattach p1 d0/ingress before rel=p0\n"
      "attach p2 d0/ingress before rel=p0 rev=3\n");
  const std::string bucket = deviations_on(target, trace).at(0).bucket;
  target.asked.clear();
  Remembered remembered;
  MinimizeOptions how;
  how.remembered = &remembered;
  const Minimal first = minimize(target, trace, bucket, how),
                again = minimize(target, trace, bucket, how);
  EXPECT_EQ(first.trace, again.trace);
  EXPECT_EQ(first.deviation, again.deviation);
  EXPECT_EQ(remembered.runs(), target.asked.size());
  EXPECT_GE(remembered.spared(), remembered.runs());
}

}  // namespace
}  // namespace mprogcheck
