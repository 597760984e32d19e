// SPDX-License-Identifier: GPL-2.0-only
// The text form of traces: one line an operation. print and parse are inverse.
//
//   dialect mainline
//   device d0
//   load p0 p1 p2:xdp
//
//   attach p0 d0/ingress                     => ok
//   attach p1 d0/ingress before rel=p0 rev=2 => ok       # in front of p0
//   query d0/ingress room=4 progs            => ok rev=3 count=2 progs=p1,p0
//
// A file holds one trace or several; each begins with its `dialect` line. Of known deviations
// `target` says on what, and `reason`, the rest of its line, why. README.md has the whole grammar.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/trace.hpp"

namespace mprogcheck {

// what() reads "file:line:column: what is wrong; what to do".
struct ParseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where a trace stands in its file, for complaints about what only its user can know to be wrong.
struct Spot {
  std::size_t line = 0, column = 0;  // from 1
};
struct Spots {
  Spot dialect;
  std::vector<Spot> expected;  // of each operation; the operation itself where nothing is
};

// Throws ParseError. `file` is for messages only. `spots` gets one element for each trace.
std::vector<Trace> parse(std::string_view text, std::string_view file,
                         std::vector<Spots>* spots = nullptr);

std::string print(const Trace& trace);
std::string print(const Operation& op);
std::string print(const Expected& expected);

// The words of the text form.
std::string_view word(Verb verb);
std::optional<Verb> verb_from(std::string_view word);
std::string_view word(Dialect dialect);
std::optional<Dialect> dialect_from(std::string_view word);
std::string word(Point point);
std::string word(Entry entry);  // p3, p3/l1, p3:first

// A field of an operation that is written: the member that it is stored in, and how it is written.
struct SetField {
  const void* member;
  std::string usage;
};
std::vector<SetField> set_fields(const Operation& op);

// Of the language and of how an Operation is stored: another one where either has changed.
std::uint64_t operations_fingerprint();

// The reference of the language as Markdown, made of the rows in forms.hpp.
std::string language_reference();

// What a file would say behind an operation that came back so.
Expected expected_of(const Operation& op, const Observation& seen);
// One line for people: error, answer, and the list afterwards.
std::string describe(const Operation& op, const Observation& seen);
std::string describe(const Listing& list);
std::string describe(Harm harm);
std::string describe(const Journey& journey);
std::string describe(const DeviceView& view);
std::string describe(const Filters& filters);

// A number for people: 1234567 as 1,234,567.
std::string grouped(std::uint64_t n);

struct Complaint {
  Field field;
  std::string text;
};

// Says what is wrong with `op` as the next operation of a trace with this header, if anything is: a
// name that is not there yet, a flag the dialect does not have. Feed it the operations in order.
class NameCheck {
 public:
  explicit NameCheck(const Header& header) : header_(header) {}
  std::optional<Complaint> next(const Operation& op);

 private:
  std::optional<Complaint> ref(const Operation& op, Ref r, Field field) const;
  std::optional<Complaint> devices(const Operation& op);
  Header header_;
  std::bitset<256> links_{};
  std::bitset<kMaxDevices> made_{};  // devices that a create has named
};

// The first complaint about a whole trace, with the number of the operation.
std::optional<std::pair<std::size_t, Complaint>> complaint(const Trace& trace);

}  // namespace mprogcheck
