// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck plan: an order for the directives of several owners, or the few that contradict.
#include "props/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "proofs/core.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/order.hpp"

namespace mprogcheck::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct Options {
  std::string file, state, point = "d0/ingress", device, kind = "tcx/ingress", out;
  bool json = false;
};

std::vector<std::string> point_words() {
  std::vector<std::string> words;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d)
    for (const Hook h : {Hook::ingress, Hook::egress}) words.push_back(word(Point{d, h}));
  return words;
}

Point point_from(const std::string& wanted) {
  const auto all = point_words();
  const auto at =
      static_cast<std::uint8_t>(std::find(all.begin(), all.end(), wanted) - all.begin());
  return {static_cast<std::uint8_t>(at / kHooks), static_cast<Hook>(at % kHooks)};
}

// --- What `bpftool -j net` prints

struct Shown {
  std::string name;
  std::uint64_t id;
};

json parsed(const std::string& text, const std::string& file) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& e) {
    const std::string before = text.substr(0, e.byte > 0 ? e.byte - 1 : 0);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
    throw BadInput(fmt::format("{}: this is no JSON; 'bpftool -j net' prints what is",
                               where(file, {line + 1, before.size() - begin + 1})));
  }
}

// The programs at the attach point, in the order of the list, which is the order of the document.
std::vector<Shown> shown(const json& document, const Options& o) {
  const auto wrong = [&](const std::string& what) {
    return BadInput(fmt::format("{}: {}; give what 'bpftool -j net' prints", o.state, what));
  };
  if (!document.is_array()) throw wrong("expected an array");
  std::vector<Shown> result;
  std::set<std::string> devices;
  bool any_list = false;
  for (const json& one : document) {
    if (!one.is_object() || !one.contains("tc")) continue;
    any_list = true;
    if (!one["tc"].is_array()) throw wrong("expected an array behind \"tc\"");
    std::size_t number = 0;
    for (const json& entry : one["tc"]) {
      const std::string at = fmt::format("entry {} of \"tc\"", ++number);
      const auto text = [&](const char* key) -> std::string {
        if (!entry.contains(key) || !entry[key].is_string())
          throw wrong(fmt::format("{} has no \"{}\"", at, key));
        return entry[key];
      };
      if (!entry.is_object()) throw wrong(at + " is no object");
      if (text("kind") != o.kind) continue;
      const std::string device = text("devname");
      if (!o.device.empty() && device != o.device) continue;
      devices.insert(device);
      if (!entry.contains("prog_id") || !entry["prog_id"].is_number_unsigned())
        throw wrong(at + " has no \"prog_id\"");
      // A program need not have a name.
      result.push_back({entry.contains("name") ? text("name") : "unnamed",
                        entry["prog_id"].get<std::uint64_t>()});
    }
  }
  if (!any_list) throw wrong("no \"tc\" here");
  if (devices.size() > 1)
    throw BadInput(fmt::format("{}: {} is on several devices, {}; choose with --device", o.state,
                               o.kind, fmt::join(devices, ", ")));
  return result;
}

// A name that several share stands for none of them: there it takes the id. Directives may say the
// id of any.
std::vector<std::string> told_apart(const std::vector<Shown>& list,
                                    std::vector<Directive>& directives, const std::string& file) {
  std::vector<std::string> names;
  for (const Shown& s : list) {
    const auto same = std::count_if(list.begin(), list.end(),
                                    [&](const Shown& other) { return other.name == s.name; });
    const std::string with_id = fmt::format("{}#{}", s.name, s.id);
    names.push_back(same > 1 ? with_id : s.name);
    for (Directive& d : directives)
      for (std::string* name : {&d.prog, &d.other}) {
        if (*name == with_id) *name = names.back();
        if (*name == s.name && same > 1)
          throw BadInput(fmt::format("{}: {} programs on the list are called {}; say which, as {}",
                                     where(file, d.spot), same, s.name, with_id));
      }
  }
  return names;
}

Start start_from(const Options& o, std::vector<Directive>& directives) {
  if (o.state.empty()) return start_of({});
  const std::string text = content(o.state);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string::npos && (text[begin] == '[' || text[begin] == '{')) try {
      return start_of(told_apart(shown(parsed(text, o.state), o), directives, o.file));
    } catch (const std::invalid_argument& e) {
      throw BadInput(fmt::format("{}: {}", o.state, e.what()));
    }
  std::vector<Spots> spots;
  const auto traces = read_traces(o.state, &spots);
  if (traces.size() > 1)
    throw BadInput(
        fmt::format("{}: a second trace; a state is one", where(o.state, spots[1].dialect)));
  try {
    return start_at(traces[0], point_from(o.point));
  } catch (const std::invalid_argument& e) {
    throw BadInput(fmt::format("{}: {}", where(o.state, spots[0].dialect), e.what()));
  }
}

// --- Answers

struct Answer {
  const Options& options;
  const std::vector<Directive>& directives;
  const Start& start;
  FILE* prose;
  ordered_json document;

