// SPDX-License-Identifier: GPL-2.0-only
// Every row of model/words/attributes.hpp reaches generator, target, dump, judge, minimiser,
// canonical form and reproducer: what a new attribute may be forgotten in fails here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/attributes.hpp"
#include "model/words/text.hpp"
#include "props/repro/repro.hpp"
#include "props/search/campaign.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {
namespace {

Trace trace_of(const std::string& operations) {
  return parse("dialect mainline\n\n" + operations + "\n", "a test").at(0);
}

std::vector<Observation> run(const Trace& trace) {
  InProcess impl;
  std::vector<std::vector<Observation>> seen;
  impl.run(std::span(&trace, 1), seen);
  return seen.at(0);
}

// A value that a new device does not have by itself.
std::uint32_t unusual(const AttributeRow& a) {
  for (const ValueName& name : a.values)
    if (name.value != a.initial) return name.value;
  return a.initial + 1U;
}

// A request for a new device with that, as it is asked for.
std::string creation(const AttributeRow& a, std::uint32_t value) {
  Operation op;
  op.verb = Verb::create;
  op.point = {0, Hook::ingress};
  if (a.key != Key::pairing || value != netkit::single) op.peer = 1;
  op.attrs[0] = {a.key, Form::whole, value};
  return print(op);
}

TEST(EveryAttribute, IsShownByTheDumpOfADeviceMadeWithIt) {
  for (const Key key : kShownData) {
    const AttributeRow& a = row(key);
    if (a.read_only) continue;
    const Trace trace = trace_of(creation(a, unusual(a)));
    const auto seen = run(trace);
    const DeviceView& made = seen[0].devices[0];
    ASSERT_TRUE(made.there) << print(trace);
    EXPECT_EQ(a.shown_in.get(made), unusual(a)) << print(trace) << describe(made);
    EXPECT_EQ(made.shown, key == Key::pairing ? kShownOfSingle : kShownData);
    if (a.across != Key::none) {
      EXPECT_EQ(row(a.across).shown_in.get(seen[0].devices[1]), unusual(a)) << print(trace);
    }
    for (const Deviation& d : check(trace, seen).deviations) ADD_FAILURE() << explain(d, trace);
  }
}

TEST(EveryAttribute, ThatADumpShowsBesideInfoDataIsThatOfTheRequest) {
  for (const std::string_view said : {"mtu=1400", "mode=l2 address=b", "name=d2", "ns=n1"}) {
    const Trace trace = trace_of(fmt::format("create d0 d1 {}", said));
    const Operation& op = trace.operations[0];
    const DeviceView made = run(trace).at(0).devices[0];
    const Attr& last = op.attrs[op.attrs[1].key == Key::none ? 0 : 1];
    EXPECT_EQ(row(last.key).shown_in.get(made), last.value) << said;
  }
}

TEST(EveryAttribute, IsDrawn) {
  InProcess impl;
  CampaignOptions options;
  KeySet drawn;
  for (std::uint64_t i = 0; i < 20'000 && drawn != kAllKeys; ++i)
    for (const Operation& op : generate(options, impl.capabilities(), i).operations)
      for (const Attr& a : op.attrs)
        if (a.key != Key::none) drawn.add(a.key);
  for (const Key key : kAllKeys - drawn) ADD_FAILURE() << row(key).word;
}

// A target that lacks one is not asked for it.
TEST(EveryAttribute, ThatATargetLacksIsNotDrawn) {
  Capabilities can = InProcess().capabilities();
  can.attributes = kBasicData;
  for (std::uint64_t i = 0; i < 500; ++i)
    for (const Operation& op : generate({}, can, i).operations)
      for (const Attr& a : op.attrs) EXPECT_FALSE(kYounger.has(a.key)) << print(op);
}

TEST(EveryAttribute, GoesWhereADeviationShowsWithoutIt) {
  InProcess impl("carrier_with_one_side_up");
  const std::string plain = print(trace_of("create d0 d1\nset d0 state=up"));
  int tried = 0;
  for (const Key key : kAllKeys) {
    if (key == Key::state) continue;  // for `set` alone
    const AttributeRow& a = row(key);
    for (const std::uint32_t value : {0U, 1U}) {
      Trace trace = trace_of(creation(a, value) + "\nset d0 state=up");
      const auto shown = deviations_on(impl, trace);
      if (shown.empty()) continue;
      ++tried;
      const Minimal minimal = minimize(impl, trace, shown[0].bucket);
      Trace least = minimal.trace;
      least.preface.clear();
      for (const Operation& op : least.operations)
        if (op.verb == Verb::create) {
          EXPECT_EQ(op.attrs[0].key, Key::none) << print(least);
        }
      EXPECT_EQ(print(least), plain) << a.word;
    }
  }
  EXPECT_GT(tried, 20);
}

TEST(EveryAttribute, ThatNamesADeviceIsRenamed) {
  for (const Key key : kAllKeys) {
    if (own_key(key) != Key::name) continue;
    Trace trace = trace_of("create d3 d2");
    trace.operations[0].attrs[0] = {key, Form::whole, 2};
    EXPECT_EQ(canonical(trace).operations[0].attrs[0].value, 1U) << row(key).word;
  }
}

TEST(EveryAttribute, IsInTheReproducer) {
  // Devices are compared in full where a request that succeeds names an attribute.
  const std::string compared =
      reproduce(trace_of("create d1 d2 mode=l2"), ReproFormat::c, "a test");
  // By their types: the first is told, the others follow.
  const std::size_t begin = compared.find("shown[] = { [");
  ASSERT_NE(begin, std::string::npos);
  std::map<int, std::string> table;
  std::istringstream words(compared.substr(begin + 13, compared.find(';', begin) - begin - 13));
  int type = 0;
  words >> type;
  for (std::string word; std::getline(words, word, '"') && std::getline(words, word, '"'); ++type)
    table[type] = word;
  for (const Key key : kAllKeys) {
    const AttributeRow& a = row(key);
    if (a.uapi.empty() || key == Key::peer) continue;
    const Trace trace = trace_of(creation(a, a.values.empty() ? 1 : a.values[0].value));
    const std::string program = reproduce(trace, ReproFormat::c, "a test");
    const std::size_t steps = program.find("int main(");
    ASSERT_NE(steps, std::string::npos);
    EXPECT_NE(program.find(a.uapi, steps), std::string::npos) << a.word << program.substr(steps);
    if (in_data(key)) {
      EXPECT_NE(program.find(fmt::format("#define {} {}\n", a.uapi, a.type)), std::string::npos);
    }
    if (kShownData.has(key)) {
      EXPECT_TRUE(table.contains(a.type) && table[a.type].ends_with(a.word)) << a.word;
    }
  }
}

}  // namespace
}  // namespace mprogcheck
