// SPDX-License-Identifier: GPL-2.0-only
// What an answer breaks: of several errors that are due the clause with the best source, of an
// answer the effect or an invariant. Each invariant is broken here once.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "model/world/testing.hpp"

namespace mprogcheck {
namespace {

Trace trace_of(std::string_view operations, std::string_view header = "dialect mainline\n") {
  return parse(std::string(header) + "device d0\nload p0 p1 p2 p3\n" + std::string(operations), "t")
      .at(0);
}

using Change = std::function<void(Observation&)>;

// The first deviation, where the target answers the last operation otherwise.
Deviation deviation_of(const Trace& trace, const Change& change) {
  auto seen = predicted(trace);
  change(seen.back());
  const Verdict verdict = check(trace, seen);
  return verdict.deviations.empty() ? Deviation{} : verdict.deviations.front();
}
std::string broken(std::string_view operations, const Change& change,
                   std::string_view header = "dialect mainline\n") {
  const Deviation d = deviation_of(trace_of(operations, header), change);
  return d.broken ? std::string(d.broken->id) : "nothing";
}
Change answers(Errno error) {
  return [error](Observation& o) { o.error = error; };
}

TEST(Broken, OfAnErrorTheClauseThatIsDue) {
  EXPECT_EQ(broken("attach p0 d0/ingress\nattach p0 d0/ingress\n", answers(Errno::inval)),
            "insert.exists");
  EXPECT_EQ(broken("attach p0 d0/ingress\n", answers(Errno::inval)), "insert.appends");
}

// The relative descriptor is no program (code), the program is on the list (selftest).
TEST(Broken, OfSeveralErrorsTheOneWithTheBestSource) {
  const std::string both = "attach p0 d0/ingress\nattach p0 d0/ingress before rel=file\n";
  EXPECT_EQ(broken(both, answers(Errno::busy)), "insert.exists");
  EXPECT_EQ(broken(both, answers(Errno::inval)), "precedence");
  const std::string worse = "attach p0 d0/ingress\nattach file d0/ingress rev=1\n";
  const Deviation d = deviation_of(trace_of(worse), answers(Errno::busy));
  EXPECT_EQ(d.clause, "front.prog_kind");
  ASSERT_NE(d.broken, nullptr);
  EXPECT_EQ(d.broken->id, "list.stale");
  // If it succeeds, the text that front.prog_kind stands on is broken, too.
  EXPECT_EQ(deviation_of(trace_of(worse), answers(Errno::ok)).broken->id, "front.prog_kind");
}

// --- By what a target is bound

Verdict verdict_of(std::string_view operations, const Change& change, Binding binding) {
  const Trace trace = trace_of(operations);
  auto seen = predicted(trace);
  change(seen.back());
  return check(trace, seen, binding);
}

TEST(Bound, ByPromisesADocumentAndASelftestBreakThem) {
  for (const auto& [operations, error] :
       {std::pair{"attach bad d0/ingress\n", Errno::inval},
        {"attach p0 d0/ingress\nattach p0 d0/ingress\n", Errno::ok}}) {
    const Verdict verdict = verdict_of(operations, answers(error), Binding::promises);
    ASSERT_EQ(verdict.deviations.size(), 1U) << operations;
    EXPECT_EQ(verdict.deviations[0].breach, Breach::promise) << operations;
    EXPECT_FALSE(verdict.conforms()) << operations;
  }
}

TEST(Bound, ByPromisesWhatDiffersFromCodeBreaksNothing) {
  const auto by = [](Binding binding) {
    return verdict_of("attach p0 d0/ingress bits=0x1\n", answers(Errno::badf), binding);
  };
  EXPECT_EQ(by(Binding::every_clause).deviations.at(0).breach, Breach::promise);
  const Verdict verdict = by(Binding::promises);
  ASSERT_EQ(verdict.deviations.size(), 1U);
  EXPECT_EQ(verdict.deviations[0].breach, Breach::code);
  EXPECT_EQ(does_what(verdict.deviations[0]), "differs from code");
  EXPECT_EQ(grounds(verdict.deviations[0]),
            "front.flags (code: kernel/bpf/syscall.c, BPF_F_ATTACH_MASK_MPROG; "
            "kernel/bpf/syscall.c, bpf_prog_attach)");
  EXPECT_TRUE(verdict.conforms());
  EXPECT_FALSE(verdict.conforms(true));
}

// A selftest asserts that a second qdisc is refused, and not by which error.
TEST(Bound, ByPromisesAnotherErrorThanThatOfCodeBreaksNothing) {
  const auto by = [](Errno error, Binding binding) {
    return verdict_of("qdisc d0 add clsact\nqdisc d0 add clsact\n", answers(error), binding)
        .deviations.at(0);
  };
  EXPECT_EQ(by(Errno::ok, Binding::promises).breach, Breach::promise);
  EXPECT_EQ(by(Errno::perm, Binding::promises).breach, Breach::code);
  EXPECT_EQ(by(Errno::perm, Binding::every_clause).breach, Breach::promise);
  EXPECT_TRUE(grounds(by(Errno::ok, Binding::promises))
                  .starts_with("qdisc.exists (selftest, its error: code: tools/testing/"));
}

// No text gives an order of errors.
TEST(Bound, ByPromisesAnotherOrderDiffersFromCode) {
  const auto by = [](Binding binding) {
    return verdict_of("attach p0 d0/ingress\nattach p0 d0/ingress rev=1\n", answers(Errno::exist),
                      binding)
        .deviations.at(0)
        .breach;
  };
  EXPECT_EQ(by(Binding::every_clause), Breach::precedence);
  EXPECT_EQ(by(Binding::promises), Breach::code);
}

TEST(Bound, ByPromisesARuleOfOurOwnDoesNotJudge) {
  const auto by = [](Binding binding) {
    return verdict_of(
        "attach p0 d0/ingress\ndetach p0 d0/ingress\n", [](auto& o) { o.after.revision = 1; },
        binding);
  };
  EXPECT_EQ(by(Binding::every_clause).deviations.size(), 1U);
  const Verdict verdict = by(Binding::promises);
  EXPECT_TRUE(verdict.deviations.empty());
  EXPECT_EQ(verdict.judged, 2U);
}

// --- Each invariant

struct Example {
  Judged what;
  std::string operations;
  Change change;
  std::string header = "dialect mainline\n";
};

const Example kExamples[] = {
    {Judged::harm, "attach p0 d0/ingress\n", [](auto& o) { o.harm = Harm::warned; }},
    {Judged::told, "attach p0 d0/ingress\n", [](auto& o) { o.has_after = false; }},
    {Judged::attribute_within, "query d0/ingress\n", [](auto& o) { o.strayed = true; }},
    {Judged::precedence, "attach p0 d0/ingress\nattach p0 d0/ingress rev=1\n",
     answers(Errno::exist)},
    {Judged::refusal_nothing, "attach p0 d0/ingress\nattach p0 d0/ingress\n",
     [](auto& o) { o.after = {}; }},
    {Judged::refusal_elsewhere, "create d1 d2\nchange d1 policy=drop peer_policy=1\n",
     [](auto& o) { o.devices[1].policy = 2; }},
    {Judged::detach_memory, "attach p0 d0/ingress\ndetach p0 d0/ingress\n", answers(Errno::nomem)},
    {Judged::references, "attach p0 d0/ingress\n", [](auto& o) { ++o.references; }},
    {Judged::revision_first, "attach p0 d0/ingress rev=9\n", [](auto& o) { o.after.revision = 2; }},
    {Judged::revision_unmoved, "attach p0 d0/ingress\n", [](auto& o) { o.after.revision = 1; }},
    {Judged::revision_kept, "attach p0 d0/ingress\nattach p0 d0/ingress\n",
     [](auto& o) { o.after.revision = 3; }},
    {Judged::revision_never_0, "attach p0 d0/ingress\n", [](auto& o) { o.after.revision = 0; }},
    {Judged::revision_never_returns, "attach p0 d0/ingress\nattach p1 d0/ingress\n",
     [](auto& o) { o.after.revision = 1; }},
    {Judged::revision_emptied, "attach p0 d0/ingress\ndetach p0 d0/ingress\n",
     [](auto& o) { o.after.revision = 1; }},
    {Judged::revision_told, "create d1 d2\nattach p0 d1/primary\ndetach p0 d1/primary\n",
     [](auto& o) { o.after.revision = 1; }},
    {Judged::query_within, "attach p0 d0/ingress\nquery d0/ingress room=4 progs\n",
     [](auto& o) { o.overran = true; }},
    {Judged::query_progs, "attach p0 d0/ingress\nquery d0/ingress room=4 progs\n",
     [](auto& o) { o.answer.entries[0].prog = Prog{1}; }},
    {Judged::query_links, "attach p0 d0/ingress\nquery d0/ingress room=4 progs links\n",
     [](auto& o) { o.answer.entries[0].link = Link{1}; }},
    {Judged::query_flags, "attach p0 d0/ingress\nquery d0/ingress room=4 progs prog_flags\n",
     [](auto& o) { o.answer.entries[0].flags = 1; }},
    {Judged::query_end_flags,
     "attach p0 d0/ingress first\nquery d0/ingress room=4 progs prog_flags\n",
     [](auto& o) { o.answer.entries[0].flags = 0; }, "dialect rfc2\n"},
    {Judged::send_whole, "create d1 d2\nset d1 state=up\nset d2 state=up\nsend d1\n",
     [](auto& o) { o.fate = Fate::damaged; }},
    {Judged::send_on,
     "create d1 d2\nset d1 state=up\nset d2 state=up\nattach p0 d1/primary\nsend d1\n",
     [](auto& o) { ++o.journey.progs[0].on; }},
    {Judged::send_scrub,
     "create d1 d2\nset d1 state=up\nset d2 state=up\nattach p0 d1/primary\nsend d1 mark\n",
     [](auto& o) { o.journey.progs[0].mark = !o.journey.progs[0].mark; }},
    {Judged::send_counted, "create d1 d2\nset d1 state=up\nset d2 state=up\nsend d1\n",
     [](auto& o) { ++o.journey.sent; }},
};

TEST(Broken, EachInvariantIsJudged) {
  std::set<Judged> judged;
  for (const Example& e : kExamples) {
    const std::string id(clause_of(e.what).id);
    const Deviation d = deviation_of(trace_of(e.operations, e.header), e.change);
    ASSERT_NE(d.broken, nullptr) << id;
    EXPECT_EQ(d.broken->id, id);
    judged.insert(e.what);
  }
  EXPECT_EQ(judged.size(), kJudged);
}

}  // namespace
}  // namespace mprogcheck
