// SPDX-License-Identifier: GPL-2.0-only
// Observations as text: what a trace file says behind `=>`, and lines for people.
#include <sstream>

#include "model/words/show.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

using words::show;
using words::show_device;

// An interface name.
std::string interface(std::uint8_t name) {
  if (name == kStrangeName) return "strange";
  return name < kMadeUpName ? "d" + std::to_string(int{name})
                            : "nk" + std::to_string(name - kMadeUpName);
}

}  // namespace

Expected expected_of(const Operation& op, const Observation& seen) {
  Expected e{.error = seen.error,
             .revision = {},
             .count = {},
             .progs = {},
             .links = {},
             .entry_flags = {},
             .fate = seen.fate,
             .at = {}};
  const bool answered = seen.error == Errno::ok || seen.error == Errno::nospc;
  const auto entries = std::span(seen.answer.entries).first(seen.answer.filled);
  const auto all = [&](auto& out, auto&& part_of) {
    out.emplace();
    for (const Entry& x : entries) out->push_back(part_of(x));
  };
  const auto prog_of = [](const Entry& x) { return x.prog; };
  if (has_trait(op.verb, Trait::journey)) {
    if (seen.fate == Fate::none) return e;
    e.progs.emplace();
    for (std::size_t i = 0; i < seen.journey.met; ++i)
      e.progs->push_back(seen.journey.progs[i].prog);
    return e;
  }
  if (!answered) return e;
  if (has_trait(op.verb, Trait::tells_link)) e.at = seen.at;
  if (has_trait(op.verb, Trait::tells_link) || has_trait(op.verb, Trait::packet))
    all(e.progs, prog_of);
  if (!has_trait(op.verb, Trait::tells_list)) return e;
  e.revision = seen.answer.revision;
  e.count = seen.answer.count;
  if (op.arrays & array::progs) all(e.progs, prog_of);
  if (op.arrays & array::links) all(e.links, [](const Entry& x) { return x.link; });
  if (op.arrays & (array::prog_flags | array::link_flags))
    all(e.entry_flags, [](const Entry& x) { return x.flags; });
  return e;
}

std::string describe(Harm harm) {
  switch (harm) {
    case Harm::none:
      return "no harm";
    case Harm::warned:
      return "the kernel complains in its log";
    case Harm::died:
      return "the kernel is dead";
    case Harm::silent:
      return "nothing answers any more";
  }
  return "?";
}

std::string describe(const Listing& list) {
  std::string out = "[";
  for (std::size_t i = 0; i < list.filled; ++i) out += (i ? " " : "") + word(list.entries[i]);
  return out + "]";
}

std::string describe(const Journey& journey) {
  std::string out = "[";
  for (std::size_t i = 0; i < journey.met; ++i) {
    const Met& met = journey.progs[i];
    out += (i ? " " : "") + show(met.prog) + "@" + show_device(met.on);
    if (met.mark) out += "+mark";
    if (met.priority) out += "+priority";
  }
  const auto counted = [&](const char* what, int packets) {
    if (packets != 0) out += " " + std::string(what) + " " + std::to_string(packets);
  };
  out += "]";
  counted("sent", journey.sent);
  if (journey.sent) out += " of " + std::to_string(journey.sent_bytes) + " bytes";
  counted("dropped", journey.dropped);
  counted("received", journey.received);
  if (journey.received) out += " of " + std::to_string(journey.received_bytes) + " bytes";
  return out;
}

std::string describe(const DeviceView& view) {
  if (!view.there) return "gone";
  std::ostringstream out;
  out << interface(view.name) << " in n" << int{view.space} << " "
      << (view.primary ? "primary" : "peer") << " of " << show_device(view.link)
      << (view.up ? " up" : " down") << (view.carrier ? " carrier" : "") << (view.arp ? " arp" : "")
      << " mtu " << view.mtu << " address "
      << value_name(Key::address, static_cast<std::uint32_t>(view.address))->word;
  for (const Key key : view.shown)
    if (key != Key::primary)
      out << " " << show(Attr{key, Form::whole, row(key).shown_in.get(view)});
  return out.str();
}

std::string describe(const Filters& filters) {
  std::string out;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (!filters[i].there) continue;
    const std::size_t at = i % kFiltersOfHook, in_chain = at % kFiltersOfChain;
    out += (out.empty() ? "" : ", ") + std::string(i < kFiltersOfHook ? "ingress" : "egress") +
           " chain " + std::to_string(at / kFiltersOfChain) + " priority " +
           std::to_string(in_chain / kHandles + 1) + " handle " +
           std::to_string(in_chain % kHandles + 1) + " " +
           word(Entry{.prog = filters[i].prog, .link = filters[i].link, .flags = 0});
  }
  return "{" + out + "}";
}

std::string describe(const Operation& op, const Observation& seen) {
  if (seen.harm == Harm::died || seen.harm == Harm::silent) return describe(seen.harm);
  std::string out = print(expected_of(op, seen));
  if (seen.harm != Harm::none) out += ", and " + describe(seen.harm);
  if (seen.has_after)
    out += " " + describe(seen.after) + " rev " + std::to_string(seen.after.revision);
  if (seen.has_filters) out += " " + describe(seen.filters);
  if (has_trait(op.verb, Trait::journey) && seen.fate != Fate::none)
    out += " " + describe(seen.journey);
  if (!seen.extack.empty()) out += " (" + seen.extack + ")";
  return out;
}

}  // namespace mprogcheck
