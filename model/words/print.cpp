// SPDX-License-Identifier: GPL-2.0-only
// Traces, operations and observations as text.
#include <algorithm>
#include <sstream>

#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

std::string name(Prog p) {
  return p == kStrangeProg ? "strange" : "p" + std::to_string(int{p.raw});
}
std::string name(Link l) {
  if (l == kNoLink) return "-";
  return l == kStrangeLink ? "strange" : "l" + std::to_string(int{l.raw});
}

std::string name(Ref r) {
  if (r.kind == Ref::Kind::prog) return name(Prog{r.raw});
  if (r.kind == Ref::Kind::link) return "l" + std::to_string(int{r.raw});
  std::string out(words::name(words::kRefs, r.kind));
  if (r.kind == Ref::Kind::foreign && r.raw != 0)
    (out += ':') += words::name(words::kForeigns, static_cast<Foreign>(r.raw));
  return out;
}

std::string ends(std::uint8_t flags) {
  if (flags & ~(flag::first | flag::last)) return "strange";
  const bool first = flags & flag::first, last = flags & flag::last;
  if (first && last) return "first|last";
  return first ? "first" : last ? "last" : "-";
}

std::string device(Point point) {
  if (point.device == kNoDevice) return "nodev";
  if (point.device == kStrangeDevice) return "strange";
  if (point.device == kLoopback) return "lo";
  return point.device == kAllDevices ? "all" : "d" + std::to_string(int{point.device});
}

template <class Items, class Name>
std::string listed(const Items& items, Name&& name_of) {
  if (items.empty()) return "none";
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ",") + name_of(item);
  return out;
}

// An interface name.
std::string interface(std::uint8_t name) {
  if (name == kStrangeName) return "strange";
  return name < kMadeUpName ? "d" + std::to_string(int{name})
                            : "nk" + std::to_string(name - kMadeUpName);
}

std::string print(const Attr& a) {
  std::string out = std::string(row(a.key).word) + "=";
  if (own_key(a.key) == Key::name) {
    out += a.value < kMadeUpName ? "d" + std::to_string(a.value) : "none";
  } else {
    const ValueName* const named = value_name(a.key, a.value);
    out += named ? std::string(named->word) : std::to_string(a.value);
  }
  if (a.form != Form::whole) (out += ':') += words::name(words::kForms, a.form);
  return out;
}

void print_header(std::ostream& out, const Trace& trace) {
  const Header& h = trace.header;
  for (const auto& line : trace.preface) out << "#" << (line.empty() ? "" : " ") << line << "\n";
  out << "dialect " << word(h.dialect) << "\n";
  if (!trace.target.empty()) out << "target " << trace.target << "\n";
  if (!trace.reason.empty()) out << "reason " << trace.reason << "\n";
  if (h.capacity != kMaxCapacity) out << "capacity " << int{h.capacity} << "\n";
  if (h.revision != 1) out << "revision " << h.revision << "\n";
  if (h.devices != 0) {
    out << "device";
    for (int d = 0; d < h.devices; ++d) out << " d" << d;
    out << "\n";
  }
  if (h.loaded.any()) {
    out << "load";
    for (std::size_t p = 0; p < kMaxProgs; ++p)
      if (h.loaded[p]) out << " p" << p << (h.xdp[p] ? ":xdp" : "");
    out << "\n";
  }
  out << "\n";
}

}  // namespace

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string_view word(Verb verb) {
  return form(verb).word;
}
std::optional<Verb> verb_from(std::string_view w) {
  for (const auto& head : kHeads)
    if (head.word == w) return head.verb;
  return std::nullopt;
}
std::string_view word(Dialect dialect) {
  return dialect->name;
}
std::optional<Dialect> dialect_from(std::string_view w) {
  for (const Dialect dialect : kDialects)
    if (dialect->name == w) return dialect;
  return std::nullopt;
}

std::string word(Point point) {
  return device(point) + "/" + std::string(words::name(words::kHooks, point.hook));
}

std::string word(Entry e) {
  return name(e.prog) + (e.link == kNoLink ? "" : "/" + name(e.link)) +
         (e.flags ? ":" + ends(e.flags) : "");
}

