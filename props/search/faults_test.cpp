// SPDX-License-Identifier: GPL-2.0-only
// Every planted fault is found, and its minimal trace is exactly the one checked in under
// traces/faults.
// `./mprogcheck faults --hunt --out DIR` makes them again.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/text.hpp"
#include "props/search/hunt.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

struct Case {
  std::string fault;
  Dialect dialect;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.fault << " in " << word(c.dialect);
}

std::vector<Case> cases() {
  std::vector<Case> out;
  std::size_t i = 0;
  for (const FaultInfo& f : InProcess::faults()) {
    // They differ in a few words of our implementation; all else runs in any eight of them.
    if (kSanitized && i++ % 8 != 0) continue;
    if (f.mainline) out.push_back({std::string(f.name), Dialect::mainline});
    if (f.rfc2) out.push_back({std::string(f.name), Dialect::rfc2});
  }
  return out;
}

std::string file_of(const Case& c) {
  return std::string(MPROGCHECK_SOURCE_DIR) + "/traces/faults/" + c.fault + "." +
         std::string(word(c.dialect)) + ".trace";
}

Trace checked_in(const Case& c) {
  std::ifstream in(file_of(c));
  EXPECT_TRUE(in) << file_of(c) << " is missing";
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file_of(c)).at(0);
}

class PlantedFault : public testing::TestWithParam<Case> {};

TEST_P(PlantedFault, is_found_with_exactly_the_minimal_trace_checked_in) {
  const Case& c = GetParam();
  const auto found =
      smallest_found([&] { return std::make_unique<InProcess>(c.fault); }, c.dialect, 1);
  ASSERT_TRUE(found) << "not found in 320 traces";
  const Trace kept = checked_in(c);
  EXPECT_EQ(kept.header, found->trace.header);
  std::string now, then;
  for (const Operation& op : found->trace.operations) now += print(op) + "\n";
  for (const Operation& op : kept.operations) then += print(op) + "\n";
  EXPECT_EQ(now, then);
}

TEST_P(PlantedFault, shows_in_its_trace_and_the_sound_implementation_does_not) {
  const Trace kept = checked_in(GetParam());
  InProcess faulty(GetParam().fault), sound;
  EXPECT_FALSE(deviations_on(faulty, kept).empty());
  EXPECT_TRUE(deviations_on(sound, kept).empty());
  EXPECT_TRUE(misprints(kept).empty());
}

TEST(PlantedFaults, are_at_least_thirty) {
  EXPECT_GE(InProcess::faults().size(), 30U);
}

INSTANTIATE_TEST_SUITE_P(Every, PlantedFault, testing::ValuesIn(cases()), [](const auto& info) {
  return info.param.fault + "_" + std::string(word(info.param.dialect));
});

}  // namespace
}  // namespace mprogcheck
