// SPDX-License-Identifier: GPL-2.0-only
// The rules are not written for C++ bools: here they run over terms, and mean the same.
//
// A Term is a node of an expression; it converts to nothing. The chain answers with functions
// applied to terms, as a solver's would. Each table is instantiated once, and its guards are then
// evaluated under thousands of concrete lists and requests; they must agree with the Plain domain.
// Where a function is asked about a place that is not there the evaluator answers anything at all:
// nothing may hang on it.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "model/rules/common.hpp"
#include "model/rules/filter.hpp"
#include "model/rules/mainline.hpp"
#include "model/rules/packet.hpp"
#include "model/rules/rfc2_detach.hpp"
#include "model/world/chain.hpp"

namespace mprogcheck {
namespace {

using Value = std::int64_t;

// --- Terms
// -----------------------------------------------------------------------------------------------------

struct Node;
using NodeRef = std::shared_ptr<const Node>;

enum class Kind { constant, variable, apply };

// What is applied: a C++ function of the arguments, or a question to the chain.
enum class Ask { found, index, owner, is_first, is_last, size, capacity, revision };

struct Node {
  Kind kind{};
  Value value = 0;  // of a constant; the number of a variable
  std::function<Value(Value, Value, Value)> function;
  bool asks = false;
  Ask ask{};
  std::vector<NodeRef> arguments;
};

template <class Sort>
struct Term {
  NodeRef node;

  Term() = default;
  explicit Term(NodeRef n) : node(std::move(n)) {}
  Term(int constant)  // NOLINT: rules write `index + 1`
      requires std::same_as<Sort, struct IntSort>
      : node(std::make_shared<Node>(Node{
            .kind = Kind::constant, .value = constant, .function = {}, .arguments = {}})) {}
};
struct BoolSort;
struct IntSort;
struct ProgSort;
struct LinkSort;
struct RevisionSort;
using Bool = Term<BoolSort>;
using Int = Term<IntSort>;

static_assert(!std::is_convertible_v<Bool, bool> && !std::is_constructible_v<bool, Bool>);
static_assert(!std::is_convertible_v<Int, int>);

template <class Result, class Function, class... Terms>
Result apply(Function function, const Terms&... terms) {
  return Result(std::make_shared<Node>(
      Node{.kind = Kind::apply,
           .function = [function](Value a, Value b,
                                  Value c) { return static_cast<Value>(function(a, b, c)); },
           .arguments = {terms.node...}}));
}

Bool operator&&(const Bool& a, const Bool& b) {
  return apply<Bool>([](Value x, Value y, Value) { return x != 0 && y != 0; }, a, b);
}
Bool operator||(const Bool& a, const Bool& b) {
  return apply<Bool>([](Value x, Value y, Value) { return x != 0 || y != 0; }, a, b);
}
Bool operator!(const Bool& a) {
  return apply<Bool>([](Value x, Value, Value) { return x == 0; }, a);
}
template <class Sort>
Bool operator==(const Term<Sort>& a, const Term<Sort>& b) {
  return apply<Bool>([](Value x, Value y, Value) { return x == y; }, a, b);
}
template <class Sort>
Bool operator!=(const Term<Sort>& a, const Term<Sort>& b) {
  return apply<Bool>([](Value x, Value y, Value) { return x != y; }, a, b);
}
Bool operator<(const Int& a, const Int& b) {
  return apply<Bool>([](Value x, Value y, Value) { return x < y; }, a, b);
}
Bool operator>(const Int& a, const Int& b) {
  return b < a;
}
Bool operator>=(const Int& a, const Int& b) {
  return !(a < b);
}
Int operator+(const Int& a, const Int& b) {
  return apply<Int>([](Value x, Value y, Value) { return x + y; }, a, b);
}
Int operator-(const Int& a, const Int& b) {
  return apply<Int>([](Value x, Value y, Value) { return x - y; }, a, b);
}

struct Toy {
  using Bool = Term<BoolSort>;
  using Int = Term<IntSort>;
  using Prog = Term<ProgSort>;
  using Link = Term<LinkSort>;
  using Revision = Term<RevisionSort>;

