// SPDX-License-Identifier: GPL-2.0-only
// The vocabulary of the text form, shared by parser and printer so that they cannot disagree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "model/words/observation.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::words {

template <class T>
using Pair = std::pair<std::string_view, T>;

inline constexpr Pair<Provocation> kProvocations[] = {
    {"panic", Provocation::panic}, {"warn", Provocation::warn}, {"hang", Provocation::hang}};
inline constexpr Pair<Caller> kCallers[] = {
    {"root", Caller::root}, {"nobody", Caller::nobody}, {"userns", Caller::userns}};
inline constexpr Pair<Qdisc> kQdiscs[] = {{"clsact", Qdisc::clsact}, {"ingress", Qdisc::ingress}};
inline constexpr Pair<TcChange> kTcChanges[] = {{"add", TcChange::add},
                                                {"replace", TcChange::replace},
                                                {"change", TcChange::change},
                                                {"remove", TcChange::remove}};
inline constexpr Pair<TcChange> kQdiscChanges[] = {
    {"add", TcChange::add}, {"replace", TcChange::replace}, {"remove", TcChange::remove}};
inline constexpr Pair<std::uint32_t> kFilterFlags[] = {{"skip_hw", kSkipHw}, {"skip_sw", kSkipSw}};
inline constexpr Pair<Harm> kHarms[] = {
    {"none", Harm::none}, {"warned", Harm::warned}, {"died", Harm::died}, {"silent", Harm::silent}};
inline constexpr Pair<Dialect> kDialects[] = {{"mainline", Dialect::mainline},
                                              {"rfc2", Dialect::rfc2}};
inline constexpr Pair<Hook> kHooks[] = {{"ingress", Hook::ingress},
                                        {"egress", Hook::egress},
                                        {"primary", Hook::primary},
                                        {"peer", Hook::peer},
                                        {"bogus", Hook::bogus}};
inline constexpr Pair<std::uint8_t> kFlags[] = {
    {"replace", flag::replace}, {"before", flag::before}, {"after", flag::after},
    {"first", flag::first},     {"last", flag::last},     {"id", flag::id},
    {"link", flag::link},
};
inline constexpr Pair<std::uint8_t> kArrays[] = {
    {"progs", array::progs},
    {"links", array::links},
    {"prog_flags", array::prog_flags},
    {"link_flags", array::link_flags},
};
inline constexpr Pair<Action> kActions[] = {{"next", Action::next},
                                            {"pass", Action::pass},
                                            {"drop", Action::drop},
                                            {"unknown", Action::unknown},
                                            {"redirect", Action::redirect}};
inline constexpr Pair<Fate> kFates[] = {{"passed", Fate::passed},
                                        {"dropped", Fate::dropped},
                                        {"redirected", Fate::redirected},
                                        {"damaged", Fate::damaged}};

// Attributes of requests about devices, and what some of their values are called.
inline constexpr Pair<Key> kKeys[] = {
    {"policy", Key::policy},
    {"peer_policy", Key::peer_policy},
    {"mode", Key::mode},
    {"scrub", Key::scrub},
    {"peer_scrub", Key::peer_scrub},
    {"headroom", Key::headroom},
    {"tailroom", Key::tailroom},
    {"pairing", Key::pairing},
    {"primary", Key::primary},
    {"unknown", Key::unknown},
    {"peer", Key::peer},
    {"address", Key::address},
    {"mtu", Key::mtu},
    {"txqueues", Key::txqueues},
    {"rxqueues", Key::rxqueues},
    {"index", Key::index},
    {"name", Key::name},
    {"ns", Key::space},
    {"state", Key::state},
    {"peer.address", Key::peer_address},
    {"peer.mtu", Key::peer_mtu},
    {"peer.txqueues", Key::peer_txqueues},
    {"peer.rxqueues", Key::peer_rxqueues},
    {"peer.index", Key::peer_index},
    {"peer.name", Key::peer_name},
    {"peer.ns", Key::peer_space},
    {"peer.unknown", Key::peer_unknown},
};
inline constexpr Pair<Form> kForms[] = {{"short", Form::shortened}, {"long", Form::lengthened}};
inline constexpr Pair<std::uint32_t> kPolicies[] = {{"pass", netkit::pass}, {"drop", netkit::drop}};
inline constexpr Pair<std::uint32_t> kModes[] = {{"l2", netkit::l2}, {"l3", netkit::l3}};
inline constexpr Pair<std::uint32_t> kScrubs[] = {{"none", netkit::scrub_none},
                                                  {"default", netkit::scrub}};
