// SPDX-License-Identifier: GPL-2.0-only
// The judge is judged: the model against itself conforms, and each way to deviate is told for what
// it is.
#include "model/judge/check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "model/words/text.hpp"
#include "model/world/testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

Trace trace_of(std::string_view operations, std::string_view header = "dialect mainline\n") {
  return parse(std::string(header) + "device d0\nload p0 p1 p2 p3\n" + std::string(operations), "t")
      .at(0);
}

Listing listing(std::uint64_t revision, std::initializer_list<Entry> entries) {
  Listing l;
  l.revision = revision;
  l.count = l.filled = static_cast<std::uint8_t>(entries.size());
  std::copy(entries.begin(), entries.end(), l.entries.begin());
  return l;
}
constexpr Entry plain(std::uint8_t prog) {
  return {Prog{prog}, kNoLink, 0};
}

std::string summary(const Deviation& d) {
  return std::to_string(d.step + 1) + " " + std::string(word(d.breach)) + " " +
         std::string(word(d.aspect)) + " " + std::string(d.clause) + ": " + d.expected + " / " +
         d.observed;
}
std::vector<std::string> summaries(const Verdict& verdict) {
  std::vector<std::string> out;
  for (const Deviation& d : verdict.deviations) out.push_back(summary(d));
  return out;
}
using Lines = std::vector<std::string>;

// --- Conforming
// ------------------------------------------------------------------------------------------------

TEST(Check, TheModelConformsToItself) {
  std::vector<Operation> pool[2];
  for (const char* folder : {"traces/tutorial", "traces/clauses"})
    for (const auto& file : std::filesystem::directory_iterator(
             std::filesystem::path(MPROGCHECK_SOURCE_DIR) / folder)) {
      std::stringstream text;
      text << std::ifstream(file.path()).rdbuf();
      for (const Trace& trace : parse(text.str(), file.path().string())) {
        EXPECT_TRUE(check(trace, predicted(trace)).conforms()) << file.path();
        auto& of_dialect = pool[trace.header.dialect == Dialect::rfc2];
        of_dialect.insert(of_dialect.end(), trace.operations.begin(), trace.operations.end());
      }
    }
  // Then the same operations in any order.
  int succeeded = 0, failed = 0;
  EXPECT_TRUE(rc::check("the model conforms to itself on any trace", [&] {
    const auto choose = [](std::size_t n) {
      return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(std::size_t{0}, n));
    };
    Trace trace;
    trace.header.dialect = choose(2) ? Dialect::rfc2 : Dialect::mainline;
    trace.header.devices = 2;
    trace.header.capacity = static_cast<std::uint8_t>(4 - choose(4));
    for (const std::size_t p : {0, 1, 2, 3, 4, 5, 9}) trace.header.loaded[p] = true;
    trace.header.xdp[9] = true;
    NameCheck names(trace.header);
    const auto& from = pool[trace.header.dialect == Dialect::rfc2];
    for (std::size_t i = 0, n = choose(200); i < n; ++i) {
      const Operation& op = from[choose(from.size())];
      if (op.verb == Verb::remove && choose(10) != 0) continue;
      if (!names.next(op)) trace.operations.push_back(op);
    }
    const auto seen = predicted(trace);
    const Verdict verdict = check(trace, seen);
    RC_ASSERT(verdict.conforms());
    RC_ASSERT(verdict.judged == trace.operations.size());
    for (const Observation& o : seen) ++(o.error == Errno::ok ? succeeded : failed);
  }));
  EXPECT_GT(succeeded, 500);
  EXPECT_GT(failed, 500);
}

TEST(Check, ByHowMuchTheRevisionMovesIsNobodysBusiness) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress rev=17\nquery d0/ingress\n");
  auto seen = predicted(trace);
  seen[0].after.revision = 17;
  seen[1] = seen[0];
  seen[1].after = listing(99, {plain(0), plain(1)});
  seen[1].references += 1;
  seen[2].answer.revision = 99;
  seen[2].answer.count = 2;
  seen[2].references = seen[1].references;
  EXPECT_EQ(summaries(check(trace, seen)), Lines{});
}

