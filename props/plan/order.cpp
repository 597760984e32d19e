// SPDX-License-Identifier: GPL-2.0-only
#include "props/plan/order.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/topological_sort.hpp>
#include <map>

namespace mprogcheck {
namespace {

// Why one is in front of the other. A way costs its directives first, then its hops.
struct Why {
  std::optional<std::size_t> directive;  // none: the list
  std::size_t cost;
};
using OrderGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, Why>;
using Vertex = OrderGraph::vertex_descriptor;
using Edge = OrderGraph::edge_descriptor;

// An edge leads from what is in front to what is behind. Boost sorts from behind, and among equals
// the lowest vertex goes behind: so the last program is vertex 0, and who wishes nothing is
// appended.
class Orders {
 public:
  Orders(std::span<const std::string> list, std::span<const Directive> directives)
      : programs_(programs_of(list, directives)),
        graph_(programs_.size()),
        joined_(programs_.size() * programs_.size()) {
    std::reverse(programs_.begin(), programs_.end());
    for (Vertex v = 0; v < programs_.size(); ++v) vertex_[programs_[v]] = v;
    // All pairs, so that a cycle goes through the list in one hop.
    for (std::size_t i = 0; i < list.size(); ++i)
      for (std::size_t k = i + 1; k < list.size(); ++k)
        join(vertex_.at(list[i]), vertex_.at(list[k]), {.directive = {}, .cost = 1});
    for (std::size_t d = 0; d < directives.size(); ++d) add(directives[d], d);
  }

  std::vector<std::string> order() const {
    std::vector<Vertex> from_behind;
    try {
      topological_sort(graph_, std::back_inserter(from_behind));
    } catch (const boost::not_a_dag&) {
      return {};
    }
    std::vector<std::string> order;
    for (auto v = from_behind.rbegin(); v != from_behind.rend(); ++v)
      order.push_back(programs_[*v]);
    return order;
  }

  // Empty where there is none.
  std::vector<Hop> cheapest_cycle() const {
    std::vector<Hop> cycle;
    std::size_t least = kNever;
    for (Vertex start = 0; start < programs_.size(); ++start) {
      std::vector<std::size_t> cost(programs_.size(), kNever);
      std::vector<Vertex> from(programs_.size());
      dijkstra_shortest_paths(graph_, start,
                              boost::weight_map(get(&Why::cost, graph_))
                                  .distance_map(cost.data())
                                  .predecessor_map(from.data())
                                  .distance_inf(kNever));
      std::optional<Edge> closing;
      for (auto [e, end] = edges(graph_); e != end; ++e) {
        const Vertex last = source(*e, graph_);
        if (target(*e, graph_) != start || cost[last] == kNever) continue;
        if (cost[last] + graph_[*e].cost >= least) continue;
        least = cost[last] + graph_[*e].cost;
        closing = *e;
      }
      if (!closing) continue;
      cycle = {hop(*closing)};
      for (Vertex v = source(*closing, graph_); v != start; v = from[v])
        cycle.push_back(hop(edge(from[v], v, graph_).first));
      std::reverse(cycle.begin(), cycle.end());
    }
    return cycle;
  }

 private:
  static constexpr std::size_t kNever = ~std::size_t{0};

  void add(const Directive& d, std::size_t number) {
    const Vertex prog = vertex_.at(d.prog);
    const Why why{.directive = number, .cost = programs_.size() + 1};
    if (d.relative()) {
      join(vertex_.at(d.front()), vertex_.at(d.behind()), why);
    } else if (d.wish != Wish::present) {
      for (Vertex v = 0; v < programs_.size(); ++v) {
        if (v == prog) continue;
        if (d.wish == Wish::first)
          join(prog, v, why);
        else
          join(v, prog, why);
      }
    }
  }

  // Who says so first has said it: the list, then the directives in their order.
  void join(Vertex front, Vertex behind, const Why& why) {
    auto joined = joined_[front * programs_.size() + behind];
    if (!joined) add_edge(front, behind, why, graph_);
    joined = true;
  }

