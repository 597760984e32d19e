// SPDX-License-Identifier: GPL-2.0-only
// What may be asked of an attach point: the alphabet of every trace.
//
// An Operation is plain data with symbolic names (p3, l1, d0), never descriptors, ids or interface
// indices; a target translates. text.hpp gives each operation its one-line form.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "model/words/attributes.hpp"
#include "model/words/dialect.hpp"
#include "model/words/filter.hpp"

namespace mprogcheck {

// Names are small numbers: p7 is Prog{7}. A trace holds at most so many of each.
inline constexpr std::size_t kMaxProgs = 96;
inline constexpr std::size_t kMaxLinks = 250;
inline constexpr std::size_t kMaxDevices = 4;

struct Prog {
  std::uint8_t raw = 0;
  auto operator<=>(const Prog&) const = default;
};

struct Link {
  std::uint8_t raw = 0;
  auto operator<=>(const Link&) const = default;
};
inline constexpr Link kNoLink{255};
// An entry in an observed list whose id belongs to nothing the trace has made.
inline constexpr Prog kStrangeProg{254};
inline constexpr Link kStrangeLink{254};

enum class ProgType : std::uint8_t { sched_cls, xdp };

// Those of tcx, which any device has; those of netkit, its own list and that of its other side; and
// `bogus`, an attach type the kernel does not know.
enum class Hook : std::uint8_t { ingress, egress, primary, peer, bogus };
inline constexpr std::size_t kHooks = 2;  // of tcx
inline constexpr std::size_t kLists = 3;  // of a device: ingress, egress and, at netkit, its own

// Links that no list of ours can hold, by what they attach. That of struct_ops has no program.
enum class Foreign : std::uint8_t { xdp, cgroup, raw_tracepoint, iter, netfilter, struct_ops };
inline constexpr std::size_t kForeigns = 6;

struct Point {
  std::uint8_t device = 0;
  Hook hook = Hook::ingress;
  auto operator<=>(const Point&) const = default;
};
inline constexpr std::uint8_t kNoDevice = 255;       // `nodev`: an ifindex that no device has
inline constexpr std::uint8_t kLoopback = 252;       // `lo`: a device that is no netkit
inline constexpr std::uint8_t kStrangeDevice = 253;  // observed, and none of the trace
inline constexpr std::uint8_t kAllDevices = 254;     // remove: the namespace, with all it has
inline constexpr Point kNoPoint{kNoDevice, Hook::bogus};

// What a request puts into a field that holds a descriptor or an id.
struct Ref {
  enum class Kind : std::uint8_t {
    none,     // 0
    bad,      // a descriptor that is not open, an id nobody has
    file,     // an open descriptor that is neither program nor link
    map,      // that of a BPF map (hazardous)
    prog,     // the program `raw`
    link,     // the link `raw`
    foreign,  // a link of another type, the Foreign `raw` (hazardous)
  };
  Kind kind = Kind::none;
  std::uint8_t raw = 0;
  auto operator<=>(const Ref&) const = default;