TEST(Check, WhatARuleMayRefuseConformsEitherWay) {
  const Trace trace = trace_of(
      "attach p0 d0/ingress\nquery d0/ingress dirty=28\nquery d0/ingress progs dirty=28\n");
  auto seen = predicted(trace);
  for (const std::size_t i : {1, 2}) seen[i].error = Errno::inval;
  EXPECT_EQ(summaries(check(trace, seen)), Lines{});

  const Trace refused = trace_of(
      "attach p0 d0/ingress\ndetach p0 d0/ingress before\nquery d0/ingress room=4 progs links\n");
  auto refusal = predicted(refused);
  refusal[1] = refusal[0];
  refusal[1].error = Errno::range;
  refusal[2].answer = refusal[0].after;
  refusal[2].references = refusal[0].references;
  EXPECT_EQ(summaries(check(refused, refusal)), Lines{});
  // Refused it may be, but then nothing may have changed, nor leaked.
  refusal[1].references += 1;
  refusal[2].references += 1;
  EXPECT_EQ(summaries(check(refused, refusal)),
            Lines{"2 promise references remove.named: 5 references held / 6 references held"});
  refusal[1].after = listing(3, {});
  EXPECT_EQ(summaries(check(refused, refusal)).at(0).substr(0, 14), "2 promise list");
}

TEST(Check, AQdiscOfTheOtherKindMayBeRefusedAndThenNothingHasChanged) {
  const Trace trace = trace_of(
      "attach p0 d0/egress\nattach p1 d0/ingress\nqdisc d0 add clsact\nqdisc d0 add ingress\n"
      "qdisc d0 add clsact\nattach p2 d0/egress\n");
  auto seen = predicted(trace);
  // Refused, so that the clsact of before is still there when it is added again.
  seen[3].error = seen[4].error = Errno::exist;
  EXPECT_EQ(summaries(check(trace, seen)), Lines{});
  seen[3].answer = listing(2, {});
  EXPECT_EQ(summaries(check(trace, seen)).at(0), "4 promise list qdisc.beside: [p0] / []");
}

TEST(Check, AQueryWithoutAnArrayOfProgramsIsNeverShortOfRoom) {
  for (const std::string query : {"query d0/ingress", "query d0/ingress room=1 links"}) {
    const Trace trace = trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\n" + query + "\n");
    auto seen = predicted(trace);
    seen[2].error = Errno::nospc;
    const std::string told = query.ends_with("links") ? " links=none" : "";
    EXPECT_EQ(summaries(check(trace, seen)),
              Lines{"3 promise error query.count: ok / ENOSPC rev=3 count=2" + told});
  }
}

TEST(Check, WhereTheOrderOfTwoErrorsIsOpenEitherConforms) {
  struct Case {
    const char* operation;
    std::vector<Errno> conform;
  };
  for (const auto& [operation, conform] :
       {Case{"query nodev/ingress bits=0x1", {Errno::nodev, Errno::inval}},
        Case{"detach none d0/ingress rev=5", {Errno::noent, Errno::stale}},
        Case{"detach none d0/ingress before link rel=foreign", {Errno::noent, Errno::inval}}}) {
    const Trace trace = trace_of(operation);
    for (const auto& [error, name] : kErrnoNames) {
      auto seen = predicted(trace);
      seen[0].error = error;
      const bool permitted = std::count(conform.begin(), conform.end(), error) != 0;
      EXPECT_EQ(check(trace, seen).conforms(), permitted) << operation << " " << name;
    }
  }
  // A link that no list holds is on none: refused or not found, but no success.
  const Trace trace =
      trace_of("attach p0 d0/ingress\ndetach none d0/ingress after link rel=foreign\n");
  auto seen = predicted(trace);
  seen[1].error = Errno::noent;
  EXPECT_TRUE(check(trace, seen).conforms());
  seen[1].error = Errno::ok;
  EXPECT_FALSE(check(trace, seen).conforms());
}

