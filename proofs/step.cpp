// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/step.hpp"

#include "model/words/forms.hpp"
#include "proofs/dialects.hpp"

namespace mprogcheck::proofs {

namespace {

// Programs and links are numbers from 0 on; -1 is no link.
template <class T>
Bool is_name(const T& t) {
  return Int(t.e) >= Int(0);
}

// What a field holds that says nothing.
Bool nothing(const Bool&) {
  return Bool(false);
}
Revision nothing(const Revision&) {
  return Revision(0);
}
Terms::Link nothing(const Terms::Link&) {
  return Terms::no_link();
}
template <class T>
T nothing(const T&) {
  return T(0);
}

}  // namespace

Request<Terms> any_request() {
  Request<Terms> r;
  for_each_field(r, [](std::string_view object, std::string_view name, auto& field) {
    const std::string prefix = object.empty() ? "" : std::string(object) + "_";
    field = any<std::remove_reference_t<decltype(field)>>(prefix + std::string(name));
  });
  return r;
}

Request<Terms> bare_request() {
  Request<Terms> r;
  for_each_field(r, [](auto, auto, auto& field) { field = nothing(field); });
  r.hook_known = r.device_known = r.privileged = Bool(true);
  for (Object<Terms>* o : {&r.prog, &r.relative, &r.old, &r.link}) o->none = Bool(true);
  return r;
}

namespace {

// What is not about the list: the caller, the bytes of the attribute, the qdisc beside.
void around_the_call(Verb verb, const Request<Terms>& r, std::vector<Bool>& known) {
  const bool of_list = has_trait(verb, Trait::list), of_device = has_trait(verb, Trait::of_device);
  const bool removes = has_trait(verb, Trait::lifetime);
  const bool queries = takes<&Operation::room>(verb);
  const bool has_gap = queries || has_trait(verb, Trait::makes_link);
  if (!has_trait(verb, Trait::bpf))
    known.push_back(r.privileged && !r.long_attribute && !r.dirty_tail);
  known.push_back(has_gap ? !(r.dirty_tail && r.dirty_gap) : !r.dirty_gap);
  if (removes)
    known.push_back(implies(r.whole_namespace || r.paired, r.device_known) &&
                    !(r.whole_namespace && r.paired));
  else
    known.push_back(!r.whole_namespace && !r.paired);
  // A device is wrong in one way at most, and only where there is one and a hook is asked for.
  const Bool wrong = r.not_netkit || r.not_primary || r.single_device;
  known.push_back(of_list || queries ? implies(wrong, r.device_known && r.hook_known) : !wrong);
  known.push_back(!(r.not_netkit && r.not_primary) && !(r.not_netkit && r.single_device) &&
                  !(r.not_primary && r.single_device));
  if (removes)
    known.push_back(implies(r.has_filters, r.device_known && !r.whole_namespace && !r.paired));
  else if (of_device)
    known.push_back(implies(r.has_filters, r.has_qdisc));
  else
    known.push_back(!r.has_filters);
  if (!of_device || removes) {
    known.push_back(!r.has_qdisc && !r.other_qdisc && !r.adds && !r.removes);
  } else {
    known.push_back(!(r.adds && r.removes));
    known.push_back(implies(r.has_qdisc, r.device_known));
    known.push_back(implies(r.other_qdisc, r.has_qdisc));
    known.push_back(implies(r.removes && r.has_qdisc, r.other_qdisc));
  }
}

}  // namespace

std::vector<Bool> well_formed(Dialect dialect, Verb verb, const SymbolicChain& c,
                              const Request<Terms>& r) {
  std::vector<Bool> known;
  for (const Object<Terms>* o : {&r.prog, &r.relative, &r.old, &r.link}) {
    known.push_back(!(o->none && (o->missing || o->wrong_kind || o->wrong_type)));
    known.push_back(!(o->missing && (o->wrong_kind || o->wrong_type)));
    known.push_back(!(o->wrong_kind && o->wrong_type));
    known.push_back(is_name(o->prog));
  }
  // A link is known by the program it has.
  const auto is_link = [&](const Object<Terms>& o) {
    return is_name(o.link) && c.prog_of(o.link) == o.prog;
  };
  known.push_back(implies(r.by_link && r.relative.usable(), is_link(r.relative)));
  known.push_back(implies(r.link.usable(), is_link(r.link)));
  const Place<Terms> entry = c.find(r.link.prog);
  known.push_back(r.link_attached ==
                  (r.link.usable() && entry.exists && c.owner(entry.index) == r.link.link));
  known.push_back(implies(r.owns_filter, r.of_filter));
  known.push_back(implies(r.of_filter, r.link.usable() && !r.link_attached));
  known.push_back(r.expects == (r.expected != Revision(0)));
  if (!dialect->has_ends()) known.push_back(!r.first && !r.last);
  if (const std::uint64_t last = dialect->last_revision; last != ~std::uint64_t{0})
    known.push_back((r.expected & last) == r.expected);

  const bool of_list = has_trait(verb, Trait::list), inserts = has_trait(verb, Trait::inserts);
  const bool detaches = of_list && !inserts;
  const bool tells = has_trait(verb, Trait::tells_link);
  const bool of_link = has_trait(verb, Trait::changes_link) || tells;
  const bool takes_old = takes<&Operation::old>(verb), takes_prog = takes<&Operation::prog>(verb);
  const bool closes = of_link && !takes<&Operation::link>(verb);
  around_the_call(verb, r, known);
  if (has_trait(verb, Trait::makes_link)) {
    // The link is new, and has the program from the start.
    known.push_back(is_name(r.owner));
    known.push_back(c.prog_of(r.owner) == r.prog.prog);
    known.push_back(!(r.by_link && r.relative.usable() && r.relative.link == r.owner));
    const Place<Terms> there = c.find(r.prog.prog);
    known.push_back(!(there.exists && c.owner(there.index) == r.owner));
  } else {
    known.push_back(r.owner == Terms::no_link());
  }
  if (!takes_old || (of_list && !dialect->has_old)) known.push_back(r.old.none);
  // Looked up whatever their type (model/world/world.cpp).
  if (!inserts || !takes_old) known.push_back(!r.old.wrong_type);
  if (detaches) known.push_back(implies(r.prog.none, !r.relative.wrong_type));
  if (!of_link) known.push_back(r.link.none);
  // With nobody named a program of any type will do.
  if (detaches) known.push_back(implies(r.prog.none && r.relative.wrong_type, r.by_link));
  if (of_link) {
    known.push_back(r.relative.none);
    known.push_back(!r.before && !r.after && !r.first && !r.last && !r.id && !r.by_link);
  }
  if (of_link && !takes_old) known.push_back(!r.replace);
  if (of_link && !takes_prog) known.push_back(r.prog.none);
  if (tells) known.push_back(!r.other_flags);
  if (tells && has_trait(verb, Trait::own_descriptor))
    known.push_back(!r.link.none && !r.link.wrong_kind);
  if (closes) {
    known.push_back(r.prog.none != r.link.none);
    known.push_back(!r.prog.wrong_kind && !r.prog.wrong_type);
    known.push_back(!r.link.wrong_kind && !r.link.wrong_type);
  }
  if (of_link && !closes)
    known.push_back(!r.link.wrong_type);  // another type's link is another kind here
  if (inserts) known.push_back(!r.link_attached);
  const bool queries = takes<&Operation::room>(verb), sends = has_trait(verb, Trait::packet);
  const bool of_device = has_trait(verb, Trait::of_device);
  if (!of_list && !of_link) {
    known.push_back(r.prog.none && r.relative.none && r.old.none && r.link.none);
    known.push_back(!r.replace && !r.before && !r.after && !r.first && !r.last && !r.id);
    known.push_back(!r.by_link && !r.expects);
  }
  if (sends || of_device) known.push_back(!r.other_flags);
  if (of_device) known.push_back(r.hook_known);
  if (queries)
    known.push_back(Int(0) <= r.room && implies(r.prog_ids, r.arrays));
  else
    known.push_back(!r.arrays && !r.prog_ids && !r.fault && r.room == Int(0));
  for (const Voice<Terms>& v : r.says)
    known.push_back(sends ? is_name(v.prog) && implies(v.drops, v.ends) : !v.ends);
  known.push_back(!(r.says[0].ends && r.says[1].ends && r.says[0].prog == r.says[1].prog));
  return known;
}

Step::Step(Dialect d, Verb v, const AnyChain& from, const Break& broken)
    : Step(d, v, from.chain, any_request(), broken) {
  axioms = from.axioms;
  for (const Bool& b : well_formed(dialect, verb, before, request)) axioms.push_back(b);
}

Step::Step(Dialect d, Verb v, SymbolicChain from, Request<Terms> r, const Break& broken)
    : dialect(d),
      verb(v),
      before(std::move(from)),
      request(std::move(r)),
      rows(rows_of(dialect, verb, before, request)),
      broken_(broken) {
  if (is_broken()) break_rows(broken_, rows);
}

Step Step::then(std::size_t i, Verb next, Request<Terms> r) const {
  return {dialect, next, after(i), std::move(r), broken_};
}

Step Step::with(Request<Terms> r) const {
  return {dialect, verb, before, std::move(r), broken_};
}

Bool Step::refused() const {
  Bool any_due(false);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (refuses(i)) any_due = any_due || rows[i].guard;
  return any_due;
}

Bool Step::decides(std::size_t i) const {
  if (permits(i)) return Bool(false);
  Bool first = rows[i].guard;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    // An effect decides only where no error is due, wherever it stands.
    const bool ahead = refuses(i) ? refuses(k) && k < i : refuses(k) || (k < i && !permits(k));
    if (ahead) first = first && !rows[k].guard;
  }
  return first;
}

