// SPDX-License-Identifier: GPL-2.0-only
// What two reports differ in, and what is no report.
#include "props/report/baseline.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/words/text.hpp"
#include "props/report/report.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

struct Seen {
  std::string bucket, observed = "EINVAL", known = "";
  bool elsewhere = false;
  Breach breach = Breach::promise;
};

Column column(const std::string& target, const std::vector<Seen>& all) {
  Column out;
  out.seen.target = target;
  for (const Seen& seen : all) {
    Evidence& e = out.deviations.emplace_back();
    e.number = out.deviations.size();
    e.bucket = seen.bucket;
    e.example.trace =
        parse("dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n", "test").front();
    e.example.known = seen.known;
    e.example.elsewhere = seen.elsewhere;
    e.example.deviation.breach = seen.breach;
    e.example.deviation.observed = seen.observed;
  }
  return out;
}

Report report_of(std::vector<Column> columns) {
  Report out;
  out.version = "0.1";
  out.traces = 7;
  out.columns = std::move(columns);
  return out;
}

std::string text_of(const Report& report) {
  return document(report).dump();
}

Difference between(const Report& before, const Report& now) {
  return difference(parse_baseline("before.json", text_of(before)), now);
}

std::vector<std::string> buckets(const std::vector<Noted>& all) {
  std::vector<std::string> out;
  for (const Noted& n : all) out.push_back(n.bucket);
  return out;
}

// What is wrong with a text, or "".
std::string complaint(const std::string& text) {
  try {
    parse_baseline("b.json", text);
    return "";
  } catch (const BadBaseline& e) {
    return e.what();
  }
}

TEST(Difference, IsWhatIsNewGoneAndChanged) {
  const Report before = report_of({column("t", {{"same"}, {"gone"}, {"changed", "ENOENT"}})});
  const Report now = report_of({column("t", {{"same"}, {"new"}, {"changed", "EEXIST"}})});
  const Difference d = between(before, now);
  ASSERT_EQ(d.targets.size(), 1U);
  const TargetDifference& t = d.targets[0];
  EXPECT_EQ(buckets(t.news), std::vector<std::string>{"new"});
  EXPECT_EQ(buckets(t.gone), std::vector<std::string>{"gone"});
  ASSERT_EQ(t.changed.size(), 1U);
  EXPECT_EQ(t.changed[0].before.observed, "ENOENT");
  EXPECT_EQ(t.changed[0].now.observed, "EEXIST");
  EXPECT_EQ(text(t), "1 new, 1 gone, 1 changed, 1 as before");
  EXPECT_EQ(d.note, "");
  EXPECT_TRUE(d.deviates(false));
}

TEST(Difference, OfAReportFromItselfIsNone) {
  const Report one =
      report_of({column("a", {{"b"}, {"c", "E\x01\x1b[1m", "why"}}), column("z", {})});
  const Difference d = between(one, one);
  EXPECT_EQ(text(d.targets.at(0)), "0 new, 0 gone, 0 changed, 2 as before");
  EXPECT_EQ(text(d.targets.at(1)), "0 new, 0 gone, 0 changed, 0 as before");
  EXPECT_FALSE(d.deviates(true));
}

// Each way in which a deviation can be there now, and whether that makes the status 1.
TEST(Difference, CountsWhatIsNewAndNotKnown) {
  const Seen fresh{"b"}, known{"b", "EINVAL", "why"}, elsewhere{"b", "EINVAL", "why", true},
      code{"b", "EINVAL", "", false, Breach::code};
  struct {
    std::vector<Seen> before, now;
    bool deviates, strictly;
  } const cases[] = {
      {{}, {fresh}, true, true},        {{}, {known}, false, false},
      {{}, {elsewhere}, false, false},  {{}, {code}, false, true},
      {{fresh}, {fresh}, false, false}, {{known}, {fresh}, false, false},
      {{code}, {fresh}, true, true},    {{code}, {code}, false, false},
      {{fresh}, {}, false, false},
  };
  for (const auto& c : cases) {
    const Difference d =
        between(report_of({column("t", c.before)}), report_of({column("t", c.now)}));
    EXPECT_EQ(d.deviates(false), c.deviates) << &c - cases;
    EXPECT_EQ(d.deviates(true), c.strictly) << &c - cases;
  }
}

TEST(Difference, CallsNothingGoneOfATargetThatDidNotRunToItsEnd) {
  Report now = report_of({column("t", {})});
  now.columns[0].seen.broke_off = "the guest is gone";
  const Difference d = between(report_of({column("t", {{"b"}})}), now);
  EXPECT_TRUE(d.targets.at(0).gone.empty());
  EXPECT_EQ(text(d.targets[0]), "0 new, 0 changed, 0 as before; the target did not run to its end");
}