TEST(Check, ATargetThatCannotTellItsReferencesIsNotBlamed) {
  const Trace trace = trace_of("attach p0 d0/ingress\ndetach p0 d0/ingress\n");
  auto seen = predicted(trace);
  for (Observation& o : seen) o.references = -1;
  EXPECT_TRUE(check(trace, seen).conforms());
}

// --- Deviating
// -------------------------------------------------------------------------------------------------

TEST(Check, AnErrorThatIsDueButNotFirstBreaksThePrecedence) {
  const Trace trace = trace_of("attach p0 d0/ingress\nattach p0 d0/ingress before rel=bad\n");
  auto seen = predicted(trace);
  seen[1].error = Errno::badf;
  const Verdict verdict = check(trace, seen);
  ASSERT_EQ(verdict.deviations.size(), 1U);
  const Deviation& d = verdict.deviations[0];
  EXPECT_EQ(summary(d), "2 precedence error insert.exists: EEXIST / EBADF [p0] rev 2");
  EXPECT_EQ(d.permitted, std::vector<std::string_view>{"relative.closed"});
  EXPECT_EQ(bucket(d, Dialect::mainline), "mainline.tcx.attach.insert.exists.EEXIST-EBADF");
  EXPECT_EQ(explain(d, trace),
            "step 2: attach p0 d0/ingress before rel=bad\n  model:  EEXIST   (insert.exists)\n"
            "  target: EBADF [p0] rev 2\n  breaks the precedence; also met: relative.closed\n"
            "  source: precedence (code: kernel/bpf/mprog.c, bpf_mprog_attach; "
            "kernel/bpf/syscall.c, bpf_prog_attach; posting 003 (bpf: Add generic "
            "attach/detach/query API for multi-progs, bpf-next v2 1/7, 2023-06-07), "
            "bpf_mprog_attach)");
}

TEST(Check, AnErrorThatNoRulePermitsBreaksThePromise) {
  const Trace trace = trace_of("attach p0 d0/ingress\nattach p0 d0/ingress\n");
  auto seen = predicted(trace);
  seen[1].error = Errno::range;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise error insert.exists: EEXIST / ERANGE [p0] rev 2"});
}

TEST(Check, ARefusalOfWhatMustSucceedIsOneDeviationAndTheListStays) {
  const Trace trace = trace_of(
      "attach p0 d0/ingress\nattach p1 d0/ingress before\nquery d0/ingress room=4 progs links\n");
  auto seen = predicted(trace);
  seen[1] = seen[0];
  seen[1].error = Errno::inval;
  seen[2].answer = seen[0].after;
  seen[2].references = seen[0].references;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise error insert.prepends: ok / EINVAL [p0] rev 2"});
}

TEST(Check, ASuccessOfWhatMustFailIsOneDeviationAndTheListIsTakenOver) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress rev=1\nattach p1 d0/ingress\n");
  auto seen = predicted(trace);
  seen[1] = seen[0];
  seen[1].error = Errno::ok;
  seen[1].after = listing(3, {plain(0), plain(1)});
  seen[1].references += 1;
  seen[2] = seen[1];
  seen[2].error = Errno::exist;  // as it must be, after what went before
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise error list.stale: ESTALE / ok [p0 p1] rev 3"});
}

TEST(Check, AnotherOrderBreaksThePromiseAndTheNextStepStartsFromIt) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress before\ndetach none d0/ingress\n");
  auto seen = predicted(trace);
  seen[1].after = listing(3, {plain(0), plain(1)});
  seen[2].after = listing(4, {plain(0)});
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise list insert.prepends: [p1 p0] / [p0 p1]"});
}

