// SPDX-License-Identifier: GPL-2.0-only
#include "props/plan/plan.hpp"

#include <algorithm>
#include <bitset>
#include <optional>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {
namespace {

// p7 as a trace has it, and nothing else.
std::optional<Prog> own_number(const std::string& name) {
  for (std::size_t n = 0; n < kMaxProgs; ++n)
    if (name == "p" + std::to_string(n)) return Prog{static_cast<std::uint8_t>(n)};
  return std::nullopt;
}

// What has a name of a trace keeps it, unless a program on the list that has another name goes by
// that number already; all others get one that is free.
class Numbers {
 public:
  Numbers(const std::bitset<kMaxProgs>& loaded, const std::bitset<kMaxProgs>& listed,
          std::span<const std::string> names)
      : taken_(loaded), listed_(listed) {
    for (const std::string& name : names)
      if (const auto own = own_number(name)) taken_.set(own->raw);
  }
  Prog operator()(const std::string& name) {
    if (const auto own = own_number(name); own && !listed_[own->raw]) return *own;
    std::uint8_t n = 0;
    while (n < kMaxProgs && taken_[n]) ++n;
    if (n == kMaxProgs)
      throw Refused(name, "the trace has a use for each of the " + std::to_string(kMaxProgs) +
                              " names of programs; load fewer");
    taken_.set(n);
    return Prog{n};
  }

 private:
  std::bitset<kMaxProgs> taken_, listed_;
};

std::vector<std::string> names_of(const Chain& list,
                                  std::span<const std::pair<std::string, Prog>> names) {
  std::vector<std::string> order;
  for (int i = 0; i < list.size(); ++i)
    for (const auto& [name, prog] : names)
      if (prog == list.prog(i)) order.push_back(name);
  return order;
}

std::string stands_for(Prog prog, const std::string& what) {
  return word(Entry{prog}) + " is " + what;
}

World after(const Trace& trace) {
  World world;
  world.reset(trace.header);
  Prediction ignored;
  for (const Operation& op : trace.operations) world.step(op, ignored);
  return world;
}

}  // namespace

std::vector<std::string> Start::names() const {
  std::vector<std::string> result;
  for (const auto& entry : list) result.push_back(entry.first);
  return result;
}

Start start_at(const Trace& trace, Point point) {
  if (!trace.header.dialect->in_kernels)
    throw std::invalid_argument("plans are made for dialect mainline alone");
  const World world = after(trace);
  const Chain* list = world.chain(point);
  if (!list)
    throw std::invalid_argument("at the end of the trace there is no " + word(point) +
                                "; name another attach point");
  Start start{trace, point, {}, {}};
  for (int i = 0; i < list->size(); ++i)
    start.list.emplace_back(word(Entry{list->prog(i)}), list->prog(i));
  return start;
}

Start start_of(std::span<const ListedEntry> entries, Point point) {
  if (entries.size() > kMaxCapacity)
    throw std::invalid_argument(std::to_string(entries.size()) + " programs on a list of " +
                                std::to_string(kMaxCapacity) + " slots");
  Start start{.trace = {}, .point = point, .list = {}, .legend = {}};
  start.trace.header.devices = static_cast<std::uint8_t>(point.device + 1);
  std::vector<std::string> names;
  for (const ListedEntry& entry : entries) names.push_back(entry.name);
  Numbers number({}, {}, names);
  std::uint8_t links = 0;
  for (const auto& [name, id, owned_by_link] : entries) {
    const Prog prog = number(name);
    Operation op{.verb = Verb::attach, .point = point, .prog = ref(prog)};
    if (owned_by_link) {
      op.verb = Verb::link_create;
      op.link = ref(Link{links++});
    }
    start.list.emplace_back(name, prog);
    start.trace.header.loaded.set(prog.raw);
    start.trace.operations.push_back(op);
    const std::string number_behind = "#" + std::to_string(id);
    if (id)
      start.legend.push_back(
          stands_for(prog, name.ends_with(number_behind) ? name : name + number_behind));
  }
  return start;
}

Plan plan(const Start& start, std::span<const std::string> order) {
  Plan result{.names = {}, .attaches = {}, .legend = start.legend, .trace = start.trace};
  Trace& trace = result.trace;
  trace.reason.clear();  // the plan is no known deviation
  trace.target.clear();
  trace.releases.clear();
  trace.bucket.clear();
  std::bitset<kMaxProgs> on_list;
  for (const auto& entry : start.list) on_list.set(entry.second.raw);
  Numbers number(trace.header.loaded, on_list, order);
  for (const std::string& name : order) {
    const auto there = std::find_if(start.list.begin(), start.list.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    const bool listed = there != start.list.end();
    const Prog prog = listed ? there->second : number(name);
    result.names.emplace_back(name, prog);
    trace.header.loaded.set(prog.raw);
    if (!listed && name != word(Entry{prog})) result.legend.push_back(stands_for(prog, name));
  }
  trace.preface.insert(trace.preface.end(), result.legend.begin(), result.legend.end());
  World world = after(trace);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& [name, prog] = result.names[i];
    if (world.chain(start.point)->find(prog).exists) continue;
    // All in front of it are there by now: it goes behind the last of them.
    Operation op{.verb = Verb::attach, .point = start.point, .prog = ref(prog)};
    if (i > 0) {
      op.flags = flag::after;
      op.relative = ref(result.names[i - 1].second);
    } else if (!start.list.empty()) {
      op.flags = flag::before;
      op.relative = ref(start.list.front().second);
    }
    // Of a program that is on the list alone there is no descriptor any more.
    if (op.relative.given() && !world.prog(Prog{op.relative.raw}).open) op.flags |= flag::id;
    Prediction p;
    world.step(op, p);
    if (p.observation.error != Errno::ok)
      throw Refused(name,
                    name + " cannot be attached: the model says " +
                        print(expected_of(op, p.observation)) + " (" +
                        std::string(clauses_of(trace.header.dialect, op.verb)[p.decision.rule].id) +
                        ")");
    trace.operations.push_back(op);
    result.attaches.push_back({name, op, names_of(*world.chain(start.point), result.names)});
  }
  if (names_of(*world.chain(start.point), result.names) !=
      std::vector<std::string>(order.begin(), order.end()))
    throw std::logic_error("the planned attaches lead to another order");
  if (!trace.comments.empty()) trace.comments.resize(trace.operations.size());
  annotate(trace);
  return result;
}

}  // namespace mprogcheck
