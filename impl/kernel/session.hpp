// SPDX-License-Identifier: GPL-2.0-only
// Runs one trace on this machine, operation by operation. Keeps track of what is open and attached
// as far as observations need it, and translates the answers of the kernel back into names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "impl/descriptor.hpp"
#include "impl/kernel/fixture.hpp"
#include "impl/kernel/request.hpp"
#include "model/words/observation.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::kernel {

class Session {
 public:
  Session(SharedResources& shared, const Trace& trace);  // throws CannotRun
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run(const Operation& op, Observation& seen);

 private:
  struct OpenLink {
    Descriptor descriptor;
    Point point = kNoPoint;
    bool attached = false;   // on the list of its point
    bool of_filter = false;  // made a filter there
  };

  void run_one(const Operation& op, Observation& seen);
  void run_call(const Operation& op, Observation& seen);
  void keep_link(const Operation& op, int descriptor);
  void info(const Operation& op, Observation& seen);
  void info_in_proc(const Operation& op, Observation& seen);
  void observe_link(Ref link, std::uint32_t prog_id, std::uint32_t ifindex,
                    std::uint32_t attach_type, Observation& seen) const;
  void close(const Operation& op, Observation& seen);
  void remove(const Operation& op, Observation& seen);
  void observe_devices(Observation& seen);
  void send(const Operation& op, Observation& seen);
  void qdisc(const Operation& op, Observation& seen);
  void packet(const Operation& op, Observation& seen);

  // session_filters.cpp
  void filter(const Operation& op, Observation& seen);
  void observe_filters(std::uint8_t device, Observation& seen);
  bool owns_filter(const OpenLink& link);

  void provoke(const Operation& op, Observation& seen);
  template <auto ask>  // what the operation says
  void ask_netkits(const Operation& op, Observation& seen) {
    (fixture_.netkits.*ask)(op, seen);
  }

  bool is_there(std::uint8_t device) const;
  bool has(Point point, std::uint8_t space) const;
  OpenLink* link_of(Ref ref);
  void snapshot(Point point, Observation& seen);
  std::uint8_t entry_flags(std::uint32_t bits) const;
  void read_entries(std::size_t room, std::uint8_t arrays, Listing& answer) const;

  Fixture fixture_;
  QueryBuffers buffers_;
  std::optional<std::int32_t> held_before_;  // references, before the trace began
  std::int32_t open_progs_;                  // descriptors
  bool unusual_ = false;                     // the devices cannot be reused; see devices.hpp
  std::array<OpenLink, kMaxLinks> links_;
  std::array<Qdisc, kMaxDevices> qdiscs_{};  // that the devices have
  std::vector<Descriptor> nameless_links_;
  std::unordered_map<std::uint32_t, Prog> progs_by_id_;
  std::unordered_map<std::uint32_t, Link> links_by_id_;
};

}  // namespace mprogcheck::kernel