  template <class T>
  static T ite(const Bool& c, const T& a, const T& b) {
    return apply<T>([](Value x, Value y, Value z) { return x != 0 ? y : z; }, c, a, b);
  }
};

template <class Result, class... Terms>
Result question(Ask ask, const Terms&... terms) {
  return Result(std::make_shared<Node>(Node{.kind = Kind::apply,
                                            .function = {},
                                            .asks = true,
                                            .ask = ask,
                                            .arguments = {terms.node...}}));
}

struct ToyChain {
  Place<Toy> find(const Toy::Prog& p) const {
    return {question<Bool>(Ask::found, p), question<Int>(Ask::index, p)};
  }
  Toy::Link owner(const Int& i) const { return question<Toy::Link>(Ask::owner, i); }
  Bool is_first(const Int& i) const { return question<Bool>(Ask::is_first, i); }
  Bool is_last(const Int& i) const { return question<Bool>(Ask::is_last, i); }
  Int size() const { return question<Int>(Ask::size); }
  Int capacity() const { return question<Int>(Ask::capacity); }
  Toy::Revision revision() const { return question<Toy::Revision>(Ask::revision); }
};

// --- Evaluation
// ------------------------------------------------------------------------------------------------

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  bool coin() { return below(2) == 1; }

 private:
  std::mt19937_64 engine_;
};

class Evaluator {
 public:
  Evaluator(const Chain& chain, std::vector<Value> variables, Dice& dice)
      : chain_(chain), variables_(std::move(variables)), dice_(dice) {}

  template <class Sort>
  Value operator()(const Term<Sort>& term) {
    return value(term.node);
  }
  Value operator()(int constant) { return constant; }

 private:
  Value value(const NodeRef& node) {
    if (node->kind == Kind::constant) return node->value;
    if (node->kind == Kind::variable) return variables_.at(static_cast<std::size_t>(node->value));
    if (const auto known = known_.find(node.get()); known != known_.end()) return known->second;
    Value a[3] = {};
    for (std::size_t i = 0; i < node->arguments.size(); ++i) a[i] = value(node->arguments[i]);
    const Value result = node->asks ? answer(node->ask, a[0]) : node->function(a[0], a[1], a[2]);
    return known_.emplace(node.get(), result).first->second;
  }

  Value answer(Ask ask, Value x) {
    const bool on_list = x >= 0 && x < chain_.size();
    const int i = static_cast<int>(x);
    const Place<Plain> place = chain_.find(Prog{static_cast<std::uint8_t>(x)});
    switch (ask) {
      case Ask::found:
        return place.exists;
      case Ask::index:
        return place.exists ? place.index : dice_.below(9) - 4;
      case Ask::owner:
        return on_list ? chain_.owner(i).raw : dice_.coin() ? kNoLink.raw : dice_.below(4);
      case Ask::is_first:
        return on_list ? chain_.is_first(i) : dice_.coin();
      case Ask::is_last:
        return on_list ? chain_.is_last(i) : dice_.coin();
      case Ask::size:
        return chain_.size();
      case Ask::capacity:
        return chain_.capacity();
      case Ask::revision:
        return static_cast<Value>(chain_.revision());
    }
    return 0;
  }

