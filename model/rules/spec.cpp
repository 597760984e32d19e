// SPDX-License-Identifier: GPL-2.0-only
#include "model/rules/spec.hpp"

#include <string_view>

#include "model/words/text.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {
namespace {

struct Command {
  Verb verb;
  std::string_view call;
  std::string_view about;
};

// In the order of the document.
constexpr Command kCommands[] = {
    {Verb::attach, "BPF_PROG_ATTACH",
     "A program comes onto the list, or takes the place of one that is there."},
    {Verb::detach, "BPF_PROG_DETACH",
     "An entry that no link owns leaves the list. The program need not be named."},
    {Verb::query, "BPF_PROG_QUERY",
     "The list as it stands: revision, count, and what the given arrays have room for."},
    {Verb::link_create, "BPF_LINK_CREATE",
     "As attach, but a link owns the entry and keeps it for as long as it lives."},
    {Verb::link_update, "BPF_LINK_UPDATE", "The owner exchanges the program of its entry."},
    {Verb::link_detach, "BPF_LINK_DETACH", "The owner gives its entry up, and lives on."},
    {Verb::info, "BPF_OBJ_GET_INFO_BY_FD", "What a link says of itself."},
    {Verb::fdinfo, "/proc/self/fdinfo", "What the file of a link's descriptor says of it."},
    {Verb::close, "close(2)", "The only descriptor of a program or a link goes."},
    {Verb::remove, "RTM_DELLINK", "The device goes, or its namespace, and its lists with it."},
    {Verb::qdisc, "RTM_NEWQDISC, RTM_DELQDISC",
     "A clsact or ingress qdisc shares the device with its lists."},
    {Verb::filter, "RTM_NEWTFILTER, RTM_DELTFILTER",
     "A filter at a hook of a clsact or ingress qdisc is made by netlink, changed or deleted."},
    {Verb::filter_link, "BPF_LINK_CREATE of a classifier",
     "A link makes a filter and owns it, for as long as both live."},
    {Verb::chain, "RTM_DELCHAIN", "A chain goes, with all its filters, whoever owns them."},
    {Verb::packet, "a packet", "What the programs on the list do to one packet."},
    {Verb::create, "RTM_NEWLINK, NLM_F_CREATE",
     "A netkit device and its peer come to be, or neither."},
    {Verb::change, "RTM_NEWLINK",
     "The primary of a pair settles what holds where no program does."},
    {Verb::set, "RTM_SETLINK",
     "One side goes up or down, or has another MTU, address, name or namespace."},
    {Verb::send, "a packet from side to side",
     "What becomes of a packet that a socket sends out of a netkit device."},
};

constexpr std::string_view kPreamble =
    "Each command has a table of clauses. A clause has a condition on the request and the list, "
    "and an outcome; the\n"
    "first clause whose condition holds decides. Three claims are to be told apart:\n"
    "\n"
    "- **Promise.** Where a clause with an error such as `EEXIST` is met, its error is due: the "
    "request must fail, with\n"
    "  this error or that of another clause that is met. Where none is met the request must "
    "succeed, and do what the\n"
    "  first clause with an effect says. A request that fails changes nothing.\n"
    "- **Precedence.** Where several errors are due, the one whose clause stands first is given. A "
    "target that gives\n"
    "  another of them keeps the promise and breaks only the precedence.\n"
    "- **May.** A clause that *may* refuse permits its error where the interface leaves the matter "
    "open; it never decides.\n";

std::string_view word(Change change) {
  switch (change) {
    case Change::none:
      return "";
    case Change::insert:
      return ", insert";
    case Change::replace:
      return ", replace";
    case Change::remove:
      return ", remove";
  }
  return "?";
}

// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string table(Dialect dialect, const Command& command) {
  std::string out = "\n## " + std::string(word(command.verb)) + " (" + std::string(command.call) +
                    ")\n\n" + std::string(command.about) +
                    "\n\n| | clause | outcome | when, and what | source |\n" +
                    "|--:|---|---|---|---|\n";
  std::size_t number = 0;
  for (const Clause& clause : clauses_of(dialect, command.verb))
    out += "| " + std::to_string(++number) + " | `" + std::string(clause.id) + "` | " +
           outcome(clause) + " | " + cell(clause.sentence) + " | " + cell(clause.source) + " |\n";
  return out;
}

}  // namespace

std::string outcome(const Clause& clause) {
  switch (clause.force) {
    case Force::due:
      return to_string(clause.error);
    case Force::may:
      return "may " + to_string(clause.error);
    case Force::effect:
      return "ok" + std::string(word(clause.change));
  }
  return "?";
}

std::vector<ClauseRow> all_clauses(Dialect dialect) {
  std::vector<ClauseRow> rows;
  for (const Command& command : kCommands)
    for (const Clause& clause : clauses_of(dialect, command.verb))
      rows.push_back({command.verb, clause});
  return rows;
}

std::string specification(Dialect dialect) {
  std::string out = "# Dialect `" + std::string(dialect->name) +
                    "`: " + std::string(dialect->title) + "\n\n" + std::string(kPreamble);
  for (const Command& command : kCommands)
    if (!clauses_of(dialect, command.verb).empty()) out += table(dialect, command);
  return out;
}

}  // namespace mprogcheck
