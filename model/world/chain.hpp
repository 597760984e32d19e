// SPDX-License-Identifier: GPL-2.0-only
// One attach point's list over plain values: the concrete realisation of the primitives.
//
// The rules see a chain only through find, prog, owner, flags, size, capacity and revision; proofs/
// has its own chain with the same functions over terms.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "model/rules/domain.hpp"
#include "model/words/observation.hpp"

namespace mprogcheck {

class Chain {
 public:
  using D = Plain;

  void reset(std::uint8_t capacity, std::uint64_t revision) {
    for (int i = 0; i < size_; ++i)
      place_of_[entries_[static_cast<std::size_t>(i)].prog.raw] = kAbsent;
    size_ = 0;
    capacity_ = capacity;
    revision_ = revision;
  }

  int size() const { return size_; }
  int capacity() const { return capacity_; }
  std::uint64_t revision() const { return revision_; }
  void set_revision(std::uint64_t revision) { revision_ = revision; }

  Place<Plain> find(Prog p) const {
    const std::uint8_t at = place_of_[p.raw];
    return {at != kAbsent, at == kAbsent ? 0 : int{at}};
  }
  // At an index where nothing stands the answer means nothing, as in the other domains; asking is
  // allowed.
  Link owner(int i) const { return in_range(i) ? at(i).link : kNoLink; }
  Prog prog(int i) const { return in_range(i) ? at(i).prog : Prog{}; }
  bool is_first(int i) const { return in_range(i) && (at(i).flags & flag::first) != 0; }
  bool is_last(int i) const { return in_range(i) && (at(i).flags & flag::last) != 0; }

  const Entry& at(int i) const { return entries_[static_cast<std::size_t>(i)]; }

  void insert(int i, Entry e) {
    std::copy_backward(entries_.begin() + i, entries_.begin() + size_,
                       entries_.begin() + size_ + 1);
    entries_[static_cast<std::size_t>(i)] = e;
    ++size_;
    index_from(i);
  }
  void replace(int i, Entry e) {
    place_of_[at(i).prog.raw] = kAbsent;
    entries_[static_cast<std::size_t>(i)] = e;
    place_of_[e.prog.raw] = static_cast<std::uint8_t>(i);
  }
  void remove(int i) {
    place_of_[at(i).prog.raw] = kAbsent;
    std::copy(entries_.begin() + i + 1, entries_.begin() + size_, entries_.begin() + i);
    --size_;
    index_from(i);
  }
  void clear() { reset(capacity_, revision_); }

  void list(Listing& out) const {
    out.revision = revision_;
    out.count = out.filled = static_cast<std::uint8_t>(size_);
    std::copy(entries_.begin(), entries_.begin() + size_, out.entries.begin());
  }

  bool operator==(const Chain& o) const {
    return size_ == o.size_ && capacity_ == o.capacity_ && revision_ == o.revision_ &&
           std::equal(entries_.begin(), entries_.begin() + size_, o.entries_.begin());
  }

 private:
  static constexpr std::uint8_t kAbsent = 255;
  bool in_range(int i) const { return i >= 0 && i < size_; }
  void index_from(int i) {
    for (; i < size_; ++i) place_of_[at(i).prog.raw] = static_cast<std::uint8_t>(i);
  }

  int size_ = 0;
  int capacity_ = static_cast<int>(kMaxCapacity);
  std::uint64_t revision_ = 1;
  std::array<Entry, kMaxCapacity> entries_{};
  // The inverse of entries_, so that finding a program costs the same on every list. 256 for
  // strangers.
  std::array<std::uint8_t, 256> place_of_ = filled_with_absent();

  static constexpr std::array<std::uint8_t, 256> filled_with_absent() {
    std::array<std::uint8_t, 256> a{};
    for (auto& x : a) x = kAbsent;
    return a;
  }
};

}  // namespace mprogcheck
