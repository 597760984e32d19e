// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/chain.hpp"

namespace mprogcheck::proofs {

using Prog = Terms::Prog;
using Link = Terms::Link;

Bool bounded(const SymbolicChain& c) {
  return Int(0) <= c.length && c.length <= c.slots;
}

Bool revision_is_valid(Dialect dialect, const SymbolicChain& c) {
  const Bool set = c.now != Revision(0);
  const std::uint64_t last = dialect->last_revision;
  return last == ~std::uint64_t{0} ? set : set && (c.now & last) == c.now;
}

Bool unique_at(const SymbolicChain& c, const Int& i) {
  return implies(c.holds(i), c.at(c.prog(i)) == i);
}

Bool links_agree_at(const SymbolicChain& c, const Int& i) {
  return implies(c.holds(i) && c.owner(i) != Terms::no_link(), c.prog_of(c.owner(i)) == c.prog(i));
}

Bool ends_at(Dialect dialect, const SymbolicChain& c, const Int& i) {
  const Bool first = c.is_first(i), last = c.is_last(i);
  if (!dialect->has_ends()) return implies(c.holds(i), !first && !last);
  return implies(c.holds(i), implies(first, i == Int(0)) && implies(last, i == c.length - 1));
}

namespace {

AnyChain unknown_chain(Dialect dialect) {
  AnyChain any_chain;
  SymbolicChain& c = any_chain.chain;
  c.length = any<Int>("length");
  c.slots = any<Int>("capacity");
  c.now = any<Revision>("revision");
  const z3::sort entity = Session::entity();
  const z3::func_decl prog_of = Session::z3().function("prog_of", entity, entity);
  c.prog_of = [=](const Link& l) { return Prog(prog_of(l.e)); };
  any_chain.axioms = {bounded(c), c.slots >= Int(1), revision_is_valid(dialect, c)};
  return any_chain;
}

}  // namespace

AnyChain endless(Dialect dialect) {
  AnyChain any_chain = unknown_chain(dialect);
  SymbolicChain& c = any_chain.chain;
  z3::context& z3 = Session::z3();
  const z3::sort entity = Session::entity();
  const z3::func_decl prog = z3.function("prog_at", entity, entity),
                      owner = z3.function("owner_at", entity, entity),
                      first = z3.function("first_at", entity, z3.bool_sort()),
                      last = z3.function("last_at", entity, z3.bool_sort()),
                      at = z3.function("index_of", entity, entity);
  c.prog = [=](const Int& i) { return Prog(prog(i.e)); };
  c.owner = [=](const Int& i) { return Link(owner(i.e)); };
  c.is_first = [=](const Int& i) { return Bool(first(i.e)); };
  c.is_last = [=](const Int& i) { return Bool(last(i.e)); };
  c.at = [=](const Prog& p) { return Int(at(p.e)); };

  const Int i = any<Int>("any_index");
  // Each axiom is used where its trigger occurs.
  const auto for_all = [&](const z3::expr& trigger, const Bool& body) {
    z3::expr_vector bound(z3);
    bound.push_back(i.e);
    const Z3_app app[] = {Z3_to_app(z3, i.e)};
    const Z3_ast on[] = {static_cast<Z3_ast>(trigger)};
    const Z3_pattern pattern = Z3_mk_pattern(z3, 1, on);
    const Z3_ast all = Z3_mk_forall_const(z3, 0, 1, app, 1, &pattern, body.e);
    z3.check_error();
    any_chain.axioms.emplace_back(z3::expr(z3, all));
  };
  for_all(prog(i.e), unique_at(c, i));
  for_all(owner(i.e), links_agree_at(c, i));
  for_all(first(i.e), ends_at(dialect, c, i));
  for_all(last(i.e), ends_at(dialect, c, i));
  return any_chain;
}

AnyChain written_out(Dialect dialect, int slots) {
  AnyChain any_chain = unknown_chain(dialect);
  SymbolicChain& c = any_chain.chain;
  std::vector<Prog> progs;
  std::vector<Link> owners;
  std::vector<Bool> firsts, lasts;
  for (int i = 0; i < slots; ++i) {
    const std::string n = std::to_string(i);
    progs.push_back(any<Prog>("prog_" + n));
    owners.push_back(any<Link>("owner_" + n));
    firsts.push_back(any<Bool>("first_" + n));
    lasts.push_back(any<Bool>("last_" + n));
  }
  const auto slot = [](const auto& all) {
    return [all](const Int& i) {
      auto result = all.back();
      for (int k = static_cast<int>(all.size()) - 2; k >= 0; --k)
        result = Terms::ite(i == Int(k), all[static_cast<std::size_t>(k)], result);
      return result;
    };
  };
  c.prog = slot(progs);
  c.owner = slot(owners);
  c.is_first = slot(firsts);
  c.is_last = slot(lasts);
  const z3::sort entity = Session::entity();
  const z3::func_decl at = Session::z3().function("index_of", entity, entity);
  c.at = [=](const Prog& p) { return Int(at(p.e)); };
  any_chain.axioms.push_back(c.slots <= Int(slots));
  for (int i = 0; i < slots; ++i) {
    any_chain.axioms.push_back(unique_at(c, i));
    any_chain.axioms.push_back(links_agree_at(c, i));
    any_chain.axioms.push_back(ends_at(dialect, c, i));
  }
  return any_chain;
}

namespace {

// Puts `entry` in front of what stands at k and behind.
template <class T>
std::function<T(const Int&)> with_gap(std::function<T(const Int&)> before, Int k, T entry) {
  return [=](const Int& i) {
    return Terms::ite(i < k, before(i), Terms::ite(i == k, entry, before(i - 1)));
  };
}
template <class T>
std::function<T(const Int&)> without(std::function<T(const Int&)> before, Int k) {
  return [=](const Int& i) { return Terms::ite(i < k, before(i), before(i + 1)); };
}
template <class T>
std::function<T(const Int&)> with(std::function<T(const Int&)> before, Int k, T entry) {
  return [=](const Int& i) { return Terms::ite(i == k, entry, before(i)); };
}
// A link that owns the entry has its program from now on.
std::function<Prog(const Link&)> owned(const SymbolicChain& c, const EntryTerms& entry) {
  return [before = c.prog_of, entry](const Link& l) {
    return Terms::ite(l == entry.owner, entry.prog, before(l));
  };
}

}  // namespace

SymbolicChain insert_at(const SymbolicChain& c, const Int& k, const EntryTerms& entry) {
  SymbolicChain after = c;
  after.length = c.length + 1;
  after.prog = with_gap(c.prog, k, entry.prog);
  after.owner = with_gap(c.owner, k, entry.owner);
  after.is_first = with_gap(c.is_first, k, entry.first);
  after.is_last = with_gap(c.is_last, k, entry.last);
  after.at = [before = c.at, k, in = entry.prog](const Prog& p) {
    const Int i = before(p);
    return Terms::ite(p == in, k, Terms::ite(i < k, i, i + 1));
  };
  after.prog_of = owned(c, entry);
  return after;
}

SymbolicChain replace_at(const SymbolicChain& c, const Int& k, const EntryTerms& entry) {
  SymbolicChain after = c;
  after.prog = with(c.prog, k, entry.prog);
  after.owner = with(c.owner, k, entry.owner);
  after.is_first = with(c.is_first, k, entry.first);
  after.is_last = with(c.is_last, k, entry.last);
  after.at = [before = c.at, k, in = entry.prog](const Prog& p) {
    return Terms::ite(p == in, k, before(p));
  };
  after.prog_of = owned(c, entry);
  return after;
}

SymbolicChain remove_at(const SymbolicChain& c, const Int& k) {
  SymbolicChain after = c;
  after.length = c.length - 1;
  after.prog = without(c.prog, k);
  after.owner = without(c.owner, k);
  after.is_first = without(c.is_first, k);
  after.is_last = without(c.is_last, k);
  after.at = [before = c.at, k](const Prog& p) {
    const Int i = before(p);
    return Terms::ite(i < k, i, i - 1);
  };
  return after;
}

}  // namespace mprogcheck::proofs
