// SPDX-License-Identifier: GPL-2.0-only
// The executable model: the state of everything a trace can touch, and one step of it.
//
// step() looks the operation's names up, lets the rules of the dialect decide, and carries the
// effect out. It is deterministic, does no I/O and allocates nothing; a World is a regular value.
// A table whose rule changes a list where no list is concerned is no promise: std::logic_error.
//
//   World w;
//   w.reset(trace.header);
//   Prediction p;
//   for (const Operation& op : trace.operations)
//     w.step(op, p);   // p.observation: what must come back
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "model/rules/rule.hpp"
#include "model/words/observation.hpp"
#include "model/words/operation.hpp"
#include "model/words/trace.hpp"
#include "model/world/chain.hpp"

namespace mprogcheck {

namespace rules {
struct DataFacts;
}

struct Ends;

struct ProgState {
  ProgType type = ProgType::sched_cls;
  bool loaded = false;        // declared in the header
  bool open = false;          // its descriptor
  std::uint16_t holders = 0;  // entries and links that hold it
  auto operator<=>(const ProgState&) const = default;
  bool alive() const { return open || holders != 0; }
};

struct LinkState {
  bool created = false;  // successfully
  bool open = false;
  bool attached = false;
  bool owns_filter = false;
  bool of_filter = false;   // made with a filter, which may be gone
  std::uint8_t filter = 0;  // which of the device at `point`; see filter_index()
  Point point = kNoPoint;   // of the list, see World::concerns
  Hook hook = Hook::bogus;  // as asked for: of `peer` the list is the other side's own
  Prog prog{};
  auto operator<=>(const LinkState&) const = default;
};

// What must come back, and why.
struct Prediction {
  Decision decision;
  Observation observation;
};

class World {
 public:
  void reset(const Header& header);

  // The step of the model: the state after `op`, and in `out` what a conforming target reports.
  void step(const Operation& op, Prediction& out);

  // What the rules say of `op` now, without taking the step.
  Decision decision(const Operation& op) const;

  // Takes over what a target showed: from here on the list at `point` is `seen`. Links of this
  // point that own no entry in it count as detached. False where `seen` holds strangers and nothing
  // more can be said.
  bool adopt(Point point, const Listing& seen);

  // A target made a link the model refuses: it exists from here on, and owns what adopt() says it
  // owns.
  void assume_link(Link link, Point point, Hook hook, Prog prog);

  // Takes over how a target showed the devices. False where others are there than in the model.
  bool adopt(const std::array<DeviceView, kMaxDevices>& seen);

  const Header& header() const { return header_; }
  const ProgState& prog(Prog p) const { return progs_[p.raw]; }
  const LinkState& link(Link l) const { return links_[l.raw]; }
  bool device_present(std::uint8_t d) const { return d < kMaxDevices && device_present_[d]; }
  // A netkit device as a dump shows it; `there` is false for all others.
  DeviceView view(std::uint8_t d) const {
    DeviceView v;
    show(d, v);
    return v;
  }
  bool space_there(std::uint8_t space) const { return space < kMaxSpaces && space_there_[space]; }
  // A list, by the device it belongs to: one of netkit by the side whose own it is, as
  // Hook::primary. Null where there is no such list.
  const Chain* chain(Point p) const {
    const bool there =
        device_present(p.device) && (p.hook == Hook::ingress || p.hook == Hook::egress ||
                                     (p.hook == Hook::primary && devices_[p.device].there));
    return there ? &list(p) : nullptr;
  }
  // The list that `point` means to a caller in the network namespace.
  std::optional<Point> located(Point point, std::uint8_t space) const {
    if (!device_present(point.device)) return std::nullopt;
    const DeviceView& d = devices_[point.device];
    if (space != (d.there ? d.space : 0)) return std::nullopt;
    if (point.hook == Hook::ingress || point.hook == Hook::egress) return point;
    if (point.hook == Hook::bogus || !d.there || !d.primary || d.pairing == netkit::single)
      return std::nullopt;
    return Point{point.hook == Hook::peer ? d.link : point.device, Hook::primary};
  }
  // The list an operation is about, before it runs: that of the point named, or of the link's
  // entry.
  std::optional<Point> concerns(const Operation& op) const;
  // The device whose filters an operation is about, before it runs.
  std::optional<std::uint8_t> concerns_filters(const Operation& op) const;
  const Filters& filters(std::uint8_t device) const { return filters_[device]; }
  Qdisc qdisc(std::uint8_t device) const { return qdiscs_[device]; }
  // The operation as the rules see it, its names looked up.
  Request<Plain> request(const Operation& op) const;
  int references() const { return references_; }
  // What a StateTable's rules look at (model/rules/tables.hpp).
  template <class Facts>
  Facts facts_of(const Operation& op) const;
  // What the rules of a table say: an entry of rules::Tables.
  template <class Table>
  static void decide_with(const World& world, const Operation& op, int where, Decision& out);
  // Links a trace has named so far; the next free name.
  std::uint16_t links_named() const { return links_named_; }

