// SPDX-License-Identifier: GPL-2.0-only
// One list over plain values, against the simplest thing that could be meant: a std::vector.
#include "model/world/chain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace mprogcheck {
namespace {

// Even at every size, and 0 is the simplest.
int choose(int n) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n));
}

Entry entry(int prog, Link link = kNoLink) {
  return {Prog{static_cast<std::uint8_t>(prog)}, link, 0};
}

std::vector<Entry> entries_of(const Chain& chain) {
  Listing listing;
  chain.list(listing);
  return {listing.entries.begin(), listing.entries.begin() + listing.filled};
}

TEST(Chain, InsertReplaceAndRemoveMoveNobodyElse) {
  Chain chain;
  chain.insert(0, entry(1));
  chain.insert(1, entry(3));
  chain.insert(1, entry(2, Link{0}));
  EXPECT_EQ(entries_of(chain), (std::vector{entry(1), entry(2, Link{0}), entry(3)}));
  chain.replace(2, entry(4));
  chain.remove(0);
  EXPECT_EQ(entries_of(chain), (std::vector{entry(2, Link{0}), entry(4)}));
  EXPECT_FALSE(chain.find(Prog{3}).exists);
  EXPECT_EQ(chain.find(Prog{4}).index, 1);
  chain.clear();
  EXPECT_EQ(chain.size(), 0);
  EXPECT_FALSE(chain.find(Prog{4}).exists);
}

TEST(Chain, AskingWhereNothingStandsIsAllowed) {
  Chain chain;
  chain.insert(0, {Prog{1}, Link{2}, flag::first | flag::last});
  for (const int i : {-2, -1, 1, 63, 1000}) {
    EXPECT_EQ(chain.owner(i), kNoLink);
    EXPECT_EQ(chain.prog(i), Prog{});
    EXPECT_FALSE(chain.is_first(i) || chain.is_last(i));
  }
}

TEST(Chain, EqualityIsThatOfTheEntriesAndNotOfWhatStoodThereBefore) {
  Chain was_longer, never;
  was_longer.insert(0, entry(1));
  was_longer.insert(0, entry(2));
  was_longer.remove(0);
  never.insert(0, entry(1));
  EXPECT_EQ(was_longer, never);
  was_longer.set_revision(7);
  EXPECT_NE(was_longer, never);
}

TEST(Chain, AgreesWithAVectorAfterAnyOperations) {
  int was_full = 0, was_empty_again = 0, replaced_itself = 0;
  EXPECT_TRUE(
      rc::check("a chain is a vector without repetitions that knows where everybody stands", [&] {
        const int capacity = 1 + choose(static_cast<int>(kMaxCapacity));
        Chain chain;
        chain.reset(static_cast<std::uint8_t>(capacity), 1);
        std::vector<Entry> simple;
        for (int step = 0, steps = choose(200); step < steps; ++step) {
          const int size = static_cast<int>(simple.size());
          const Entry e =
              entry(choose(80), choose(2) ? Link{static_cast<std::uint8_t>(choose(9))} : kNoLink);
          const bool present = chain.find(e.prog).exists;
          const int what = choose(4);
          if (what <= 1 && size < capacity && !present) {
            const int at = choose(size + 1);
            chain.insert(at, e);
            simple.insert(simple.begin() + at, e);
          } else if (what == 2 && size != 0) {
            const int at = choose(size);
            if (present && simple[static_cast<std::size_t>(at)].prog != e.prog) continue;
            replaced_itself += present;
            chain.replace(at, e);
            simple[static_cast<std::size_t>(at)] = e;
          } else if (what == 3 && size != 0) {
            const int at = choose(size);
            chain.remove(at);
            simple.erase(simple.begin() + at);
            was_empty_again += size == 1;
          }
          was_full += chain.size() == capacity;
          RC_ASSERT(entries_of(chain) == simple);
          for (int p = 0; p < 80; ++p) {
            const Prog prog{static_cast<std::uint8_t>(p)};
            const auto stands = std::find_if(simple.begin(), simple.end(),
                                             [&](const Entry& x) { return x.prog == prog; });
            RC_ASSERT(chain.find(prog).exists == (stands != simple.end()));
            if (stands != simple.end())
              RC_ASSERT(chain.find(prog).index == stands - simple.begin());
          }
        }
      }));
  EXPECT_GT(was_full, 0);
  EXPECT_GT(was_empty_again, 0);
  EXPECT_GT(replaced_itself, 0);
}

}  // namespace
}  // namespace mprogcheck
