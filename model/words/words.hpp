// SPDX-License-Identifier: GPL-2.0-only
// The vocabulary of the text form, shared by parser and printer so that they cannot disagree.
#pragma once

#include <cstdint>
#include <optional>
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
inline constexpr Pair<Harm> kHarms[] = {
    {"none", Harm::none}, {"warned", Harm::warned}, {"died", Harm::died}, {"silent", Harm::silent}};
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

inline constexpr Pair<Form> kForms[] = {{"short", Form::shortened}, {"long", Form::lengthened}};
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
