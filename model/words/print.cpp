// SPDX-License-Identifier: GPL-2.0-only
// Traces and operations as text.
#include <algorithm>
#include <sstream>

#include "model/words/show.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

std::string ends(std::uint8_t flags) {
  if (flags & ~(flag::first | flag::last)) return "strange";
  const bool first = flags & flag::first, last = flags & flag::last;
  if (first && last) return "first|last";
  return first ? "first" : last ? "last" : "-";
}

template <class Items, class Name>
std::string listed(const Items& items, Name&& name_of) {
  if (items.empty()) return "none";
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ",") + name_of(item);
  return out;
}

void print_header(std::ostream& out, const Trace& trace) {
  const Header& h = trace.header;
  for (const auto& line : trace.preface) out << "#" << (line.empty() ? "" : " ") << line << "\n";
  out << "dialect " << word(h.dialect) << "\n";
  if (!trace.target.empty()) out << "target " << trace.target << "\n";
  if (!trace.releases.empty()) out << "releases " << trace.releases << "\n";
  if (!trace.bucket.empty()) out << "bucket " << trace.bucket << "\n";
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

std::string words::show(const Attr& a) {
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

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
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
  return words::show_device(point.device) + "/" +
         std::string(words::name(words::kHooks, point.hook));
}

std::string word(Entry e) {
  return words::show(e.prog) + (e.link == kNoLink ? "" : "/" + words::show(e.link)) +
         (e.flags ? ":" + ends(e.flags) : "");
}

std::string print(const Operation& op) {
  std::string out(word(op.verb));
  visit_form(op.verb, [&](const auto& row) {
    row.parts.each([&](const auto& part) { out += words::print(part, op); });
  });
  return out;
}

std::string print(const Expected& e) {
  std::ostringstream out;
  out << to_string(e.error);
  if (e.fate != Fate::none) out << " " << words::name(words::kFates, e.fate);
  if (e.revision) out << " rev=" << *e.revision;
  if (e.count) out << " count=" << int{*e.count};
  if (e.progs) out << " progs=" << listed(*e.progs, [](Prog p) { return words::show(p); });
  if (e.links) out << " links=" << listed(*e.links, [](Link l) { return words::show(l); });
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

}  // namespace mprogcheck