  Hop hop(Edge e) const {
    return {programs_[source(e, graph_)], programs_[target(e, graph_)], graph_[e].directive};
  }

  std::vector<std::string> programs_;
  std::map<std::string, Vertex> vertex_;
  OrderGraph graph_;
  std::vector<bool> joined_;
};

// The smallest of the sets it is offered.
class Smallest {
 public:
  void offer(std::vector<std::size_t> set) {
    if (!least_.empty() && least_.size() <= set.size()) return;
    std::sort(set.begin(), set.end());
    least_ = std::move(set);
  }
  const std::vector<std::size_t>& least() const { return least_; }

 private:
  std::vector<std::size_t> least_;
};

using Sayings = std::map<std::string, std::size_t>;  // of each program, the first directive

// Contradictions of those who want one end: `ends` of a program says that it stands there, `beyond`
// that another is nearer to it. `wrong` is on the list and not at that end.
void offer_ends(Smallest& smallest, const Sayings& ends, const Sayings& beyond,
                std::span<const std::string> wrong) {
  if (ends.size() > 1) smallest.offer({ends.begin()->second, std::next(ends.begin())->second});
  for (const auto& [prog, says] : ends) {
    if (const auto other = beyond.find(prog); other != beyond.end())
      smallest.offer({says, other->second});
    if (std::find(wrong.begin(), wrong.end(), prog) != wrong.end()) smallest.offer({says});
  }
}

}  // namespace

Ordering order_of(std::span<const std::string> list, std::span<const Directive> directives) {
  const Orders orders(list, directives);
  Ordering result{orders.order(), {}};
  if (result.order.empty()) result.cycle = orders.cheapest_cycle();
  return result;
}

// Without FIRST and LAST a contradiction is a cycle of directives and hops along the list, and the
// cheapest is smallest. With them three directives do. Take a cycle through `p first` and the last
// hop on it, some u in front of p. If the list says so, p contradicts alone. If a directive
// `before`, `after` or `u first` does, the two contradict. There remains `p last`: the two
// contradict as soon as anybody else is on the list, be it by a third. Of `p last` likewise.
std::vector<std::size_t> smallest_core(std::span<const std::string> list,
                                       std::span<const Directive> directives) {
  Sayings first, last, something_in_front, something_behind;
  std::vector<Directive> relative;
  std::vector<std::size_t> number;  // of each of those
  for (std::size_t i = 0; i < directives.size(); ++i) {
    const Directive& d = directives[i];
    if (d.wish == Wish::first) first.emplace(d.prog, i);
    if (d.wish == Wish::last) last.emplace(d.prog, i);
    if (!d.relative()) continue;
    something_in_front.emplace(d.behind(), i);
    something_behind.emplace(d.front(), i);
    relative.push_back(d);
    number.push_back(i);
  }

  Smallest smallest;
  offer_ends(smallest, first, something_in_front, list.subspan(list.empty() ? 0 : 1));
  offer_ends(smallest, last, something_behind, list.first(list.empty() ? 0 : list.size() - 1));
  for (const auto& [prog, at_head] : first) {
    const auto at_tail = last.find(prog);
    if (at_tail == last.end()) continue;
    if (std::find(list.begin(), list.end(), prog) != list.end() ? list.size() > 1 : !list.empty())
      smallest.offer({at_head, at_tail->second});
    for (std::size_t i = 0; i < directives.size(); ++i)
      if (directives[i].prog != prog) {
        smallest.offer({at_head, at_tail->second, i});
        break;
      }
  }
  std::vector<std::size_t> along;
  for (const Hop& hop : Orders(list, relative).cheapest_cycle())
    if (hop.directive) along.push_back(number[*hop.directive]);
  if (!along.empty()) smallest.offer(along);
  return smallest.least();
}

}  // namespace mprogcheck