Revision Step::revision_after(const SymbolicChain& after) const {
  using Kind = Break::Kind;
  if (!is_broken()) return rules::next_revision<Terms>(dialect, before.now);
  if (broken_.kind == Kind::keeps_revision) return before.now;
  if (broken_.kind == Kind::revision_wraps) return before.now + 1;
  const Revision next = rules::next_revision<Terms>(dialect, before.now);
  if (broken_.kind != Kind::restarts) return next;
  return Terms::ite(after.length == Int(0), Revision(1), next);
}

SymbolicChain Step::after(std::size_t i) const {
  const Int& k = rows[i].index;
  SymbolicChain result = before;
  switch (rows[i].clause.change) {
    case Change::none:
      return result;
    case Change::insert:
      result =
          insert_at(before, k, {request.prog.prog, request.owner, request.first, request.last});
      break;
    case Change::replace:
      result = replaced(k);
      break;
    case Change::remove:
      result = breaks(Break::Kind::swaps_last) ? swapped_out(k) : remove_at(before, k);
      break;
  }
  if (breaks(Break::Kind::drops_ends))
    result.is_first = result.is_last = [](const Int&) { return Bool(false); };
  result.now = revision_after(result);
  return result;
}

SymbolicChain Step::replaced(const Int& k) const {
  const Terms::Link owner = before.owner(k);
  const Bool owned = owner != Terms::no_link();
  const auto end = [&](const Bool& was, const Bool& asked) {
    return breaks(Break::Kind::keeps_ends) ? was
                                           : rules::end_after_replace<Terms>(owned, was, asked);
  };
  const EntryTerms entry{request.prog.prog, owner, end(before.is_first(k), request.first),
                         end(before.is_last(k), request.last)};
  if (breaks(Break::Kind::moves)) return insert_at(remove_at(before, k), before.length - 1, entry);
  SymbolicChain result = replace_at(before, k, entry);
  if (breaks(Break::Kind::forgets_link)) result.prog_of = before.prog_of;
  return result;
}

SymbolicChain Step::swapped_out(const Int& k) const {
  const Int last = before.length - 1;
  SymbolicChain result = replace_at(
      before, k,
      {before.prog(last), before.owner(last), before.is_first(last), before.is_last(last)});
  result.length = last;
  return result;
}

}  // namespace mprogcheck::proofs
