// SPDX-License-Identifier: GPL-2.0-only
// The reference of the trace language, made of the rows that parser and printer go by.
#include <string>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/words/usage.hpp"

namespace mprogcheck {
namespace {

constexpr std::string_view kBeginning = R"(# The trace language

A trace is a text file: a header, then one operation a line. `=>` introduces what is expected of an
operation, `#` a comment. A file holds one trace or several; each begins with its `dialect` line.

    dialect mainline
    device d0
    load p0 p1 p2:xdp

    attach p0 d0/ingress                     => ok
    attach p1 d0/ingress before rel=p0 rev=2 => ok       # in front of p0
    query d0/ingress room=4 progs            => ok rev=3 count=2 progs=p1,p0

## Header

| line | meaning |
|---|---|
| `dialect mainline` | the version of the interface: `mainline` or `rfc2` |
| `device d0 d1` | the devices that are there at the beginning, in order |
| `load p0 p1 p2:xdp` | the programs that are loaded; `:xdp` marks one of another type |
| `capacity 4` | how many entries a list holds; kernels have no other number than 63 |
| `revision 7` | the revision at which every list begins; kernels begin at 1 |
| `target vm:7.2` | of a known deviation: the targets on which it is known |
| `releases 6.6 to 6.12.113, 6.13 to 6.18.13` | of a known deviation: the releases that have it; also `from 6.16` |
| `bucket BUCKET` | of a known deviation: the bucket in which reports put it |
| `reason TEXT` | of a known deviation: why the trace is kept |

## Names

| name | meaning |
|---|---|
| POINT | a device, `/`, and `ingress`, `egress` (tcx), `primary`, `peer` (netkit) or `bogus` (unknown) |
| DEVICE | `d0` to `d3`; in a POINT also `nodev` (an ifindex that no device has) and `lo` |
| PROG, LINK | `p0` to `p95`, `l0` to `l249` |
| OBJECT | PROG, LINK, `none` (0), `bad` (not open), `file` (neither), `map`, `foreign:TYPE` (a link of that type) |

## Operations

Options may come in any order. The field of an option that is left out has its default, which is 0
unless the table says otherwise.
)";

constexpr std::string_view kEnd = R"(
## Expectations

An expectation is `ok` or an error such as `EEXIST`. The answer of an operation can be expected too:

| word | of | meaning |
|---|---|---|
| `rev=N`, `count=N` | a list | its revision, and how many entries it has |
| `progs=p1,p0` | a list, a link, a packet | the programs in order; `none` for no program |
| `links=l0,-` | a list | the links of the entries; `-` for an entry without |
| `flags=-,first` | a list | the flags of the entries (dialect `rfc2`) |
| `at=d0/ingress` | a link | the attach point it tells; `nodev` once its device is gone |
| `passed`, `dropped`, `redirected` | a packet | its fate |
)";

// Where the part stands in the line that shows how the verb is used.
std::string place_of(const words::Literal& part) {
  return " " + std::string(part.word);
}
template <class M, class Kind>
std::string place_of(const words::Operand<M, Kind>& part) {
  const std::string what = words::usage(part.kind);
  return part.occurs == words::Occurs::always ? " " + what : " [" + what + "]";
}
template <class Part>
std::string place_of(const Part&) {
  return "";
}

// The line of an option; nothing for an operand.
template <class Part>
std::string line_of(const Part& part) {
  if constexpr (requires { part.meaning; })
    return "| `" + words::usage(part) + "` | " + std::string(part.meaning) + " |\n";
  return "";
}
std::string line_of(const words::Attributes&) {
  std::string keys;
  for (const Key key : kAllKeys) (keys += keys.empty() ? "`" : "`, `") += row(key).word;
  return "| KEY`=`VALUE | an attribute, in the order of the message; KEY is one of " + keys +
         "`; `:short` or `:long` after the value makes it a byte shorter or four bytes longer |\n";
}
std::string line_of(const words::Verdicts&) {
  return "| PROG`=`VERDICT | what the program returns: `pass`, `drop`, `unknown` or `redirect`; "
         "the "
         "default is `next`; at most two programs have one |\n";
}

template <class Row>
std::string section_of(const Row& row) {
  std::string places, lines;
  row.parts.each([&](const auto& part) { places += place_of(part), lines += line_of(part); });
  // A bar would end the cell.
  for (std::size_t at = 0; (at = lines.find('|', at)) != std::string::npos; ++at) {
    const bool in_code = at > 0 && at + 1 < lines.size() && lines[at - 1] != ' ' &&
                         lines[at - 1] != '\n' && lines[at + 1] != ' ';
    if (in_code) lines.insert(at++, 1, '\\');
  }
  const std::string word(row.word);
  return "\n### " + word + "\n\n" + std::string(row.meaning) +
         " In the kernel: " + std::string(row.command) + ".\n\n    " + word + places +
         (lines.empty() ? "" : " [OPTION]...") + "\n\n" +
         (lines.empty() ? "" : "| option | meaning |\n|---|---|\n" + lines + "\n") + "Example: `" +
         std::string(row.example) + "`\n";
}

}  // namespace

std::string language_reference() {
  std::string out(kBeginning);
  forms.each([&](const auto& row) { out += section_of(row); });
  return out + std::string(kEnd);
}

}  // namespace mprogcheck
