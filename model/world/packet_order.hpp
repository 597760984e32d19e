// SPDX-License-Identifier: GPL-2.0-only
// Whom a packet at a hook of tcx meets: the programs of the list, then the filters of chain 0.
#pragma once

#include "model/world/world.hpp"

namespace mprogcheck {

class MetByPacket {
 public:
  MetByPacket(const World& world, Point at) : list_(world.chain(at)) {
    if (!list_) return;
    const Filters& filters = world.filters(at.device);
    const std::size_t first = filter_index(at.hook, {});
    for (std::size_t i = first; i < first + kFiltersOfChain; ++i)
      if (filters[i].there) filters_[count_++] = filters[i].prog;
  }

  int size() const { return listed() + count_; }
  Prog prog(int i) const {
    return i < listed() ? list_->prog(i) : filters_[static_cast<std::size_t>(i - listed())];
  }
  // Where it is asked first: a program may have several filters.
  Place<Plain> find(Prog p) const {
    if (listed() != 0)
      if (const Place<Plain> at = list_->find(p); at.exists) return at;
    for (int i = listed(); i < size(); ++i)
      if (prog(i) == p) return {true, i};
    return {false, 0};
  }

 private:
  int listed() const { return list_ ? list_->size() : 0; }

  const Chain* list_;
  std::array<Prog, kFiltersOfChain> filters_{};
  int count_ = 0;
};

}  // namespace mprogcheck