  constexpr bool given() const { return kind != Kind::none; }
};
constexpr Ref ref(Prog p) {
  return {Ref::Kind::prog, p.raw};
}
constexpr Ref ref(Link l) {
  return {Ref::Kind::link, l.raw};
}

// The arrays a query may give room for.
namespace array {
inline constexpr std::uint8_t progs = 1, links = 2, prog_flags = 4, link_flags = 8;
}

// What a program answers for a packet; `unknown` is a code the uapi does not define. A redirect is
// to the loopback device, which every namespace has.
enum class Action : std::uint8_t { next, pass, drop, unknown, redirect };

struct Says {
  Prog prog{};
  Action action = Action::next;
  auto operator<=>(const Says&) const = default;
};

// What each of them does stands in its row of `forms`, in forms.hpp.
enum class Verb : std::uint8_t {
  attach,
  detach,
  query,
  link_create,
  link_update,
  link_detach,
  info,
  fdinfo,
  close,
  remove,
  qdisc,
  packet,
  create,
  change,
  set,
  send,
  filter,
  filter_link,
  chain,
  provoke,
};
inline constexpr std::size_t kVerbs = static_cast<std::size_t>(Verb::provoke) + 1;

constexpr bool of_netkit(Hook hook) {
  return hook == Hook::primary || hook == Hook::peer;
}

// What `provoke` does to the kernel of a VM: a panic by sysrq, a warning in its log, an agent that
// never answers again.
enum class Provocation : std::uint8_t { panic, warn, hang };

// Who makes the call of bpf(2): the harness, which may do everything; a user who may do nothing; or
// one who may do everything, but only in a user namespace of its own.
enum class Caller : std::uint8_t { root, nobody, userns };

// What stands at a device beside the lists of tcx, and shares their hooks; and what tc does to it,
// or to a filter of it: `change` is for filters alone.
enum class Qdisc : std::uint8_t { none, clsact, ingress };
enum class TcChange : std::uint8_t { add, replace, remove, change };

// Of the attribute of bpf(2): the size it has by itself, and no byte that should not be there.
inline constexpr std::uint16_t kWhole = 0xffff, kClean = 0xffff;
// Longer attributes than a page are refused whatever they hold.
inline constexpr std::size_t kPage = 4096;
inline constexpr std::size_t kLongestAttribute = 2 * kPage;

struct Operation {
  Verb verb = Verb::query;
  Point point = kNoPoint;
  std::uint8_t flags = 0;      // of flag::
  std::uint8_t arrays = 0;     // of array::, for query
  bool fault = false;          // query: the arrays are at an address that is not mapped
  Ref prog{};                  // the program that goes in or out; for close what is closed
  Ref link{};                  // link_update, link_detach: the link; link_create: the name it gets
  Ref relative{};              // relative_fd or relative_id
  Ref old{};                   // replace_bpf_fd, old_prog_fd
  std::uint8_t room = 0;       // query: slots in each array
  std::uint32_t bits = 0;      // raw flag bits beside the named ones (query: query_flags)
  std::uint64_t revision = 0;  // expected_revision; 0 means any
  std::array<Says, 2> says{};  // packet: who answers something other than next
  Provocation provocation = Provocation::panic;
  Caller caller = Caller::root;
  Qdisc kind = Qdisc::none;  // qdisc: which, and what becomes of it
  TcChange change = TcChange::add;
  std::uint16_t size = kWhole;    // in bytes, as told to bpf(2); see bpf_attribute.hpp
  std::uint16_t dirty = kClean;   // the offset of a byte that is not 0 and belongs to no field
  std::uint8_t space = 0;         // in whose network namespace the call is made
  std::uint8_t peer = kNoDevice;  // create: the name of the other side, if it is to have one
  std::array<Attr, kMaxAttrs> attrs{};  // create, change, set; those in use come first
  std::uint32_t bytes = 60;             // send: of the frame, its head of 14 included
  bool mark = false, priority = false;  // send: whether the packet carries one
  FilterKey key{};                      // of a filter; of `chain` its chain alone

  auto operator<=>(const Operation&) const = default;

  constexpr bool has(std::uint8_t f) const { return (flags & f) != 0; }

  // The last attribute of the key, which is the one that counts; null if there is none.
  constexpr const Attr* attr(Key key) const {
    const Attr* found = nullptr;
    for (const Attr& a : attrs)
      if (a.key == key) found = &a;
    return found;
  }

  constexpr bool peer_info_is(Presence presence) const {
    const Attr* const said = attr(Key::peer);
    return said && said->value == static_cast<std::uint32_t>(presence);
  }
  // create: what is said of the peer stands in PEER_INFO, which it has.
  constexpr bool has_peer_info() const {
    return peer != kNoDevice && !peer_info_is(Presence::none);
  }

  constexpr bool odd_attribute() const { return size != kWhole || dirty != kClean; }

  // Not to be run on a kernel that matters: a relative object of a foreign kind has crashed
  // kernels, and what only an attacker would ask may.
  constexpr bool hazardous() const {
    const auto foreign = [](Ref r) {
      return r.kind == Ref::Kind::foreign || r.kind == Ref::Kind::map;
    };
    const auto extreme = [](const Attr& a) {
      const bool odd = a.key == Key::peer && a.value > static_cast<std::uint32_t>(Presence::given);
      return a.form != Form::whole || own_key(a.key) == Key::unknown || a.value > 9000 || odd;
    };
    for (const Attr& a : attrs)
      if (extreme(a)) return true;
    return verb == Verb::provoke || foreign(relative) || foreign(link) || foreign(prog) ||
           foreign(old) || caller != Caller::root || odd_attribute();
  }
};

}  // namespace mprogcheck
