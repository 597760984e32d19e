// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>

#include "props/repro/libbpf_words.hpp"

namespace mprogcheck::repro {
namespace {

constexpr std::size_t kColumns = 100, kTab = 8;

struct Break {
  std::size_t at = 0;  // of what comes on the next line
  bool in_string = false;
};

// Where the text can be broken last, so that what is before fits into the columns.
Break last_break(std::string_view text, std::size_t column) {
  Break comma, space;
  bool string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    column += text[i] == '\t' ? kTab : 1;
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) string = !string;
    if (column > kColumns - (string ? 1 : 0)) break;
    if (text[i] != ' ' || i == 0) continue;
    const char before = text[i - 1];
    if (!string && (before == ',' || before == '|')) comma = {i + 1, false};
    if (string && i + 1 < text.size() && text[i + 1] != '"') space = {i + 1, true};
  }
  // Within a string only where it is longer than a line, and most of this line would be empty.
  const std::size_t end = text.find('"', space.at);
  const bool longer = space.at > comma.at && end - comma.at > kColumns - 2 * kTab;
  return comma.at > 0 && !(longer && comma.at < kColumns / 2) ? comma : space;
}

}  // namespace

std::string folded(std::string_view line) {
  const std::size_t tabs = std::min(line.find_first_not_of('\t'), line.size());
  const std::string more(tabs + 1, '\t');
  std::string out(tabs, '\t'), rest(line.substr(tabs));
  std::size_t column = tabs * kTab;
  while (column + rest.size() > kColumns) {
    const Break at = last_break(rest, column);
    if (at.at == 0) break;
    out += rest.substr(0, at.in_string ? at.at : at.at - 1);
    out += at.in_string ? "\"\n" + more : "\n" + more;
    rest = (at.in_string ? "\"" : "") + rest.substr(at.at);
    column = more.size() * kTab;
  }
  return out + rest + "\n";
}

}  // namespace mprogcheck::repro