TEST(Check, ARevisionThatComesBackBreaksThePromise) {
  const Trace trace = trace_of("attach p0 d0/ingress\ndetach p0 d0/ingress\n");
  auto seen = predicted(trace);
  seen[1].after.revision = 1;
  const Verdict verdict = check(trace, seen);
  EXPECT_EQ(summaries(verdict),
            Lines{"2 promise revision revision.emptied: a revision this list has not had "
                  "yet, such as 3 / revision 1 again"});
  EXPECT_EQ(bucket(verdict.deviations.at(0), Dialect::mainline), "mainline.tcx.revision.emptied");
}

// A qdisc may hold the empty list, which is freed only as the qdisc goes.
TEST(Check, AListThatIsFreedLaterStartsAnew) {
  const Trace trace = trace_of(
      "attach p0 d0/ingress\nqdisc d0 add clsact\ndetach none d0/ingress\nqdisc d0 remove\n"
      "attach p0 d0/ingress\n");
  auto seen = predicted(trace);
  seen[3].after.revision = 1;
  seen[4].after.revision = 2;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"4 promise revision revision.emptied: revision 3 as before / revision 1"});
}

TEST(Check, ARevisionThatStandsStillOrIs0BreaksThePromise) {
  const Trace trace = trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\n");
  for (const auto& [revision, clause] :
       {std::pair{2, "revision.unmoved"}, std::pair{1, "revision.never_returns"},
        std::pair{0, "revision.never_0"}}) {
    auto seen = predicted(trace);
    seen[1].after.revision = static_cast<std::uint64_t>(revision);
    const Verdict verdict = check(trace, seen);
    ASSERT_EQ(verdict.deviations.size(), 1U);
    EXPECT_EQ(bucket(verdict.deviations[0], Dialect::mainline),
              std::string("mainline.tcx.") + clause);
  }
}

// Where a list is taken over, so is its history: what it had before may be had again.
TEST(Check, AListThatWasTakenOverStartsWithTheRevisionItHas) {
  const Trace refused =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress rev=1\nattach p2 d0/ingress\n");
  auto seen = predicted(refused);
  seen[1].error = Errno::ok;
  seen[1].after = listing(1, {plain(0), plain(1)});
  seen[1].references += 1;
  seen[2].after = listing(2, {plain(0), plain(1), plain(2)});
  seen[2].references += 1;
  EXPECT_EQ(summaries(check(refused, seen)),
            Lines{"2 promise error list.stale: ESTALE / ok [p0 p1] rev 1"});

  const Trace returned = trace_of(
      "attach p0 d0/ingress\ndetach p0 d0/ingress\nattach p0 d0/ingress\nattach p1 d0/ingress\n");
  seen = predicted(returned);
  for (std::size_t i = 1; i < 4; ++i) seen[i].after.revision = i;
  EXPECT_EQ(check(returned, seen).deviations.size(), 1U);
}

TEST(Check, AListThatIsMissingOrUncalledForBreaksThePromise) {
  const Trace trace = trace_of("attach p0 d0/ingress\nquery d0/ingress\nattach p0 d0/ingress\n");
  auto seen = predicted(trace);
  seen[0].has_after = false;
  seen[1].has_after = true;
  seen[1].after = seen[0].after;
  EXPECT_EQ(summaries(check(trace, seen)), (Lines{"1 promise list insert.appends: a list / no list",
                                                  "2 promise list query.count: no list / [p0]"}));
}

TEST(Check, ARevisionThatMovesWithoutAChangeBreaksThePromise) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p0 d0/ingress\nattach p1 d0/ingress\n");
  auto seen = predicted(trace);
  seen[1].after.revision = 3;
  seen[2].after.revision = 4;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise revision insert.exists: revision 2 as before / revision 3"});
}

TEST(Check, AReferenceTooManyIsReportedOnce) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p0 d0/ingress\ndetach p0 d0/ingress\n");
  auto seen = predicted(trace);
  seen[1].references += 1;
  seen[2].references += 1;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise references insert.exists: 5 references held / 6 references held"});
}

