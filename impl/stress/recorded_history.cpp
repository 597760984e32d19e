// SPDX-License-Identifier: GPL-2.0-only
// From the log of a stress to a history.
#include <algorithm>
#include <unordered_map>

#include "impl/stress/worker.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::kernel {
namespace {

class Reader {
 public:
  Reader(const SharedLog& log, const Names& names) {
    for (std::uint8_t p = 0; p < kMaxProgs; ++p)
      if (names.progs[p].id != kUnknownId) progs_[names.progs[p].id] = Prog{p};
    for (std::uint8_t l = 0; l < kMaxLinks; ++l)
      if (log.link_ids[l] != 0) links_[log.link_ids[l]] = Link{l};
  }

  Expected answer(const Record& record) const {
    Observation seen;
    seen.error = record.error;
    if (record.op.verb == Verb::info) seen.at = place(record);
    seen.answer.revision = record.revision;
    seen.answer.count = static_cast<std::uint8_t>(std::min(record.count, 255U));
    seen.answer.filled = record.filled;
    for (std::size_t i = 0; i < record.filled; ++i) {
      Entry& entry = seen.answer.entries[i];
      const auto prog = progs_.find(record.progs[i]);
      entry = {.prog = prog != progs_.end() ? prog->second : kStrangeProg, .link = kNoLink};
      if (record.op.verb != Verb::query || !(record.op.arrays & array::links)) continue;
      entry.flags = ends(record.flags[i]);
      if (record.links[i] == 0) continue;
      const auto link = links_.find(record.links[i]);
      entry.link = link != links_.end() ? link->second : kStrangeLink;
    }
    Expected expected = expected_of(record.op, seen);
    if (!record.tells_revision) expected.revision = {}, expected.count = {};
    return expected;
  }

 private:
  static Point place(const Record& record) {
    const Hook hook = record.attach_type == abi::kTcxIngress      ? Hook::ingress
                      : record.attach_type == abi::kTcxEgress     ? Hook::egress
                      : record.attach_type == abi::kNetkitPrimary ? Hook::primary
                                                                  : Hook::bogus;
    for (std::uint8_t d = 0; d < kMaxDevices; ++d)
      if (record.ifindex == stress_index(d)) return {d, hook};
    return {record.ifindex == 0 ? kNoDevice : kStrangeDevice, hook};
  }

  static std::uint8_t ends(std::uint32_t bits) {
    return static_cast<std::uint8_t>(((bits & abi::kFirst) != 0 ? flag::first : 0) |
                                     ((bits & abi::kLast) != 0 ? flag::last : 0));
  }

  std::unordered_map<std::uint32_t, Prog> progs_;
  std::unordered_map<std::uint32_t, Link> links_;
};

}  // namespace

History history_of(const SharedLog& log, const Names& names, const Header& header) {
  std::vector<const Record*> order;
  for (std::uint32_t i = 0; i < log.used; ++i) order.push_back(&log.records[i]);
  std::stable_sort(order.begin(), order.end(), [](const Record* a, const Record* b) {
    return a->stamp.invoked < b->stamp.invoked;
  });
  const Reader reader(log, names);
  History out;
  out.trace.header = header;
  for (const Record* const record : order) {
    out.trace.operations.push_back(record->op);
    out.trace.expected.emplace_back(reader.answer(*record));
    out.stamps.push_back(record->stamp);
  }
  return out;
}

}  // namespace mprogcheck::kernel
