// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/asks.hpp"

#include "model/words/forms.hpp"

namespace mprogcheck::proofs::asks {
namespace {

// visit(rule, list afterwards) for each rule that changes the list.
template <class Visit>
void each_change(const Step& s, Visit&& visit) {
  for (std::size_t i = 0; i < s.rows.size(); ++i)
    if (s.changes(i) && !s.refuses(i)) visit(i, s.after(i));
}

bool is(const Step& s, std::size_t i, Change change) {
  return s.rows[i].clause.change == change;
}

void ask(Queries& q, const Step& s, std::size_t i, const Bool& assume, const Bool& goal) {
  q.push_back({std::string(s.rows[i].clause.id), s.decides(i) && assume, goal});
}
void ask(Queries& q, const Step& s, std::size_t i, const Bool& goal) {
  ask(q, s, i, Bool(true), goal);
}

// An index on the list, whichever.
Int some_index() {
  return any<Int>("j");
}

Bool is_bare(const Step& s) {
  return rules::mainline::is_bare<Terms>(s.request);
}
// The object that REPLACE names.
const Object<Terms>& replaced_by(const Step& s) {
  return s.dialect->has_old ? s.request.old : s.request.relative;
}
Int anchor(const Step& s) {
  return s.before.at(s.request.relative.prog);
}

// Entry j is one that the change is not about.
Bool survives(const Step& s, std::size_t i, const Int& j) {
  if (is(s, i, Change::insert)) return s.before.holds(j);
  return s.before.holds(j) && j != s.rows[i].index;
}

Bool same_entry(const SymbolicChain& a, const Int& i, const SymbolicChain& b, const Int& j) {
  return a.prog(i) == b.prog(j) && a.owner(i) == b.owner(j) && a.is_first(i) == b.is_first(j) &&
         a.is_last(i) == b.is_last(j);
}

}  // namespace

// --- What a list keeps

void unique(const Step& s, Queries& q) {
  each_change(s, [&](auto i, const auto& after) { ask(q, s, i, unique_at(after, some_index())); });
}
void in_capacity(const Step& s, Queries& q) {
  each_change(s, [&](auto i, const auto& after) { ask(q, s, i, bounded(after)); });
}
void no_hole(const Step& s, Queries& q) {
  each_change(s, [&](auto i, const auto&) {
    const Int& k = s.rows[i].index;
    const Int end = is(s, i, Change::insert) ? s.before.length + 1 : s.before.length;
    ask(q, s, i, Int(0) <= k && k < end);
  });
}
void ends(const Step& s, Queries& q) {
  each_change(
      s, [&](auto i, const auto& after) { ask(q, s, i, ends_at(s.dialect, after, some_index())); });
}
void ends_for_life(const Step& s, Queries& q) {
  const Int j = some_index();
  each_change(s, [&](auto i, const auto& after) {
    const Int now = after.at(s.before.prog(j));
    ask(q, s, i, survives(s, i, j),
        after.is_first(now) == s.before.is_first(j) && after.is_last(now) == s.before.is_last(j));
    const Int& k = s.rows[i].index;
    if (has_trait(s.verb, Trait::changes_link) && is(s, i, Change::replace))
      ask(q, s, i,
          after.is_first(k) == s.before.is_first(k) && after.is_last(k) == s.before.is_last(k));
  });
}
void links_agree(const Step& s, Queries& q) {
  each_change(
      s, [&](auto i, const auto& after) { ask(q, s, i, links_agree_at(after, some_index())); });
}

// --- The order

void before_is_adjacent(const Step& s, Queries& q) {
  each_change(s, [&](auto i, const auto& after) {
    const Int& k = s.rows[i].index;
    if (is(s, i, Change::insert))
      ask(q, s, i, s.request.before && !is_bare(s),
          after.prog(k) == s.request.prog.prog && after.holds(k + 1) &&
              after.prog(k + 1) == s.request.relative.prog);
  });
}
void after_is_adjacent(const Step& s, Queries& q) {
  each_change(s, [&](auto i, const auto& after) {
    const Int& k = s.rows[i].index;
    if (is(s, i, Change::insert))
      ask(q, s, i, s.request.after && !is_bare(s),
          after.prog(k) == s.request.prog.prog && after.holds(k - 1) &&
              after.prog(k - 1) == s.request.relative.prog);
  });
}
void nothing_prepends(const Step& s, Queries& q) {
  const Int j = some_index();
  each_change(s, [&](auto i, const auto&) {
    if (is(s, i, Change::insert))
      ask(q, s, i, s.request.before && is_bare(s),
          implies(s.before.holds(j) && j < s.rows[i].index, s.before.is_first(j)));
  });
}
void nothing_appends(const Step& s, Queries& q) {
  const Int j = some_index();
  each_change(s, [&](auto i, const auto&) {
    if (is(s, i, Change::insert))
      ask(q, s, i, !s.request.before && is_bare(s) && !s.request.first,
          implies(s.before.holds(j) && j >= s.rows[i].index, s.before.is_last(j)));
  });
}
void order_survives(const Step& s, Queries& q) {
  const Int a = any<Int>("a"), b = any<Int>("b");
  each_change(s, [&](auto i, const auto& after) {
    const Int now_a = after.at(s.before.prog(a)), now_b = after.at(s.before.prog(b));
    ask(q, s, i, survives(s, i, a) && survives(s, i, b) && a < b,
        after.holds(now_a) && after.holds(now_b) && now_a < now_b &&
            after.prog(now_a) == s.before.prog(a) && after.prog(now_b) == s.before.prog(b));
  });
}
void replace_stays(const Step& s, Queries& q) {
  const Int j = some_index();
  const Request<Terms>& r = s.request;
  const Object<Terms>& old = has_trait(s.verb, Trait::changes_link) ? r.link : replaced_by(s);
  each_change(s, [&](auto i, const auto& after) {
    if (!is(s, i, Change::replace)) return;
    const Int& k = s.rows[i].index;
    ask(q, s, i,
        after.length == s.before.length && s.before.prog(k) == old.prog &&
            after.prog(k) == r.prog.prog && after.owner(k) == s.before.owner(k) &&
            implies(survives(s, i, j), same_entry(after, j, s.before, j)));
  });
}
// Each directive of the request, if given, holds of the place the change is at.
void directives_agree(const Step& s, Queries& q) {
  const Request<Terms>& r = s.request;
  const Object<Terms>& old = replaced_by(s);
  each_change(s, [&](auto i, const auto&) {
    const Int& k = s.rows[i].index;
    const bool inserts = is(s, i, Change::insert);
    const Int in_front = inserts ? anchor(s) : anchor(s) - 1;
    const Int tail = inserts ? s.before.length : s.before.length - 1;
    // With BEFORE and AFTER of an object rfc2 removes the one before.
    const Bool one_side(is(s, i, Change::remove) && s.dialect->has_ends());
    Bool all = implies(r.before && !is_bare(s), k == in_front) &&
               implies(r.after && !is_bare(s) && !(one_side && r.before), k == anchor(s) + 1) &&
               implies(r.first, k == Int(0)) && implies(r.last, k == tail);
    if (is(s, i, Change::replace)) all = all && implies(r.replace, s.before.prog(k) == old.prog);
    if (is(s, i, Change::remove))
      all = all && implies(r.prog.usable(), s.before.prog(k) == r.prog.prog);
    ask(q, s, i, all);
  });
}

// --- Detach

void exactly_one_goes(const Step& s, Queries& q) {
  const Int j = some_index();
  const Request<Terms>& r = s.request;
  each_change(s, [&](auto i, const auto& after) {
    const Int& k = s.rows[i].index;
    const Int now = after.at(s.before.prog(j));
    Bool meant = s.before.prog(k) == r.link.prog && s.before.owner(k) == r.link.link;
    if (has_trait(s.verb, Trait::list)) {
      const Bool named = r.prog.usable(), bare = is_bare(s);
      const Bool chosen = named || r.first || r.last;
      const Int last = s.before.length - 1;
      // Of BEFORE and AFTER together rfc2 looks at AFTER of nothing, and at BEFORE of an object.
      const Bool one_side(s.dialect->has_ends());
      meant = implies(named, s.before.prog(k) == r.prog.prog) &&
              implies(!chosen && bare && r.before && !(one_side && r.after),
                      implies(s.before.holds(j) && j < k, s.before.is_first(j)) &&
                          !s.before.is_first(k)) &&
              implies(!chosen && bare && (!r.before || (one_side && r.after)),
                      implies(s.before.holds(j) && j > k, s.before.is_last(j)) &&
                          !s.before.is_last(k)) &&
              implies(!chosen && !bare && r.before, k == anchor(s) - 1) &&
              implies(!chosen && !bare && r.after && !(one_side && r.before), k == anchor(s) + 1) &&
              implies(r.first, k == Int(0)) && implies(r.last, k == last);
    }
    ask(q, s, i,
        meant && after.length == s.before.length - 1 && !after.find(s.before.prog(k)).exists &&
            implies(survives(s, i, j), after.holds(now) && same_entry(after, now, s.before, j)));
  });
}
void link_owned_is_safe(const Step& s, Queries& q) {
  const bool of_link = has_trait(s.verb, Trait::changes_link);
  each_change(s, [&](auto i, const auto&) {
    if (is(s, i, Change::insert)) return;
    const Terms::Link owner = s.before.owner(s.rows[i].index);
    ask(q, s, i, owner == (of_link ? s.request.link.link : Terms::no_link()));
  });
}
void detach_undoes_attach(const Step& s, Queries& q) {
  const Int j = some_index();
  each_change(s, [&](auto i, const auto& after) {
    if (!is(s, i, Change::insert)) return;
    Request<Terms> r = bare_request();
    r.prog = s.request.prog;
    const Step back = s.then(i, Verb::detach, r);
    Bool undone(false);
    for (std::size_t k = 0; k < back.rows.size(); ++k) {
      if (!back.changes(k) || back.refuses(k)) continue;
      const SymbolicChain then = back.after(k);
      undone = undone || (back.decides(k) && then.length == s.before.length &&
                          implies(s.before.holds(j), same_entry(then, j, s.before, j)));
    }
    ask(q, s, i, after.length == s.before.length + 1 && undone);
  });
}

// --- Outcomes

void exactly_one_decides(const Step& s, Queries& q) {
  Bool some(false), two(false);
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (s.refuses(i) || s.permits(i)) continue;
    two = two || (some && s.rows[i].guard);
    some = some || s.rows[i].guard;
  }
  q.push_back({"an error, or one effect", Bool(true), s.refused() || (some && !two)});
}
void refused_changes_nothing(const Step& s, Queries& q) {
  const Int j = some_index();
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (!s.refuses(i)) continue;
    const SymbolicChain after = s.after(i);
    ask(q, s, i,
        after.length == s.before.length && after.now == s.before.now &&
            same_entry(after, j, s.before, j));
  }
}
void revision_moves(const Step& s, Queries& q) {
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (s.refuses(i) || s.permits(i)) continue;
    const SymbolicChain after = s.after(i);
    const Bool moved = after.now != s.before.now;
    ask(q, s, i, revision_is_valid(s.dialect, after) && (s.changes(i) ? moved : !moved));
  }
}
// Not before every other revision has been: a request's revision that matches is the same list's.
void revision_comes_back_last(const Step& s, Queries& q) {
  const Revision most(s.dialect->last_revision);
  each_change(s, [&](auto i, const auto& after) {
    ask(q, s, i,
        after.now == Terms::ite(s.before.now == most, Revision(1), Revision(s.before.now + 1)));
  });
}
void stale_exactly(const Step& s, Queries& q) {
  const Bool differs = s.request.expects && s.request.expected != s.before.now;
  q.push_back({"refused where they differ", differs, s.refused()});
  for (std::size_t i = 0; i < s.rows.size(); ++i)
    if (s.rows[i].clause.error == Errno::stale) ask(q, s, i, differs);
}
void absent_anchor_is_refused(const Step& s, Queries& q) {
  const Request<Terms>& r = s.request;
  q.push_back(
      {"", r.relative.usable() && !s.before.find(r.relative.prog).exists && (r.before || r.after),
       s.refused()});
}
void other_types_stay_out(const Step& s, Queries& q) {
  q.push_back({"", s.request.prog.wrong_type, s.refused()});
}
void orphans_change_nothing(const Step& s, Queries& q) {
  for (std::size_t i = 0; i < s.rows.size(); ++i)
    if (s.changes(i) && !s.refuses(i)) ask(q, s, i, s.request.link_attached);
}
// When FIRST and LAST leave no place at all.
void locked_out_exactly(const Step& s, Queries& q) {
  const SymbolicChain& c = s.before;
  Bool locked(false);
  if (s.dialect->has_ends()) locked = c.length == Int(1) && c.is_first(Int(0)) && c.is_last(Int(0));
  const Bool has_place = c.length != c.slots;
  Request<Terms> r = bare_request();
  r.prog = s.request.prog;
  r.owner = s.request.owner;
  // The same rules, and the same slip, on the simplest request.
  const Step simplest = s.with(r);
  q.push_back({"a request without flags is refused only there",
               has_place && r.prog.usable() && !c.find(r.prog.prog).exists && !locked,
               !simplest.refused()});
  if (s.dialect->has_ends())
    each_change(s, [&](auto i, const auto&) {
      if (is(s, i, Change::insert)) ask(q, s, i, !locked);
    });
}