// What a broken or hostile kernel counts is any number, and the judge goes on from it.
TEST(Check, AnyNumberOfReferencesIsJudged) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\ndetach p0 d0/ingress\n");
  auto seen = predicted(trace);
  for (Observation& o : seen) o.references = std::numeric_limits<int>::max();
  EXPECT_EQ(check(trace, seen).deviations.size(), 3U);
}

TEST(Check, AWrongAnswerToAQueryBreaksThePromise) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\nquery d0/ingress room=1 progs\n");
  auto seen = predicted(trace);
  seen[2].answer.entries[0].prog = Prog{1};
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"3 promise answer query.no_space: ENOSPC rev=3 count=2 progs=p0 / ENOSPC rev=3 "
                  "count=2 progs=p1"});
}

TEST(Check, AProgramThatRanTooLateOrAVerdictThatWasLostBreaksThePromise) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\npacket d0/ingress p0=drop\n");
  auto seen = predicted(trace);
  seen[2].fate = Fate::passed;
  seen[2].answer.count = seen[2].answer.filled = 2;
  seen[2].answer.entries[1] = plain(1);
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"3 promise answer packet.drop: ok dropped progs=p0 / ok passed progs=p0,p1"});
}

TEST(Check, AFateAloneThatDiffersBreaksThePromise) {
  const Trace trace = trace_of("attach p0 d0/ingress\npacket d0/ingress p0=drop\n");
  auto seen = predicted(trace);
  seen[1].fate = Fate::passed;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 promise answer packet.drop: ok dropped progs=p0 / ok passed progs=p0"});
}

TEST(Check, AnAnswerThatGoesBeyondItsRoomBreaksThePromise) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\nquery d0/ingress room=1 progs\n");
  auto seen = predicted(trace);
  seen[2].overran = true;
  const Verdict verdict = check(trace, seen);
  ASSERT_EQ(verdict.deviations.size(), 1U);
  EXPECT_EQ(verdict.deviations[0].observed,
            "ENOSPC rev=3 count=2 progs=p0, and wrote past the room given");
  EXPECT_EQ(bucket(verdict.deviations[0], Dialect::mainline),
            "mainline.tcx.query.query.no_space.answer.overrun");
}