  const Chain& chain_;
  std::vector<Value> variables_;
  Dice& dice_;
  std::unordered_map<const Node*, Value> known_;
};

// --- Requests as variables
// -------------------------------------------------------------------------------------

template <template <class> class Facts>
Facts<Toy> as_variables() {
  Facts<Toy> facts{};
  Value next = 0;
  for_each_field(facts, [&](auto, auto, auto& field) {
    field.node = std::make_shared<Node>(
        Node{.kind = Kind::variable, .value = next++, .function = {}, .arguments = {}});
  });
  return facts;
}

Value as_value(bool x) {
  return x;
}
Value as_value(int x) {
  return x;
}
Value as_value(std::uint64_t x) {
  return static_cast<Value>(x);
}
Value as_value(Prog x) {
  return x.raw;
}
Value as_value(Link x) {
  return x.raw;
}

template <class Facts>
std::vector<Value> values_of(Facts facts) {
  std::vector<Value> values;
  for_each_field(facts, [&](auto, auto, auto& field) { values.push_back(as_value(field)); });
  return values;
}

void randomize(bool& x, Dice& dice) {
  x = dice.below(3) == 0;
}
void randomize(int& x, Dice& dice) {
  x = dice.below(4);
}
void randomize(std::uint64_t& x, Dice& dice) {
  x = static_cast<std::uint64_t>(dice.below(3));
}
void randomize(Prog& x, Dice& dice) {
  x = Prog{static_cast<std::uint8_t>(dice.below(6))};
}
void randomize(Link& x, Dice& dice) {
  x = dice.coin() ? kNoLink : Link{static_cast<std::uint8_t>(dice.below(3))};
}

// At most one of the four holds of an object, as domain.hpp says.
void tidy(Object<Plain>& o, Dice& dice) {
  o.none = o.missing = o.wrong_kind = o.wrong_type = false;
  bool* const wrong[] = {&o.none, &o.none, &o.missing, &o.wrong_kind, &o.wrong_type};
  if (dice.coin()) *wrong[dice.below(5)] = true;
}

template <class Facts>
Facts any_facts(Dice& dice) {
  Facts facts{};
  for_each_field(facts, [&](auto, auto, auto& field) { randomize(field, dice); });
  Request<Plain>* r;
  if constexpr (std::same_as<Facts, Request<Plain>>)
    r = &facts;
  else
    r = &facts.r;
  for (Object<Plain>* o : {&r->prog, &r->relative, &r->old, &r->link}) tidy(*o, dice);
  r->hook_known = r->device_known = true;
  r->privileged = dice.below(8) != 0;
  r->dirty_tail = dice.below(12) == 0;
  if (dice.below(8) == 0) (dice.coin() ? r->hook_known : r->device_known) = false;
  return facts;
}

Chain any_chain(Dice& dice) {
  Chain chain;
  const int capacity = 1 + dice.below(4);
  chain.reset(static_cast<std::uint8_t>(capacity), static_cast<std::uint64_t>(dice.below(3)));
  for (int i = 0, size = dice.below(capacity + 1); i < size; ++i) {
    Entry e;
    do randomize(e.prog, dice);
    while (chain.find(e.prog).exists);
    randomize(e.link, dice);
    chain.insert(i, e);
  }
  // Well formed: FIRST at the head, LAST at the tail, if anywhere.
  const auto mark = [&](int i, std::uint8_t with) {
    Entry e = chain.at(i);
    e.flags |= with;
    chain.replace(i, e);
  };
  if (chain.size() != 0 && dice.coin()) mark(0, flag::first);
  if (chain.size() != 0 && dice.coin()) mark(chain.size() - 1, flag::last);
  return chain;
}

// --- Agreement
// -------------------------------------------------------------------------------------------------

struct Row {
  Bool guard;
  std::function<Value(Evaluator&)> index;
};

template <class Table, class Facts>
std::vector<Row> rows_over(const Table& table, const Facts& facts) {
  std::vector<Row> rows;
  table.each([&](const auto& rule, auto) {
    const auto index = rule.index(facts);
    rows.push_back({rule.guard(facts), [index](Evaluator& evaluate) { return evaluate(index); }});
  });
  return rows;
}

constexpr int kAssignments = 3 * 4000;

// Every guard has the same value in both domains; where an effect decides, so has its index.
template <class Table, class Facts>
void expect_agreement(const Table& table, const std::vector<Row>& rows, const Facts& plain,
                      Evaluator& evaluate, std::vector<int>& held) {
  std::uint64_t due = 0;
  table.each([&](const auto& rule, auto i) {
    const bool expect = rule.guard(plain);
    ASSERT_EQ(evaluate(rows[i].guard) != 0, expect) << rule.clause.id;
    held[i] += expect;
    if (rule.clause.force == Force::due) due |= std::uint64_t{expect} << i;
    const bool decides = rule.clause.force == Force::effect && expect && due == 0;
    if (!decides) return;
    ASSERT_EQ(rows[i].index(evaluate), Value{rule.index(plain)}) << rule.clause.id;
  });
}

// Facts worked out from a request and a chain, in either domain by the same template.
template <template <class> class Facts, class Table>
void check_on_chains(const Table& table) {
  const auto rows = rows_over(table, Facts<Toy>::of(ToyChain{}, as_variables<Request>()));
  std::vector<int> held(rows.size());
  Dice dice(1);
  for (int i = 0; i < kAssignments && !testing::Test::HasFatalFailure(); ++i) {
    const Chain chain = any_chain(dice);
    const auto request = any_facts<Request<Plain>>(dice);
    Evaluator evaluate(chain, values_of(request), dice);
    expect_agreement(table, rows, Facts<Plain>::of(chain, request), evaluate, held);
  }
  table.each([&](const auto& rule, auto i) { EXPECT_GT(held[i], 0) << rule.clause.id; });
}

// Facts that are themselves the variables.
template <template <class> class Facts, class Table>
void check_on_facts(const Table& table) {
  const auto rows = rows_over(table, as_variables<Facts>());
  std::vector<int> held(rows.size());
  Dice dice(2);
  const Chain none;
  for (int i = 0; i < kAssignments && !testing::Test::HasFatalFailure(); ++i) {
    const auto facts = any_facts<Facts<Plain>>(dice);
    Evaluator evaluate(none, values_of(facts), dice);
    expect_agreement(table, rows, facts, evaluate, held);
  }
  table.each([&](const auto& rule, auto i) { EXPECT_GT(held[i], 0) << rule.clause.id; });
}

TEST(Symbolic, MainlineAttachMeansTheSameOverTerms) {
  check_on_chains<rules::mainline::InsertFacts>(rules::mainline::attach);
}
TEST(Symbolic, MainlineLinkCreateMeansTheSameOverTerms) {
  check_on_chains<rules::mainline::InsertFacts>(rules::mainline::link_create);
}
TEST(Symbolic, MainlineDetachMeansTheSameOverTerms) {
  check_on_chains<rules::mainline::RemoveFacts>(rules::mainline::detach);
}
TEST(Symbolic, Rfc2AttachMeansTheSameOverTerms) {
  check_on_chains<rules::rfc2::InsertFacts>(rules::rfc2::attach);
}
TEST(Symbolic, Rfc2LinkCreateMeansTheSameOverTerms) {
  check_on_chains<rules::rfc2::InsertFacts>(rules::rfc2::link_create);
}
TEST(Symbolic, Rfc2DetachMeansTheSameOverTerms) {
  check_on_chains<rules::rfc2::RemoveFacts>(rules::rfc2::detach);
}

TEST(Symbolic, QueryMeansTheSameOverTerms) {
  check_on_chains<rules::QueryFacts>(rules::query);
}
TEST(Symbolic, LinkUpdateMeansTheSameOverTerms) {
  check_on_facts<rules::LinkFacts>(rules::link_update);
}
TEST(Symbolic, LinkDetachMeansTheSameOverTerms) {
  check_on_facts<rules::LinkFacts>(rules::link_detach);
}
TEST(Symbolic, CloseMeansTheSameOverTerms) {
  check_on_facts<rules::LinkFacts>(rules::close);
}
TEST(Symbolic, RemoveMeansTheSameOverTerms) {
  check_on_facts<rules::LinkFacts>(rules::remove);
}
TEST(Symbolic, InfoMeansTheSameOverTerms) {
  check_on_facts<rules::LinkFacts>(rules::info);
  check_on_facts<rules::LinkFacts>(rules::fdinfo);
}
TEST(Symbolic, QdiscMeansTheSameOverTerms) {
  check_on_facts<rules::LinkFacts>(rules::qdisc);
}
TEST(Symbolic, FiltersMeanTheSameOverTerms) {
  check_on_facts<rules::FilterFacts>(rules::filter);
  check_on_facts<rules::FilterFacts>(rules::filter_link);
  check_on_facts<rules::FilterFacts>(rules::chain);
}
TEST(Symbolic, PacketMeansTheSameOverTerms) {
  check_on_chains<rules::PacketFacts>(rules::packet);
}

}  // namespace
}  // namespace mprogcheck