TEST(Difference, IsOfTargetsOfTheSameNameOrOfTheOnlyOnes) {
  const Report two = report_of({column("a", {{"b"}}), column("z", {})});
  const Difference d = between(two, report_of({column("z", {{"b"}}), column("a", {{"b"}})}));
  EXPECT_EQ(text(d.targets.at(0)), "1 new, 0 gone, 0 changed, 0 as before");
  EXPECT_EQ(text(d.targets.at(1)), "0 new, 0 gone, 0 changed, 1 as before");
  const Difference renamed =
      between(report_of({column("vm:7.2", {{"b"}})}), report_of({column("vm:7.3", {{"b"}})}));
  EXPECT_EQ(renamed.targets.at(0).against, "vm:7.2");
  EXPECT_EQ(renamed.targets[0].same, 1U);
  const Baseline before = parse_baseline("b.json", text_of(two));
  EXPECT_NO_THROW(need_comparable(before, {"z"}));
  for (const std::vector<std::string>& targets :
       {std::vector<std::string>{"x"}, std::vector<std::string>{"a", "x"}})
    try {
      need_comparable(before, targets);
      ADD_FAILURE();
    } catch (const BadBaseline& e) {
      EXPECT_STREQ(e.what(), "b.json: has no target x to compare with, but a, z");
    }
}

TEST(Difference, NeedsATargetThatRanToItsEndBefore) {
  Report before = report_of({column("t", {})});
  before.columns[0].seen.broke_off = "no such kernel";
  try {
    between(before, report_of({column("t", {})}));
    ADD_FAILURE();
  } catch (const BadBaseline& e) {
    EXPECT_STREQ(e.what(), "before.json: t did not run to its end there: no such kernel");
  }
}

TEST(Difference, MindsAnotherSuite) {
  Report now = report_of({column("t", {})});
  now.traces = 8;
  EXPECT_EQ(between(report_of({column("t", {})}), now).note,
            "the suites differ: 7 traces there, 8 here");
}

TEST(Difference, IsInEachFormForPeople) {
  Report now = report_of({column("t", {{"the.new"}, {"other", "EEXIST"}})});
  now.against = between(report_of({column("t", {{"the.gone"}, {"other", "ENOENT"}})}), now);
  const Json d = document(now);
  EXPECT_EQ(d["baseline"]["targets"][0]["new"][0]["bucket"], "the.new");
  EXPECT_EQ(d["baseline"]["targets"][0]["gone"][0]["bucket"], "the.gone");
  EXPECT_EQ(d["baseline"]["targets"][0]["changed"][0]["before"]["observed"], "ENOENT");
  EXPECT_EQ(d["baseline"]["deviates"], true);
  EXPECT_NE(page(d).find("<li>new: <code>the.new</code> (new)"), std::string::npos);
  EXPECT_NE(page(d).find("<li>gone: <code>the.gone</code> (was new)"), std::string::npos);
  EXPECT_NE(page(d).find("<li>changed: <code>other</code>: was new, observed <code>ENOENT</code>; "
                         "is new, observed <code>EEXIST</code></li>"),
            std::string::npos);
  const std::string md = markdown(d);
  EXPECT_NE(md.find("\n- new: the.new (new): observed EINVAL\n"), std::string::npos) << md;
  EXPECT_NE(md.find("\n- gone: the.gone (was new)\n"), std::string::npos) << md;
  now.against.reset();
  EXPECT_TRUE(document(now)["baseline"].is_null());
  EXPECT_EQ(page(document(now)).find("earlier report"), std::string::npos);
}

TEST(Baseline, OfSomethingElseSaysWhatIsWrong) {
  const std::string good = text_of(report_of({column("t", {{"b"}})}));
  EXPECT_EQ(complaint(good), "");
  EXPECT_TRUE(complaint("").starts_with("b.json:1:1: is no JSON; name the report.json"));
  EXPECT_TRUE(complaint("{\n  \"tool\": x}").starts_with("b.json:2:11: is no JSON"))
      << complaint("{\n  \"tool\": x}");
  EXPECT_TRUE(complaint(good.substr(0, good.size() / 2)).find(": is no JSON") != std::string::npos);
  const auto without = [&](const char* member) {
    Json d = Json::parse(good);
    d.erase(member);
    return complaint(d.dump());
  };
  for (const char* member : {"schema", "tool", "version", "suite", "targets", "deviations"})
    EXPECT_NE(without(member).find("member '" + std::string(member) + "' is missing"),
              std::string::npos)
        << without(member);
  const auto with = [&](const char* at, const Json& value) {
    Json d = Json::parse(good);
    d[Json::json_pointer(at)] = value;
    return complaint(d.dump());
  };
  const std::tuple<const char*, Json, const char*> cases[] = {
      {"/verb", "conform", "it is what --json printed"},
      {"/tool", "other", "it is of another tool"},
      {"/schema", 2, "has schema 2; this version reads schema 1"},
      {"/schema", "1", "member 'schema' is of type string"},
      {"/targets", Json::object(), "member 'targets' is of type object"},
      {"/targets", Json::array(), "it has no targets"},
      {"/targets/0", 1, "target 1: is no object"},
      {"/targets/0/name", nullptr, "target 1: member 'name' is of type null"},
      {"/suite/traces", -1, "member 'traces' is of type number"},
      {"/deviations/0/bucket", 3, "deviation 1: member 'bucket' is of type number"},
      {"/deviations/0/elsewhere", "no", "deviation 1: member 'elsewhere' is of type string"},
      {"/deviations/0/target", "u", "deviation 1 has no target"},
  };
  for (const auto& [at, value, says] : cases)
    EXPECT_NE(with(at, value).find(says), std::string::npos) << at << ": " << with(at, value);
  EXPECT_NE(complaint("[]").find("the document: is no object"), std::string::npos);
}

}  // namespace
}  // namespace mprogcheck::report
