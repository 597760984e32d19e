// SPDX-License-Identifier: GPL-2.0-only
// What a campaign has met: clauses, pairs of clauses, and the rare states it must not miss.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/world/world.hpp"

namespace mprogcheck {

class Coverage {
 public:
  explicit Coverage(Dialect dialect) : dialect_(dialect) {}

  // `world` is the state after the step that `prediction` describes.
  void note(const Operation& op, const Prediction& prediction, const World& world) {
    const auto v = static_cast<std::size_t>(op.verb);
    const Decision& d = prediction.decision;
    ++operations_;
    ++decided_[v][d.rule];
    for (std::uint64_t rest = d.met; rest != 0; rest &= rest - 1)
      met_with_[v][static_cast<std::size_t>(std::countr_zero(rest))] |= d.met;
    witness(op, prediction, world);
  }

  void merge(const Coverage& other);

  std::uint64_t operations() const { return operations_; }
  // Of the clauses of all tables: how many were met, decided or not, and how many there are.
  struct Share {
    std::size_t met = 0, all = 0;
  };
  Share clauses() const;
  // Unordered pairs of rules of one command that held of one request at the same time.
  std::size_t pairs() const;
  // "attach/insert.full+list.stale" and the like.
  std::vector<std::string> pairs_met() const;
  // "attach/insert.full" and the like.
  std::vector<std::string> clauses_missed() const;

  // Rare states and events that every long campaign has to meet, or its silence means nothing.
  struct Sometimes {
    std::string_view name;
    std::uint64_t times;
  };
  std::vector<Sometimes> sometimes(bool packets_can_be_sent = true, bool netkit = true,
                                   bool filters = true) const;

  // How often each clause decided, in table order.
  struct Row {
    Verb verb;
    std::string_view clause;
    std::uint64_t decided;
    bool met;
  };
  std::vector<Row> rows() const;

 private:
  void witness(const Operation& op, const Prediction& p, const World& world);
  void filters(const Operation& op, const Prediction& p);

  enum Rare : std::size_t {
    full_list,
    one_below_full,
    emptied,
    beside_link,
    both_ends,
    stale_revision,
    held_revision,
    other_direction,
    orphan,
    stale_id,
    link_replaced,
    short_query,
    dropped_packet,
    first_of_netkit,
    sent_on = first_of_netkit,
    scrubbed,
    redirected,
    policy_dropped,
    moved,
    ended,
    first_of_filters,
    kept_from_link = first_of_filters,
    kept_from_netlink,
    chain_gone,
    classified,
    kRare
  };
  static constexpr std::array<std::string_view, kRare> kNames{
      "an insertion into a full list",
      "a list one below full",
      "a list emptied after use",
      "an insertion beside an entry of a link",
      "both ends taken",
      "a stale revision",
      "an expected revision that holds",
      "the same program on the other direction's list",
      "an orphaned link asked to update",
      "an id whose owner is gone",
      "a link's program replaced",
      "a query with room for some",
      "a packet dropped by a program",
      "a packet past a program from side to side",
      "a packet that lost its mark",
      "a packet redirected",
      "a packet dropped by a policy",
      "a device with programs moved",
      "the end of a namespace",
      "a link refused where there is a filter",
      "netlink refused at a link's filter",
      "a chain with filters gone",
      "a packet come to a filter"};

  Dialect dialect_;
  std::uint64_t operations_ = 0;
  std::array<std::array<std::uint64_t, 64>, kVerbs> decided_{};
  std::array<std::array<std::uint64_t, 64>, kVerbs> met_with_{};
  std::array<std::uint64_t, kRare> rare_{};
};

}  // namespace mprogcheck
