// SPDX-License-Identifier: GPL-2.0-only
// One row for each verb of the trace language: its word, the command of the kernel behind it, its
// traits, its fields in the order in which they are written, and the attribute of bpf(2).
//
// Parser, printer, validation, minimiser, renaming and the reference page are loops over `forms`.
// Rules, world and targets ask for a trait, or whether a verb takes a field, and name a verb only
// where they are about that verb alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "model/words/verb_fields.hpp"

namespace mprogcheck {

namespace words {

inline constexpr Slot kAttachSlots[] = {
    {12, "target_ifindex, attach_bpf_fd, attach_type"},
    {16, "attach_flags", forget<&Operation::flags, &Operation::bits>},
    {20, "replace_bpf_fd", forget<&Operation::old>},
    {24, "relative_fd, relative_id", forget<&Operation::relative>},
    {32, "expected_revision", forget<&Operation::revision>}};
inline constexpr Slot kQuerySlots[] = {{8, "target_ifindex, attach_type"},
                                       {12, "query_flags", forget<&Operation::bits>},
                                       {16, "attach_flags"},
                                       {24, "prog_ids", forget_array<array::progs>},
                                       {28, "count", forget<&Operation::room>},
                                       {40, "prog_attach_flags", forget_array<array::prog_flags>},
                                       {48, "link_ids", forget_array<array::links>},
                                       {56, "link_attach_flags", forget_array<array::link_flags>},
                                       {64, "revision"}};
inline constexpr Slot kLinkCreateSlots[] = {
    {12, "prog_fd, target_ifindex, attach_type"},
    {16, "flags", forget<&Operation::flags, &Operation::bits>},
    {20, "relative_fd, relative_id", forget<&Operation::relative>},
    {32, "expected_revision", forget<&Operation::revision>}};
inline constexpr Slot kLinkUpdateSlots[] = {
    {0, ""},
    {4, "link_fd", forget<&Operation::link>},
    {8, "new_prog_fd", forget<&Operation::prog>},
    {12, "flags", forget<&Operation::flags, &Operation::bits>},
    {16, "old_prog_fd", forget<&Operation::old>}};
inline constexpr Slot kLinkDetachSlots[] = {{0, ""}, {4, "link_fd", forget<&Operation::link>}};

namespace table {
using namespace field;
using enum Trait;

inline constexpr Row attach_row{Head{.verb = Verb::attach,
                                     .word = "attach",
                                     .command = "BPF_PROG_ATTACH",
                                     .meaning = "Attaches a program to a list.",
                                     .example = "attach p1 d0/ingress before rel=p0 rev=2",
                                     .traits = traits(list, inserts, bpf),
                                     .slots = kAttachSlots},
                                parts<prog, point> + list_flags +
                                    parts<bits, relative, old, revision> + oddities +
                                    parts<space, caller>};
inline constexpr Row detach_row{
    Head{.verb = Verb::detach,
         .word = "detach",
         .command = "BPF_PROG_DETACH",
         .meaning = "Removes a program from a list, or with `none` and a flag the entry at an end.",
         .example = "detach p0 d0/ingress",
         .traits = traits(list, bpf),
         .slots = kAttachSlots},
    parts<prog_or_any, point> + list_flags + parts<bits, relative, old, revision> + oddities +
        parts<space, caller>};
inline constexpr Row query_row{
    Head{.verb = Verb::query,
         .word = "query",
         .command = "BPF_PROG_QUERY",
         .meaning = "Reads a list: its revision, its length, and the arrays that are asked for.",
         .example = "query d0/ingress room=4 progs links",
         .traits = traits(tells_list, only_asks, bpf),
         .slots = kQuerySlots,
         .gaps = {.begin = 28, .end = 32, .flags_begin = 12, .flags_end = 16}},
    parts<point, room, progs, links, prog_flags, link_flags, fault, bits> + oddities +
        parts<space, caller>};
inline constexpr Row link_create_row{
    Head{.verb = Verb::link_create,
         .word = "link_create",
         .command = "BPF_LINK_CREATE",
         .meaning = "Attaches a program by a new link.",
         .example = "link_create l1 p1 d0/egress after",
         .traits = traits(list, inserts, makes_link, bpf),
         .simpler = Verb::attach,
         .slots = kLinkCreateSlots,
         .gaps = {.begin = 20, .end = 24, .other_begin = 32, .other_end = 64}},
    parts<new_link, prog, point> + list_flags + parts<bits, relative, revision> + oddities +
        parts<space, caller>};
inline constexpr Row link_update_row{
    Head{.verb = Verb::link_update,
         .word = "link_update",
         .command = "BPF_LINK_UPDATE",
         .meaning = "Replaces the program of a link.",
         .example = "link_update l0 p1 replace old=p0",
         .traits = traits(changes_link, bpf),
         .slots = kLinkUpdateSlots},
    parts<link, prog, field::replace, bits, old> + oddities + parts<caller>};
inline constexpr Row link_detach_row{
    Head{.verb = Verb::link_detach,
         .word = "link_detach",
         .command = "BPF_LINK_DETACH",
         .meaning = "Takes the entry of a link off its list; the link stays.",
         .example = "link_detach l0",
         .traits = traits(changes_link, bpf),
         .slots = kLinkDetachSlots},
    parts<link> + oddities + parts<caller>};
inline constexpr Row info_row{Head{.verb = Verb::info,
                                   .word = "info",
                                   .command = "BPF_OBJ_GET_INFO_BY_FD",
                                   .meaning = "Reads what bpf(2) tells about a link.",
                                   .example = "info l0",
                                   .traits = traits(tells_link, only_asks)},
                              parts<link>};
inline constexpr Row fdinfo_row{
    Head{.verb = Verb::fdinfo,
         .word = "fdinfo",
         .command = "/proc/PID/fdinfo/FD",
         .meaning = "Reads what /proc tells about the descriptor of a link.",
         .example = "fdinfo l0",
         .traits = traits(tells_link, only_asks, own_descriptor)},
    parts<link_name>};
inline constexpr Row close_row{
    Head{.verb = Verb::close,
         .word = "close",
         .command = "close(2)",
         .meaning = "Closes the only descriptor of a program or of a link.",
         .example = "close l0",
         .traits = traits(changes_link, own_descriptor)},
    parts<closed>};
inline constexpr Row remove_row{
    Head{.verb = Verb::remove,
         .word = "remove",
         .command = "RTM_DELLINK",
         .meaning = "Removes a device, or with `all` the network namespace and all it has.",
         .example = "remove d0",
         .traits = traits(tells_devices, of_device, lifetime)},
    parts<device_or_all, space>};
inline constexpr Row qdisc_row{
    Head{.verb = Verb::qdisc,
         .word = "qdisc",
         .command = "RTM_NEWQDISC, RTM_DELQDISC",
         .meaning = "Adds, replaces or removes a clsact or ingress qdisc at a device.",
         .example = "qdisc d0 add clsact",
         .traits = traits(of_device, plain_device)},
    parts<device, qdisc_change, qdisc_kind>};
inline constexpr Row packet_row{Head{.verb = Verb::packet,
                                     .word = "packet",
                                     .command = "sendto(2) of a packet socket",
                                     .meaning = "Sends one packet through an attach point.",
                                     .example = "packet d0/ingress p0=drop",
                                     .traits = traits(only_asks, table::packet, plain_device)},
                                parts<point, says>};
inline constexpr Row create_row{
    Head{.verb = Verb::create,
         .word = "create",
         .command = "RTM_NEWLINK",
         .meaning = "Creates a netkit device, and its peer if one is named.",
         .example = "create d3 pairing=single mode=l3",
         .traits = traits(netkit, tells_devices, of_device, lifetime)},
    parts<device, peer, attrs, space>};
inline constexpr Row change_row{Head{.verb = Verb::change,
                                     .word = "change",
                                     .command = "RTM_NEWLINK of a device that exists",
                                     .meaning = "Changes the netkit attributes of a device.",
                                     .example = "change d1 policy=drop",
                                     .traits = traits(netkit, tells_devices, of_device)},
                                parts<device, attrs>};
inline constexpr Row set_row{
    Head{.verb = Verb::set,
         .word = "set",
         .command = "RTM_SETLINK",
         .meaning = "Sets one property of a netkit device: its state, name, address, MTU or "
                    "namespace.",
         .example = "set d1 mtu=1400",
         .traits = traits(netkit, tells_devices, of_device)},
    parts<device, attrs>};
inline constexpr Row send_row{
    Head{.verb = Verb::send,
         .word = "send",
         .command = "sendto(2) of a packet socket",
         .meaning = "Sends one packet out of a netkit device, and follows it to where it goes.",
         .example = "send d1 bytes=100 mark p0=drop",
         .traits = traits(netkit, only_asks, table::packet, journey, of_device)},
    parts<device, bytes, marked, with_priority, says>};
inline constexpr Row filter_row{
    Head{.verb = Verb::filter,
         .word = "filter",
         .command = "RTM_NEWTFILTER, RTM_DELTFILTER",
         .meaning = "Adds, replaces, changes or removes a filter of a device's classifier.",
         .example = "filter d0/ingress add p0 priority=2 skip_hw",
         .traits = traits(table::filter, plain_device)},
    parts<point, filter_change, filter_prog> + filter_key + filter_flags + parts<caller>};
inline constexpr Row filter_link_row{
    Head{.verb = Verb::filter_link,
         .word = "filter_link",
         .command = "BPF_LINK_CREATE of a classifier",
         .meaning = "Makes a filter that a new link owns.",
         .example = "filter_link l1 p0 d0/ingress priority=2",
         .traits = traits(table::filter, makes_link, plain_device),
         .simpler = Verb::filter},
    parts<new_link, prog, point> + filter_key + filter_flags + parts<caller>};
inline constexpr Row chain_row{Head{.verb = Verb::chain,
                                    .word = "chain",
                                    .command = "RTM_DELCHAIN",
                                    .meaning = "Removes a chain with its filters.",
                                    .example = "chain d0/ingress remove chain=1",
                                    .traits = traits(table::filter, plain_device)},
                               parts<point, field::remove, field::chain, caller>};
inline constexpr Row provoke_row{
    Head{.verb = Verb::provoke,
         .word = "provoke",
         .command = "/proc/sysrq-trigger, /dev/kmsg",
         .meaning = "Brings the kernel of a VM to harm, to see whether the harness notices.",
         .example = "provoke panic",
         .traits = traits(provokes)},
    parts<provocation>};

// In the order of enum Verb.
inline constexpr List<attach_row, detach_row, query_row, link_create_row, link_update_row,
                      link_detach_row, info_row, fdinfo_row, close_row, remove_row, qdisc_row,
                      packet_row, create_row, change_row, set_row, send_row, filter_row,
                      filter_link_row, chain_row, provoke_row>
    forms{};
}  // namespace table
}  // namespace words
using words::table::forms;

template <const auto&... Rows>
constexpr std::array<words::Head, sizeof...(Rows)> heads_of(words::List<Rows...>) {
  return {Rows...};
}
inline constexpr std::array<words::Head, kVerbs> kHeads = heads_of(forms);
static_assert([] {
  for (std::size_t v = 0; v < kVerbs; ++v)
    if (kHeads[v].verb != static_cast<Verb>(v)) return false;
  return true;
}());

constexpr const words::Head& form(Verb verb) {
  return kHeads[static_cast<std::size_t>(verb)];
}

namespace words {
inline constexpr auto kTraits = [] {
  std::array<Traits, kVerbs> out{};
  for (std::size_t v = 0; v < kVerbs; ++v) out[v] = kHeads[v].traits;
  return out;
}();

// Of a part: whether it is stored in the member.
template <auto Wanted, class Part>
constexpr bool is_stored_in() {
  if constexpr (requires { Part::outer; })
    if constexpr (std::is_same_v<std::remove_const_t<decltype(Part::outer)>, decltype(Wanted)>)
      return Part::outer == Wanted;
  return false;
}
template <auto Wanted, const auto&... Parts>
constexpr bool any_stored_in(List<Parts...>) {
  return (is_stored_in<Wanted, std::remove_cvref_t<decltype(Parts)>>() || ...);
}
template <auto Wanted, const auto&... Rows>
constexpr std::array<bool, kVerbs> takers(List<Rows...>) {
  return {any_stored_in<Wanted>(Rows.parts)...};
}
template <auto Wanted>
inline constexpr std::array<bool, kVerbs> kTakes = takers<Wanted>(forms);
}  // namespace words

constexpr bool has_trait(Verb verb, Trait trait) {
  return words::kTraits[static_cast<std::size_t>(verb)].has(trait);
}

// Whether the verb has a field that is stored there: takes<&Operation::relative>(op.verb).
template <auto Wanted>
constexpr bool takes(Verb verb) {
  return words::kTakes<Wanted>[static_cast<std::size_t>(verb)];
}

constexpr bool of_netkit(Verb verb) {
  return has_trait(verb, Trait::netkit);
}
constexpr bool of_filters(Verb verb) {
  return has_trait(verb, Trait::filter);
}
constexpr bool tells_devices(Verb verb) {
  return has_trait(verb, Trait::tells_devices);
}

// Calls `visit` with the row of the verb. The rows have different types: `visit` is a template.
template <class Visit, const auto&... Rows>
constexpr void visit_row(words::List<Rows...>, Verb verb, Visit&& visit) {
  (void)((Rows.verb == verb ? (visit(Rows), true) : false) || ...);
}
template <class Visit>
constexpr void visit_form(Verb verb, Visit&& visit) {
  visit_row(forms, verb, visit);
}

// The link that an operation on a link is about.
constexpr Ref link_of(const Operation& op) {
  return takes<&Operation::link>(op.verb) ? op.link : op.prog;
}

}  // namespace mprogcheck