// What is known of one must not hide the others.
TEST(Check, ABucketSaysWhatOfAnAnswerDiffersAndOfWhatKindTheRequestWas) {
  const std::string begin = "attach p0 d0/ingress\nlink_create l0 p1 d0/ingress\n";
  const auto bucket_of = [&](const char* operation, auto&& change) {
    const Trace trace = trace_of(begin + operation);
    auto seen = predicted(trace);
    change(seen[2]);
    const Verdict verdict = check(trace, seen);
    EXPECT_EQ(verdict.deviations.size(), 1U) << operation;
    return bucket(verdict.deviations.at(0), Dialect::mainline).substr(std::size("mainline.tcx"));
  };
  const char* whole = "query d0/ingress room=4 progs links prog_flags";
  const char* links = "query d0/ingress room=4 links prog_flags";
  const auto revision = [](Observation& o) { o.answer.revision = 9, o.answer.count = 9; };
  const auto count = [](Observation& o) { o.answer.count = 9; };
  const auto prog = [](Observation& o) { o.answer.entries[0] = {Prog{3}, Link{3}, 1}; };
  const auto link = [](Observation& o) { o.answer.entries[1] = {Prog{1}, Link{3}, 1}; };
  const auto fills = [](Observation& o) { o.overran = true; };
  const auto flags = [](Observation& o) { o.answer.entries[1].flags = 1; };
  EXPECT_EQ(bucket_of(whole, revision), "query.query.all.answer.revision");
  EXPECT_EQ(bucket_of(whole, count), "query.query.all.answer.count");
  EXPECT_EQ(bucket_of(whole, prog), "query.query.all.answer.progs");
  EXPECT_EQ(bucket_of(whole, link), "query.query.all.answer.links");
  EXPECT_EQ(bucket_of(links, fills), "query.query.count.answer.overrun.without_progs");
  EXPECT_EQ(bucket_of(whole, flags), "query.query.all.answer.flags");
  EXPECT_EQ(bucket_of("query d0/ingress", revision), "query.query.count.answer.revision");
  EXPECT_EQ(bucket_of("query d0/ingress room=1 progs", [](auto& o) { o.error = Errno::ok; }),
            "query.query.no_space.ENOSPC-ok");
  EXPECT_EQ(bucket_of("query d0/ingress room=1 links", [](auto& o) { o.error = Errno::nospc; }),
            "query.query.count.ok-ENOSPC.without_progs");

  EXPECT_EQ(bucket_of("detach p0 d0/ingress rev=1", [](auto& o) { o.error = Errno::noent; }),
            "detach.list.stale.ESTALE-ENOENT.named");
  EXPECT_EQ(bucket_of("detach none d0/ingress rev=1", [](auto& o) { o.error = Errno::noent; }),
            "detach.list.stale.ESTALE-ENOENT");

  const auto fate = [](Observation& o) { o.fate = Fate::dropped, o.answer.filled = 1; };
  const auto order = [](Observation& o) { std::swap(o.answer.entries[0], o.answer.entries[1]); };
  EXPECT_EQ(bucket_of("packet d0/ingress", fate), "packet.packet.next.answer.fate");
  EXPECT_EQ(bucket_of("packet d0/ingress", order), "packet.packet.next.answer.order");
  EXPECT_EQ(bucket_of("packet d0/ingress p0=unknown", order),
            "packet.packet.next.answer.order.unknown");
}

TEST(Check, SeveralDeviationsInOneTraceAreAllReportedAndCheckFirstStopsAtOne) {
  const Trace trace = trace_of(
      "attach p0 d0/ingress\nattach p0 d0/ingress\nattach p1 d0/ingress before\nquery d0/ingress "
      "room=4 progs links\n"
      "detach none d0/ingress\n");
  auto seen = predicted(trace);
  seen[1].error = Errno::inval;
  seen[2].after = listing(3, {plain(0), plain(1)});
  seen[3].answer = seen[2].after;
  seen[4].after = listing(4, {plain(0)});
  const Lines both{"2 promise error insert.exists: EEXIST / EINVAL [p0] rev 2",
                   "3 promise list insert.prepends: [p1 p0] / [p0 p1]"};
  const Verdict verdict = check(trace, seen);
  EXPECT_EQ(summaries(verdict), both);
  EXPECT_EQ(verdict.judged, 5U);
  EXPECT_EQ(summaries(check_first(trace, seen)), Lines{both[0]});
}

TEST(Check, AListWithStrangersEndsTheTrace) {
  const Trace trace = trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\n");
  auto seen = predicted(trace);
  seen[0].after.entries[0].prog = kStrangeProg;
  const Verdict verdict = check(trace, seen);
  EXPECT_EQ(summaries(verdict), Lines{"1 promise list insert.appends: [p0] / [strange]"});
  EXPECT_EQ(verdict.judged, 0U);
}

// In dialect rfc2 ENOSPC is what a full list answers: a refusal, not a success with less.
TEST(Check, ARefusalWithAnotherErrorMakesNoLink) {
  const Trace trace =
      trace_of("attach p0 d0/ingress\nlink_create l0 p1 d0/ingress rev=1\nclose l0\n",
               "dialect rfc2\ncapacity 1\n");
  auto seen = predicted(trace);
  seen[1].error = Errno::nospc;
  EXPECT_EQ(summaries(check(trace, seen)),
            Lines{"2 precedence error list.stale: ESTALE / ENOSPC [p0] rev 2"});
}

}  // namespace
}  // namespace mprogcheck