// --- What is asked of a list

void runs_in_order(const Step& s, Queries& q) {
  const SymbolicChain& c = s.before;
  const Int j = some_index();
  const auto says = [&](const Int& i, const auto& what) {
    Bool some(false);
    for (const Voice<Terms>& v : s.request.says)
      some = some || (v.ends && what(v) && v.prog == c.prog(i));
    return some;
  };
  const auto ends = [&](const Int& i) { return says(i, [](const auto&) { return Bool(true); }); };
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (s.refuses(i)) continue;
    const Int& ran = s.rows[i].index;
    const Int last = ran - 1;
    const Bool lost(s.rows[i].clause.id == "packet.drop");
    const Bool to_the_end = ran == c.length && !ends(j);
    const Bool ended = Int(1) <= ran && ran <= c.length && implies(j < last, !ends(j)) &&
                       says(last, [&](const auto& v) { return v.drops == lost; });
    ask(q, s, i, c.holds(j), s.rows[i].clause.id == "packet.next" ? to_the_end : ended);
  }
}
// What may be refused is what says the place twice over, or is no ordinary call.
void may_refuse_only(const Step& s, Queries& q) {
  const Request<Terms>& r = s.request;
  const Bool twice = (r.prog.usable() && (r.before || r.after)) || (r.before && r.after);
  const Bool odd = !r.privileged || r.long_attribute || r.dirty_gap;
  for (std::size_t i = 0; i < s.rows.size(); ++i)
    if (s.permits(i))
      q.push_back({std::string(s.rows[i].clause.id), s.rows[i].guard && !s.refused(),
                   odd || (Bool(s.verb == Verb::link_create) && r.other_flags) || twice});
}
// Of what is not the caller's own nothing is told and nothing goes.
void stranger_is_kept_out(const Step& s, Queries& q) {
  const Request<Terms>& r = s.request;
  for (std::size_t i = 0; i < s.rows.size(); ++i)
    if (s.rows[i].clause.force == Force::effect)
      ask(q, s, i,
          r.privileged || (has_trait(s.verb, Trait::list) ? r.prog.usable() : Bool(false)));
}
void nothing_unread(const Step& s, Queries& q) {
  for (std::size_t i = 0; i < s.rows.size(); ++i)
    if (s.rows[i].clause.force == Force::effect) ask(q, s, i, !s.request.dirty_tail);
}
void answers_are_whole(const Step& s, Queries& q) {
  const Bool wanted = s.request.prog_ids && s.request.room != Int(0);
  const Bool fits = s.before.length <= s.request.room;
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (s.rows[i].clause.force == Force::effect) ask(q, s, i, wanted, fits);
    if (s.rows[i].clause.error == Errno::nospc && s.refuses(i)) ask(q, s, i, wanted && !fits);
  }
}

}  // namespace mprogcheck::proofs::asks
