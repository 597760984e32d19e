// SPDX-License-Identifier: GPL-2.0-only
// What the processes of a stress ask for.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "impl/stress/generator.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::kernel {
namespace {

StressOptions options_of(std::uint64_t seed) {
  StressOptions options;
  options.header.loaded = 0xf;
  options.seed = seed;
  return options;
}

// The calls of one process, all of which succeed or are refused.
std::vector<Operation> drawn(std::uint64_t seed, std::uint32_t process, std::size_t calls,
                             Errno error = Errno::ok) {
  const StressOptions options = options_of(seed);
  const auto log = std::make_unique<SharedLog>();
  StressGenerator generator(options, *log, process);
  Names names;
  std::vector<Operation> all;
  for (std::size_t i = 0; i < calls; ++i) {
    Record record{};
    record.op = generator.next(names);
    record.error = error;
    generator.observe(record, names);
    all.push_back(record.op);
  }
  return all;
}

TEST(StressGenerator, draws_every_call_that_a_process_makes) {
  std::map<Verb, int> times;
  for (const Operation& op : drawn(1, 0, 2000)) ++times[op.verb];
  for (const Verb verb : {Verb::attach, Verb::detach, Verb::query, Verb::link_create,
                          Verb::link_update, Verb::link_detach, Verb::close, Verb::info})
    EXPECT_GT(times[verb], 20) << word(verb);
  EXPECT_EQ(times.size(), 8u);
}

TEST(StressGenerator, draws_the_same_for_a_seed_and_other_calls_for_each_process) {
  EXPECT_EQ(drawn(7, 1, 300), drawn(7, 1, 300));
  EXPECT_NE(drawn(7, 1, 300), drawn(7, 2, 300));
  EXPECT_NE(drawn(7, 1, 300), drawn(8, 1, 300));
}

TEST(StressGenerator, names_a_new_link_once_even_if_it_is_refused) {
  std::set<std::uint8_t> names;
  for (const Operation& op : drawn(5, 0, 500, Errno::exist))
    if (op.verb == Verb::link_create) {
      EXPECT_TRUE(names.insert(op.link.raw).second) << print(op);
    }
  EXPECT_GT(names.size(), 10u);
}

TEST(StressGenerator, gives_each_process_links_of_its_own) {
  for (const Operation& op : drawn(3, 1, 2000)) {
    if (op.verb != Verb::link_create) continue;
    EXPECT_GE(op.link.raw, kMaxLinks / 4);
    EXPECT_LT(op.link.raw, 2 * (kMaxLinks / 4));
  }
}

}  // namespace
}  // namespace mprogcheck::kernel