inline constexpr Pair<std::uint32_t> kPairings[] = {{"pair", netkit::pair},
                                                    {"single", netkit::single}};
inline constexpr Pair<std::uint32_t> kPresences[] = {
    {"none", static_cast<std::uint32_t>(Presence::none)},
    {"cut", static_cast<std::uint32_t>(Presence::cut)},
    {"given", static_cast<std::uint32_t>(Presence::given)},
    {"twice", static_cast<std::uint32_t>(Presence::twice)},
    {"nested", static_cast<std::uint32_t>(Presence::nested)}};
inline constexpr Pair<std::uint32_t> kAddresses[] = {
    {"zero", static_cast<std::uint32_t>(Address::zero)},
    {"a", static_cast<std::uint32_t>(Address::a)},
    {"b", static_cast<std::uint32_t>(Address::b)},
    {"multicast", static_cast<std::uint32_t>(Address::multicast)},
    {"random", static_cast<std::uint32_t>(Address::random)}};
inline constexpr Pair<std::uint32_t> kIndexes[] = {
    {"negative", static_cast<std::uint32_t>(Index::negative)},
    {"lo", static_cast<std::uint32_t>(Index::loopback)}};
inline constexpr Pair<std::uint32_t> kStates[] = {{"down", 0}, {"up", 1}};
inline constexpr Pair<std::uint32_t> kSpaces[] = {{"n0", 0}, {"n1", 1}, {"bad", kNoSpace}};

// The names that values of an attribute have; empty for those that are numbers, and for names.
constexpr std::span<const Pair<std::uint32_t>> values_of(Key key) {
  switch (key) {
    case Key::policy:
    case Key::peer_policy:
      return kPolicies;
    case Key::mode:
      return kModes;
    case Key::scrub:
    case Key::peer_scrub:
      return kScrubs;
    case Key::pairing:
      return kPairings;
    case Key::peer:
      return kPresences;
    case Key::address:
    case Key::peer_address:
      return kAddresses;
    case Key::index:
    case Key::peer_index:
      return kIndexes;
    case Key::space:
    case Key::peer_space:
      return kSpaces;
    case Key::state:
      return kStates;
    default:
      return {};
  }
}
inline constexpr Pair<Ref::Kind> kRefs[] = {{"none", Ref::Kind::none},
                                            {"bad", Ref::Kind::bad},
                                            {"file", Ref::Kind::file},
                                            {"map", Ref::Kind::map},
                                            {"foreign", Ref::Kind::foreign}};

inline constexpr Pair<Foreign> kForeigns[] = {{"xdp", Foreign::xdp},
                                              {"cgroup", Foreign::cgroup},
                                              {"raw_tracepoint", Foreign::raw_tracepoint},
                                              {"iter", Foreign::iter},
                                              {"netfilter", Foreign::netfilter},
                                              {"struct_ops", Foreign::struct_ops}};

template <class T, std::size_t N>
constexpr std::optional<T> find(const Pair<T> (&table)[N], std::string_view word) {
  for (const auto& [w, value] : table)
    if (w == word) return value;
  return std::nullopt;
}

template <class T, std::size_t N>
constexpr std::string_view name(const Pair<T> (&table)[N], T wanted) {
  for (const auto& [w, value] : table)
    if (value == wanted) return w;
  return "?";
}

}  // namespace mprogcheck::words