std::string print(const Operation& op) {
  std::ostringstream out;
  out << word(op.verb);
  switch (op.verb) {
    case Verb::attach:
    case Verb::detach:
      out << " " << name(op.prog) << " " << word(op.point);
      break;
    case Verb::query:
    case Verb::packet:
      out << " " << word(op.point);
      break;
    case Verb::link_create:
      out << " " << name(op.link) << " " << name(op.prog) << " " << word(op.point);
      break;
    case Verb::link_update:
      out << " " << name(op.link) << " " << name(op.prog);
      break;
    case Verb::link_detach:
    case Verb::info:
    case Verb::fdinfo:
      out << " " << name(op.link);
      break;
    case Verb::close:
      out << " " << name(op.prog);
      break;
    case Verb::provoke:
      out << " " << words::name(words::kProvocations, op.provocation);
      break;
    case Verb::remove:
    case Verb::change:
    case Verb::set:
    case Verb::send:
      out << " " << device(op.point);
      break;
    case Verb::create:
      out << " " << device(op.point);
      if (op.peer != kNoDevice) out << " " << device({op.peer, Hook::ingress});
      break;
    case Verb::filter:
      out << " " << word(op.point) << " " << words::name(words::kTcChanges, op.change);
      if (op.change != TcChange::remove) out << " " << name(op.prog);
      break;
    case Verb::filter_link:
      out << " " << name(op.link) << " " << name(op.prog) << " " << word(op.point);
      break;
    case Verb::chain:
      out << " " << word(op.point) << " remove";
      break;
    case Verb::qdisc:
      out << " " << device(op.point) << " " << words::name(words::kTcChanges, op.change);
      if (op.change != TcChange::remove) out << " " << words::name(words::kQdiscs, op.kind);
      break;
  }
  if (op.verb == Verb::query && op.room) out << " room=" << int{op.room};
  for (const auto& [w, bit] : words::kFlags)
    if (op.has(bit)) out << " " << w;
  for (const auto& [w, bit] : words::kArrays)
    if (op.arrays & bit) out << " " << w;
  if (op.fault) out << " fault";
  std::uint32_t bits = op.bits;
  if (of_filters(op.verb)) {
    if (op.key.chain != FilterKey{}.chain) out << " chain=" << int{op.key.chain};
    if (op.key.priority != FilterKey{}.priority) out << " priority=" << int{op.key.priority};
    if (op.key.handle != FilterKey{}.handle) out << " handle=" << int{op.key.handle};
    for (const auto& [w, bit] : words::kFilterFlags)
      if (bits & bit) out << " " << w, bits &= ~bit;
  }
  if (bits) out << " bits=0x" << std::hex << bits << std::dec;
  if (op.relative.given()) out << " rel=" << name(op.relative);
  if (op.old.given()) out << " old=" << name(op.old);
  if (op.revision) out << " rev=" << op.revision;
  if (op.size != kWhole) out << " size=" << op.size;
  if (op.dirty != kClean) out << " dirty=" << op.dirty;
  if (op.verb == Verb::send) {
    if (op.bytes != Operation{}.bytes) out << " bytes=" << op.bytes;
    if (op.mark) out << " mark";
    if (op.priority) out << " priority";
  }
  for (const Attr& a : op.attrs)
    if (a.key != Key::none) out << " " << print(a);
  if (op.space != 0) out << " in=n" << int{op.space};
  if (op.caller != Caller::root) out << " as=" << words::name(words::kCallers, op.caller);
  for (const Says& s : op.says)
    if (s.action != Action::next)
      out << " " << name(s.prog) << "=" << words::name(words::kActions, s.action);
  return out.str();
}

std::string print(const Expected& e) {
  std::ostringstream out;
  out << to_string(e.error);
  if (e.fate != Fate::none) out << " " << words::name(words::kFates, e.fate);
  if (e.revision) out << " rev=" << *e.revision;
  if (e.count) out << " count=" << int{*e.count};
  if (e.progs) out << " progs=" << listed(*e.progs, [](Prog p) { return name(p); });
  if (e.links) out << " links=" << listed(*e.links, [](Link l) { return name(l); });
  if (e.at) out << " at=" << word(*e.at);
  if (e.entry_flags) out << " flags=" << listed(*e.entry_flags, ends);
  return out.str();
}

std::string print(const Trace& trace) {
  std::ostringstream out;
  print_header(out, trace);
  std::vector<std::string> lines;
  std::size_t width = 0;
  for (const Operation& op : trace.operations) {
    lines.push_back(print(op));
    width = std::max(width, lines.back().size());
  }
  width = std::min<std::size_t>(width, 60);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    static const Comment kNone;
    const Comment& comment = trace.comments.empty() ? kNone : trace.comments[i];
    for (const auto& line : comment.above) out << "#" << (line.empty() ? "" : " ") << line << "\n";
    std::string line = lines[i];
    const bool expects = !trace.expected.empty() && trace.expected[i];
    if (expects || !comment.behind.empty()) line.resize(std::max(line.size(), width), ' ');
    if (expects) line += " => " + print(*trace.expected[i]);
    if (!comment.behind.empty()) line += "  # " + comment.behind;
    out << line << "\n";
  }
  return out.str();
}

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
  if (op.verb == Verb::packet && answered) {
    e.progs.emplace();
    for (const Entry& x : entries) e.progs->push_back(x.prog);
  }
  if (op.verb == Verb::send && seen.fate != Fate::none) {
    e.progs.emplace();
    for (std::size_t i = 0; i < seen.journey.met; ++i)
      e.progs->push_back(seen.journey.progs[i].prog);
  }
  if ((op.verb == Verb::info || op.verb == Verb::fdinfo) && answered) {
    e.at = seen.at;
    e.progs.emplace();
    for (const Entry& x : entries) e.progs->push_back(x.prog);
  }
  if (op.verb != Verb::query || !answered) return e;
  e.revision = seen.answer.revision;
  e.count = seen.answer.count;
  if (op.arrays & array::progs) {
    e.progs.emplace();
    for (const Entry& x : entries) e.progs->push_back(x.prog);
  }
  if (op.arrays & array::links) {
    e.links.emplace();
    for (const Entry& x : entries) e.links->push_back(x.link);
  }
  if (op.arrays & (array::prog_flags | array::link_flags)) {
    e.entry_flags.emplace();
    for (const Entry& x : entries) e.entry_flags->push_back(x.flags);
  }
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
    out += (i ? " " : "") + name(met.prog) + "@" + device({met.on, Hook::ingress});
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
      << (view.primary ? "primary" : "peer") << " of " << device({view.link, Hook::ingress})
      << (view.up ? " up" : " down") << (view.carrier ? " carrier" : "") << (view.arp ? " arp" : "")
      << " mtu " << view.mtu << " address "
      << value_name(Key::address, static_cast<std::uint32_t>(view.address))->word;
  for (const Key key : view.shown)
    if (key != Key::primary)
      out << " " << print(Attr{key, Form::whole, row(key).shown_in.get(view)});
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
  if (op.verb == Verb::send && seen.fate != Fate::none) out += " " + describe(seen.journey);
  if (!seen.extack.empty()) out += " (" + seen.extack + ")";
  return out;
}

}  // namespace mprogcheck