  bool operator==(const World&) const = default;

 private:
  // A list as its place in chains_. An optional<Point> would be put together in memory byte by byte
  // and read back whole at once, for which a processor has to wait.
  static constexpr int kNowhere = -1;
  static int index(Point p) {
    return p.device * static_cast<int>(kLists) + static_cast<int>(p.hook);
  }
  static Point point_at(int list) {
    const auto i = static_cast<std::size_t>(list);
    return {static_cast<std::uint8_t>(i / kLists), static_cast<Hook>(i % kLists)};
  }
  Chain& list(int where) { return chains_[static_cast<std::size_t>(where)]; }
  const Chain& list(int where) const { return chains_[static_cast<std::size_t>(where)]; }
  const Chain& list(Point p) const { return list(index(p)); }
  Chain& list(Point p) { return list(index(p)); }
  Object<Plain> prog_object(Ref r, bool by_id, bool any_type) const;
  Object<Plain> link_object(Ref r, bool by_id, bool any_type) const;
  Request<Plain> looked_up(const Operation& op, Verb verb) const;
  void look_up_device(const Operation& op, Request<Plain>& r) const;
  void decide_shortened(const Operation& op, Decision& out) const;
  void decide_into(const Operation& op, int where, Decision& out) const;
  int concerned(const Operation& op) const;
  void take(const Operation& op, Prediction& out);
  void carry_out(const Operation& op, const Decision& d, int where);
  struct Act;
  static const Act& act_of(Verb verb);
  void close(const Operation& op);
  void remove(const Operation& op);
  void change_qdisc(const Operation& op);
  void remove_device(std::uint8_t device);
  void remove_one(std::uint8_t device);
  // world_devices.cpp
  rules::DataFacts data_facts(const Operation& op) const;
  Ends ends_of(const Operation& op) const;
  // world_filters.cpp
  bool has_filters(std::uint8_t device) const;
  void make_filter(const Operation& op, Link owner);
  void change_filters(const Operation& op);
  void change_own_filter(const Operation& op);
  void exchange(Filter& filter, Prog prog);
  void let_go(Filter& filter);
  void tear_down(std::uint8_t device);
  void show(std::uint8_t d, DeviceView& out) const;  // view() in place
  bool name_taken(std::uint8_t name, std::uint8_t space) const;
  std::uint8_t made_up_name(std::uint8_t space) const;
  DeviceView& side(std::uint8_t device, const Operation& op, bool is_peer);
  void create(const Operation& op);
  void change(const Operation& op);
  void set(const Operation& op);
  void set_state(std::uint8_t device, bool up);
  void answer_send(const Operation& op, const Decision& d, Observation& out) const;
  void leave(Point point, int index);
  void answer_query(const Operation& op, const Decision& d, Observation& out) const;
  void answer_info(const Operation& op, const Decision& d, Observation& out) const;
  void answer_packet(const Operation& op, const Decision& d, Observation& out) const;

  Header header_{};
  std::array<Chain, kMaxDevices * kLists> chains_{};
  // One for every number a Ref can hold, so that looking one up needs no check.
  std::array<ProgState, 256> progs_{};
  std::array<LinkState, 256> links_{};
  std::array<bool, kMaxDevices> device_present_{};
  std::array<Qdisc, kMaxDevices> qdiscs_{};
  std::array<Filters, kMaxDevices> filters_{};
  // Netkit devices. Policy and scrub are each side's own; what is the other's is told by view().
  std::array<DeviceView, kMaxDevices> devices_{};
  std::array<bool, kMaxSpaces> space_there_{};
  int references_ = 0;
  std::uint16_t links_named_ = 0;
};

// The clauses of the table that decides `verb`, in order; none where the dialect has no such table.
std::span<const Clause> clauses_of(Dialect dialect, Verb verb);

}  // namespace mprogcheck
