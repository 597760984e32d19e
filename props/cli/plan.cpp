// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck plan: an order for the directives of several owners, or the few that contradict.
#include "props/plan/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "proofs/core.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/net.hpp"
#include "props/cli/report.hpp"
#include "props/cli/values.hpp"
#include "props/plan/order.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string file, state, point, device, kind, out;
  bool json = false;
};

std::vector<std::string> point_words() {
  std::vector<std::string> words;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d)
    for (const Hook h : {Hook::ingress, Hook::egress}) words.push_back(word(Point{d, h}));
  return words;
}

Point point_from(const std::string& wanted) {
  if (wanted.empty()) return {0, Hook::ingress};
  const auto all = point_words();
  const auto at =
      static_cast<std::uint8_t>(std::find(all.begin(), all.end(), wanted) - all.begin());
  return {static_cast<std::uint8_t>(at / kHooks), static_cast<Hook>(at % kHooks)};
}

// --- The list as it is

// Of what bpftool prints, or where a list is known to be empty.
Start start_on(const Place& place, const Listed& listed) {
  Start start = start_of(listed.entries, {0, place.hook()});
  start.legend.insert(start.legend.begin(),
                      fmt::format("{} is {}{}{}", word(start.point), place.kind,
                                  listed.device.empty() ? "" : " of ", listed.device));
  return start;
}

Start start_from(const Options& o, std::vector<Directive>& directives) {
  const bool of_net = !o.kind.empty() || !o.device.empty();
  const Place place{o.kind.empty() ? "tcx/ingress" : o.kind, o.device};
  const std::string text = o.state.empty() ? "" : content(o.state);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string::npos && (text[begin] == '[' || text[begin] == '{')) {
    if (!o.point.empty())
      throw BadInput(fmt::format(
          "{}: --point is for traces; for bpftool's output say --kind and --device", o.state));
    const Listed listed = read_net(text, o.state, place);
    resolve_ids(directives, o.file, listed.entries);
    return start_on(place, listed);
  }
  resolve_ids(directives, o.file, {});
  if (o.state.empty())
    return of_net ? start_on(place, {printable(o.device), {}}) : start_of({}, point_from(o.point));
  if (of_net)
    throw BadInput(fmt::format(
        "{}: --kind and --device are for bpftool's output; for a trace say --point", o.state));
  std::vector<Spots> spots;
  const auto traces = read_traces(o.state, &spots);
  if (traces.size() > 1)
    throw BadInput(fmt::format("{}: a second trace; --state takes a file with one",
                               where(o.state, spots[1].dialect)));
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
  Json document;

  std::string told(const Directive& d) const {
    return fmt::format("{}: {}", where(options.file, d.spot), print(d));
  }
  Json json_of(const Directive& d) const {
    return {{"line", d.spot.line}, {"column", d.spot.column}, {"directive", print(d)}};
  }

  int planned(const std::vector<std::string>& order) {
    document["satisfiable"] = true;
    document["order"] = order;
    const Plan p = made(order);
    tell(prose, "{}: {} {}: {}\n", options.file, good(prose, "an order satisfies"),
         times(directives.size(), "directive"), fmt::join(order, " "));
    std::size_t width = 0;
    for (const Attach& a : p.attaches) width = std::max(width, print(a.operation).size());
    document["attaches"] = Json::array();
    for (const Attach& a : p.attaches) {
      tell(prose, "  {:{}}  # {}: {}\n", print(a.operation), width, a.program,
           fmt::join(a.list, " "));
      document["attaches"].push_back(
          {{"program", a.program}, {"operation", print(a.operation)}, {"list", a.list}});
    }
    if (p.attaches.empty()) tell(prose, "  the list has this order already\n");
    for (const std::string& line : p.legend) tell(prose, "  {}\n", line);
    document["legend"] = p.legend;
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
    // The graph finds the set; the solver must agree.
    if (!proofs::irreducible(list, few))
      throw std::logic_error("graph and solver differ on what contradicts");
    tell(prose, "{}: {} {}\n", options.file, bad(prose, "no order satisfies"),
         times(directives.size(), "directive"));
    document["satisfiable"] = false;
    // A cycle among these few, so that both answers are about the same directives.
    tell(prose, "a cycle:\n");
    for (const Hop& hop : order_of(list, few).cycle) {
      tell(prose, "  {} in front of {}  # {}\n", hop.front, hop.behind,
           hop.directive ? told(few[*hop.directive])
                         : fmt::format("the list of {} has this order", options.state));
      Json one{{"front", hop.front}, {"behind", hop.behind}};
      if (hop.directive)
        one.update(json_of(few[*hop.directive]));
      else
        one["list"] = options.state;
      document["cycle"].push_back(std::move(one));
    }
    tell(prose, "a smallest contradictory set:\n");
    for (const Directive& d : few) {
      tell(prose, "  {}\n", told(d));
      document["core"].push_back(json_of(d));
    }
    return kDeviates;
  }
};

int run(const Options& o) {
  std::vector<Directive> directives = parse_directives(content(o.file), o.file);
  const Start start = start_from(o, directives);
  const std::vector<std::string> list = start.names(), all = programs_of(list, directives);
  const std::vector<std::string> fresh(all.begin() + static_cast<std::ptrdiff_t>(list.size()),
                                       all.end());
  if (all.size() > start.trace.header.capacity)
    throw BadInput(fmt::format("{}: {} programs are wanted on a list of {} slots", o.file,
                               all.size(), start.trace.header.capacity));
  Answer answer{o, directives, start, o.json ? stderr : stdout,
                Json{{"file", o.file}, {"list", list}, {"new", fresh}}};
  if (!o.state.empty()) {
    tell(answer.prose, "{}: the list is [{}]\n", o.state, fmt::join(list, " "));
    if (!fresh.empty()) tell(answer.prose, "new programs: {}\n", fmt::join(fresh, " "));
  }
  const auto order = order_of(list, directives).order;
  const int status = order.empty() ? answer.contradicted() : answer.planned(order);
  if (o.json) print_json("plan", std::move(answer.document));
  return status;
}

}  // namespace

void add_plan(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "plan",
      "Find an order that satisfies the directives of several owners, and the attaches "
      "that lead to it; or the directives that contradict each other");
  verb.text("DIRECTIVES", o->file,
            "A file; each line reads OWNER: P before Q, OWNER: P after Q, or OWNER: P first, last "
            "or present")
      .required();
  verb.text("--state FILE", o->state,
            "The list as it is: a trace, or what 'bpftool -j net' prints (default: empty)")
      .check(named("a file"));
  auto point = verb.text("--point POINT", o->point,
                         "For a trace: the attach point of the list (default: d0/ingress)")
                   .among(point_words());
  verb.text("--device NAME", o->device,
            "For bpftool's output: the network device (default: the only one there)")
      .check(named("a device"))
      .excludes(point);
  verb.text("--kind KIND", o->kind, "For bpftool's output: the kind (default: tcx/ingress)")
      .among({"tcx/ingress", "tcx/egress", "netkit/primary", "netkit/peer"})
      .excludes(point);
  verb.out_file(o->out, "Write the plan to a new file, as a trace").check(named("a file"));
  verb.json(o->json);
  verb.example("mprogcheck plan wishes", "Plans for an empty list.");
  verb.example(
      "mprogcheck plan wishes --state traces/examples/detach-before-head.trace -o plan.trace",
      "Plans for the list that the trace leaves, and writes the attaches as a trace.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli
