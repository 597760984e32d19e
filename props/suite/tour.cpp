// SPDX-License-Identifier: GPL-2.0-only
// What is made of an explored world: the tour of all its requests, and its picture.
#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graphviz.hpp>
#include <map>
#include <set>
#include <sstream>

#include "model/words/text.hpp"
#include "props/explore/walk.hpp"

namespace mprogcheck {

namespace {

using State = StateGraph::vertex_descriptor;
using Edge = StateGraph::edge_descriptor;

// The shortest way from a state to the nearest that is wanted; empty where there is none.
std::vector<Operation> way_to_nearest(const StateGraph& graph, State from,
                                      const std::vector<std::vector<Operation>>& pending) {
  std::vector<std::optional<Edge>> into(num_vertices(graph));
  struct Found {
    State state;
  };
  struct Visitor : boost::default_bfs_visitor {
    Visitor(std::vector<std::optional<Edge>>& i, const std::vector<std::vector<Operation>>& p)
        : into(i), pending(p) {}
    void tree_edge(Edge e, const StateGraph& g) { into[target(e, g)] = e; }
    void discover_vertex(State s, const StateGraph&) {
      if (!pending[s].empty()) throw Found{s};
    }
    std::vector<std::optional<Edge>>& into;
    const std::vector<std::vector<Operation>>& pending;
  };
  try {
    breadth_first_search(graph, from, visitor(Visitor(into, pending)));
  } catch (const Found& found) {  // as Boost.Graph's documentation has it end a search early
    std::vector<Operation> way;
    for (State s = found.state; s != from; s = source(*into[s], graph))
      way.push_back(graph[*into[s]]);
    std::reverse(way.begin(), way.end());
    return way;
  }
  return {};
}

}  // namespace

std::vector<Trace> tour(const Bounds& bounds, const Exploration& explored, std::size_t most,
                        const Say& progress) {
  std::map<StateKey, State> number;
  std::vector<std::vector<Operation>> pending;
  for (State s = 0; s < num_vertices(explored.graph); ++s) {
    number[explored.graph[s]] = s;
    pending.push_back(requests(bounds, explored.graph[s], kWalkRevision));
    std::reverse(pending.back().begin(), pending.back().end());
  }
  std::vector<Trace> traces;
  for (bool done = false; !done;) {
    Walk walk(bounds);
    while (walk.trace.operations.size() < most && walk.may_create()) {
      auto& here = pending[number.at(walk.state)];
      if (!here.empty()) {
        const Operation op = here.back();
        here.pop_back();
        walk.take(op);
        continue;
      }
      if (progress)
        progress("the tour: " + std::to_string(traces.size()) + " traces, and " +
                 std::to_string(walk.trace.operations.size()) + " operations of the next");
      const auto way = way_to_nearest(explored.graph, number.at(walk.state), pending);
      done = way.empty();
      if (done) break;
      for (const Operation& op : way) walk.take(op);
    }
    // From the empty list there may be a way yet where this trace has run out of link names.
    if (!walk.trace.operations.empty()) traces.push_back(std::move(walk.trace));
  }
  return traces;
}

std::string dot_of(const Exploration& explored) {
  // Of parallel changes the simplest stands for all.
  std::map<std::pair<State, State>, std::pair<std::string, int>> simplest;
  const StateGraph& g = explored.graph;
  for (auto [e, end] = edges(g); e != end; ++e) {
    const std::string text = print(g[*e]);
    auto& [best, times] = simplest[{source(*e, g), target(*e, g)}];
    if (times++ == 0 || text.size() < best.size()) best = text;
  }
  StateGraph thin(num_vertices(g));
  std::map<std::pair<State, State>, std::string> label;
  for (const auto& [ends, text] : simplest) {
    if (ends.first == ends.second) continue;
    add_edge(ends.first, ends.second, thin);
    std::string short_text = text.first.substr(0, text.first.find(" d0/"));
    if (const auto rest = text.first.find("ingress "); rest != std::string::npos)
      short_text += text.first.substr(rest + 7);
    label[ends] = short_text + (text.second > 1 ? " +" + std::to_string(text.second - 1) : "");
  }
  std::ostringstream out;
  write_graphviz(
      out, thin,
      [&](std::ostream& o, State s) {
        o << "[shape=box, label=\"" << describe_state(g[s]) << "\"]";
      },
      [&](std::ostream& o, Edge e) {
        o << "[label=\"" << label[{source(e, thin), target(e, thin)}] << "\"]";
      });
  return out.str();
}

}  // namespace mprogcheck