  std::string told(const Directive& d) const {
    return fmt::format("{}: {}", where(options.file, d.spot), print(d));
  }
  ordered_json json_of(const Directive& d) const {
    return {{"line", d.spot.line}, {"column", d.spot.column}, {"directive", print(d)}};
  }

  int planned(const std::vector<std::string>& order) {
    document["satisfiable"] = true;
    document["order"] = order;
    const Plan p = made(order);
    fmt::print(prose, "{}: an order satisfies {}: {}\n", options.file,
               times(directives.size(), "directive"), fmt::join(order, " "));
    std::size_t width = 0;
    for (const Attach& a : p.attaches) width = std::max(width, print(a.operation).size());
    document["attaches"] = ordered_json::array();
    for (const Attach& a : p.attaches) {
      fmt::print(prose, "  {:{}}  # {}: {}\n", print(a.operation), width, a.program,
                 fmt::join(a.list, " "));
      document["attaches"].push_back(
          {{"program", a.program}, {"operation", print(a.operation)}, {"list", a.list}});
    }
    if (p.attaches.empty()) fmt::print(prose, "  the list is so already\n");
    document["trace"] = print(p.trace);
    if (!options.out.empty()) write_new(options.out, print(p.trace));
    return kConforms;
  }

  Plan made(const std::vector<std::string>& order) const {
    try {
      return plan(start, order);
    } catch (const Refused& e) {
      for (const Directive& d : directives)
        if (d.prog == e.program || d.other == e.program)
          throw BadInput(fmt::format("{}: {}", where(options.file, d.spot), e.what()));
      throw BadInput(e.what());
    }
  }

  int contradicted() {
    const auto list = start.names();
    std::vector<Directive> few;
    for (const std::size_t d : smallest_core(list, directives)) few.push_back(directives[d]);
    // The graph finds the set; the solver, which knows no graph, has to agree.
    if (!proofs::irreducible(list, few))
      throw std::logic_error("graph and solver differ on what contradicts");
    fmt::print(prose, "{}: no order satisfies {}\n", options.file,
               times(directives.size(), "directive"));
    document["satisfiable"] = false;
    // Of the few alone, so that both tell the same story.
    fmt::print(prose, "a cycle:\n");
    for (const Hop& hop : order_of(list, few).cycle) {
      fmt::print(prose, "  {} in front of {}  # {}\n", hop.front, hop.behind,
                 hop.directive ? told(few[*hop.directive])
                               : fmt::format("the list of {} has it so", options.state));
      ordered_json one{{"front", hop.front}, {"behind", hop.behind}};
      if (hop.directive)
        one.update(json_of(few[*hop.directive]));
      else
        one["list"] = options.state;
      document["cycle"].push_back(std::move(one));
    }
    fmt::print(prose, "a smallest contradictory set:\n");
    for (const Directive& d : few) {
      fmt::print(prose, "  {}\n", told(d));
      document["core"].push_back(json_of(d));
    }
    return kDeviates;
  }
};

int run(const Options& o) {
  std::vector<Directive> directives = parse_directives(content(o.file), o.file);
  const Start start = start_from(o, directives);
  Answer answer{o, directives, start, o.json ? stderr : stdout,
                ordered_json{{"file", o.file}, {"list", start.names()}}};
  if (!o.state.empty())
    fmt::print(answer.prose, "{}: the list is [{}]\n", o.state, fmt::join(start.names(), " "));
  const std::size_t programs = programs_of(start.names(), directives).size();
  if (programs > start.trace.header.capacity)
    throw BadInput(fmt::format("{}: {} programs are wanted on a list of {} slots", o.file, programs,
                               start.trace.header.capacity));
  const auto order = order_of(start.names(), directives).order;
  const int status = order.empty() ? answer.contradicted() : answer.planned(order);
  if (o.json) fmt::print("{}\n", answer.document.dump(2));
  return status;
}

}  // namespace

void add_plan(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb =
      app.add_subcommand("plan", "An order for what several owners ask, or what contradicts");
  verb->add_option("DIRECTIVES", o->file,
                   "A file; a line reads OWNER: P before|after Q, or P first|last|present")
      ->required();
  verb->add_option("--state", o->state,
                   "The list as it is: a trace, or what 'bpftool -j net' prints (default: empty)");
  verb->add_option("--point", o->point, "Of a trace: whose list (default d0/ingress)")
      ->check(CLI::IsMember(point_words()));
  verb->add_option("--device", o->device,
                   "Of bpftool's output: the device (default: the only one)");
  verb->add_option("--kind", o->kind, "Of bpftool's output: the kind (default tcx/ingress)")
      ->check(CLI::IsMember({"tcx/ingress", "tcx/egress", "netkit/primary", "netkit/peer"}));
  verb->add_option("--out", o->out, "Write the plan to a new file, as a trace");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, &status] { status = run(*o); });
}

}  // namespace mprogcheck::cli
