// SPDX-License-Identifier: GPL-2.0-only
// Every attribute has a row, and whatever loops over the rows takes each of them.
#include "model/words/attributes.hpp"

#include <gtest/gtest.h>

#include <set>

#include "model/judge/difference.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

std::uint32_t most_of(const AttributeRow& a) {
  return a.width < 4 ? (1U << 8 * a.width) - 1 : 0xffffffffU;
}

// Values that a trace may give: all that have a name, and the least and the greatest number.
std::vector<std::uint32_t> values_of(const AttributeRow& a) {
  if (a.own == Key::name) return {0, kMaxDevices - 1, kMadeUpName};
  std::vector<std::uint32_t> out;
  for (const ValueName& name : a.values) out.push_back(name.value);
  if (!a.named_only) out.insert(out.end(), {0, most_of(a)});
  return out;
}

// The verbs that take the attribute so.
std::vector<Trace> requests_with(const Attr& attr) {
  std::vector<Trace> out;
  for (const Verb verb : {Verb::create, Verb::change, Verb::set}) {
    Operation create;
    create.verb = Verb::create;
    create.point = {0, Hook::ingress};
    create.peer = 1;
    Operation op = verb == Verb::create ? create : Operation{};
    op.verb = verb;
    op.point = {0, Hook::ingress};
    op.attrs[0] = attr;
    Trace trace;
    trace.header.devices = 0;
    if (verb != Verb::create) trace.operations.push_back(create);
    trace.operations.push_back(op);
    if (!complaint(trace)) out.push_back(trace);
  }
  return out;
}

TEST(Attributes, HaveWordsAndTypesOfTheirOwn) {
  std::set<std::string_view> words;
  std::set<std::pair<Within, int>> types;
  for (const Key key : kAllKeys) {
    const AttributeRow& a = row(key);
    EXPECT_TRUE(words.insert(a.word).second) << a.word;
    EXPECT_EQ(key_from(a.word), key);
    EXPECT_EQ(a.uapi.empty(), a.type == 0) << a.word;
    if (a.type != 0) {
      EXPECT_TRUE(types.insert({a.within, a.type}).second) << a.word;
    }
    EXPECT_EQ(row(a.own).type, a.type) << a.word;
  }
}

TEST(Attributes, AreParsedAsTheyArePrinted) {
  for (const Key key : kAllKeys) {
    std::set<Form> forms;
    for (const std::uint32_t value : values_of(row(key)))
      for (const Form form : {Form::whole, Form::shortened, Form::lengthened}) {
        const auto requests = requests_with({key, form, value});
        if (!requests.empty()) forms.insert(form);
        for (const Trace& trace : requests) {
          const auto again = parse(print(trace), "a test");
          ASSERT_EQ(again.size(), 1U);
          EXPECT_EQ(again[0].operations, trace.operations) << print(trace);
        }
        const bool observed_alone =
            own_key(key) == Key::address && value == std::uint32_t(Address::random);
        if (form == Form::whole && !observed_alone) {
          EXPECT_FALSE(requests.empty()) << row(key).word << " " << value;
        }
      }
    EXPECT_EQ(forms.size(), has_form(key) ? 3U : 1U) << row(key).word;
  }
}

TEST(Attributes, RefuseAValueThatIsTooWide) {
  for (const Key key : kAllKeys) {
    if (row(key).named_only || own_key(key) == Key::name) continue;
    const std::string verb = in_data(key) ? "change d0 " : "create d0 d1 ";
    const std::string beyond = std::to_string(std::uint64_t{most_of(row(key))} + 1);
    EXPECT_THROW(parse("dialect mainline\n\ncreate d0 d1\n" + verb + std::string(row(key).word) +
                           "=" + beyond + "\n",
                       "a test"),
                 ParseError)
        << row(key).word;
  }
}

// A change has no effect on what is fixed; a device that is there shows the rest.
TEST(Attributes, AreComparedAndDescribedWhereTheyAreShown) {
  for (const Key key : kShownData) {
    const AttributeRow& a = row(key);
    for (const std::uint32_t value : values_of(a)) {
      // A number of four bytes is shown in fewer where only named ones come to be.
      if (value == 0 || (value == most_of(a) && !a.values.empty())) continue;
      if (key == Key::primary && value != 1) continue;
      DeviceView without, with;
      without.there = with.there = true;
      without.shown = with.shown = kShownData;
      a.shown_in.put(with, value);
      EXPECT_EQ(a.shown_in.get(with), value) << a.word;
      EXPECT_EQ(difference(without, with), a.word);
      EXPECT_EQ(difference(with, with), "");
      const std::string shown = " " + std::string(a.word);
      EXPECT_NE(describe(with).find(shown), std::string::npos) << a.word;
      EXPECT_NE(describe(with), describe(without)) << a.word;
    }
    DeviceView all, some;
    all.there = some.there = true;
    all.shown = some.shown = kShownData;
    some.shown.remove(key);
    EXPECT_EQ(difference(all, some), kYounger.has(key) ? "" : "told") << a.word;
    EXPECT_EQ(difference(some, all), "told") << a.word;
  }
}

TEST(Attributes, OfTheOtherSideBelongToOneOfThisSide) {
  for (const Key key : kInData) {
    const AttributeRow& a = row(key);
    if (a.of_other) {
      EXPECT_NE(a.across, Key::none) << a.word;
    }
    if (a.across == Key::none) continue;
    EXPECT_EQ(row(a.across).across, key) << a.word;
    EXPECT_NE(row(a.across).of_other, a.of_other) << a.word;
    EXPECT_EQ(row(a.across).initial, a.initial) << a.word;
  }
}

}  // namespace
}  // namespace mprogcheck
