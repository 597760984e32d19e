// SPDX-License-Identifier: GPL-2.0-only
// Planning: the attaches that lead from a list as it is to an order that several owners' directives
// allow. Nothing is detached: what is on the list keeps its order.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/words/trace.hpp"

namespace mprogcheck {

// What is known of an entry where it comes from.
struct ListedEntry {
  std::string name;
  std::uint64_t id = 0;  // 0: not known
  bool owned_by_link = false;
};

// A list, as a trace that leads to it.
struct Start {
  Trace trace;
  Point point{0, Hook::ingress};
  std::vector<std::pair<std::string, Prog>> list;  // by the names directives use, in order
  std::vector<std::string> legend;                 // what the trace's names stand for

  std::vector<std::string> names() const;
};

// The list of `point` at the end of the trace, names as in the trace. Throws std::invalid_argument
// if there is no such list, or its dialect is not mainline.
Start start_at(const Trace& trace, Point point);
// A list of these programs. Throws std::invalid_argument if they are more than a list holds.
Start start_of(std::span<const ListedEntry> entries, Point point = {0, Hook::ingress});

// The model refuses to attach a program, which the trace has closed or loaded for something else.
struct Refused : std::runtime_error {
  Refused(std::string name, const std::string& what)
      : std::runtime_error(what), program(std::move(name)) {}
  std::string program;
};

struct Attach {
  std::string program;
  Operation operation;
  std::vector<std::string> list;  // afterwards
};

struct Plan {
  std::vector<std::pair<std::string, Prog>> names;  // in order
  std::vector<Attach> attaches;
  std::vector<std::string> legend;  // what the names in attaches stand for: "p0 is fw#12"
  Trace trace;                      // to the list as it was, then the attaches
};

// The attaches that make the list `order`, each of them next to an entry that is already there. The
// model runs them, and the list it ends with is `order`. Throws Refused.
Plan plan(const Start& start, std::span<const std::string> order);

}  // namespace mprogcheck
