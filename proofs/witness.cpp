// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/witness.hpp"

#include <span>

#include "model/words/forms.hpp"
#include "proofs/decode.hpp"
#include "proofs/solver.hpp"

namespace mprogcheck::proofs {
namespace {

constexpr int kSlots = 3;
constexpr std::uint64_t kLimit = 20'000'000;  // of the solver's resources, for each question

// One command of one dialect: where witnesses are looked for, and where it is proved that there is
// none.
class Search {
 public:
  Search(Dialect dialect, Verb verb, const std::atomic<bool>* stop)
      : finite_(dialect, verb, written_out(dialect, kSlots)),
        any_length_(dialect, verb, endless(dialect)),
        finder_(finite_, kLimit, stop),
        prover_(any_length_, kLimit, stop) {
    // Building the list moves the revision once for each entry; on a kernel the first is 1, and
    // there is room left.
    const SymbolicChain& c = finite_.before;
    kernel_ = c.length < c.slots && !finite_.request.of_filter && !finite_.request.has_filters;
    for (int n = 0; n <= kSlots; ++n) {
      const Bool so_long = c.length == Int(n);
      finder_.add(z3::implies(so_long.e, z3::ugt(c.now.e, n)));
      kernel_ = kernel_ && implies(so_long, c.now == Revision(static_cast<std::uint64_t>(n) + 1));
    }
  }

  std::size_t rules() const { return finite_.rows.size(); }
  const Clause& clause(std::size_t i) const { return finite_.rows[i].clause; }

  // Rule `first` on lists of every length, and every place its effect can be at.
  std::vector<Witness> alone(std::size_t first) {
    std::vector<Witness> all;
    const bool changes = finite_.changes(first);
    for (int length = 0; length <= kSlots; ++length)
      for (int k = 0; k < (changes ? length + 1 : 1); ++k) {
        Bool here = finite_.before.length == Int(length);
        if (changes) here = here && finite_.rows[first].index == Int(k);
        Witness w = named(first, std::nullopt);
        if (find_best(first, std::nullopt, here, w)) all.push_back(w);
      }
    if (changes)
      each_variant(first, all);
    else
      each_reason(first, all);
    if (all.empty()) all.push_back(refute(first, std::nullopt));
    return all;
  }

  // Two error rules at once.
  Witness both(std::size_t first, std::size_t other) {
    Witness w = named(first, other);
    return find_best(first, other, Bool(true), w) ? w : refute(first, other);
  }

 private:
  // An effect with every set of directives, by and on entries of every kind, and at the revisions
  // where counting is difficult.
  void each_variant(std::size_t first, std::vector<Witness>& all) {
    const Request<Terms>& r = finite_.request;
    const SymbolicChain& c = finite_.before;
    const Int& k = finite_.rows[first].index;
    const Bool varied[] = {r.before,      r.after,      r.first,
                           r.last,        r.by_link,    r.relative.none,
                           c.is_first(k), c.is_last(k), c.owner(k) == Terms::no_link()};
    constexpr unsigned kSets = 1U << std::size(varied);
    for (unsigned set = 0; set < kSets; ++set) {
      Witness w = named(first, std::nullopt);
      if (found(chosen(varied, set) && finite_.decides(first) && nothing_else(first, std::nullopt),
                true, w))
        w.kind = Witness::Kind::met, all.push_back(w);
    }
    for (const std::uint64_t revision : {std::uint64_t{0xffffffff}, ~std::uint64_t{0}}) {
      Witness w = named(first, std::nullopt);
      if (found(c.now == Revision(revision) && finite_.decides(first), false, w))
        w.kind = Witness::Kind::met, all.push_back(w);
    }
  }

  // What requests of a command differ in beside the rule that decides.
  std::vector<Bool> reasons() const {
    const Request<Terms>& r = finite_.request;
    const SymbolicChain& c = finite_.before;
    const auto on_list = [&](const Terms::Prog& p) { return c.find(p).exists; };
    const auto& [one, two] = r.says;
    if (takes<&Operation::room>(finite_.verb))
      return {r.arrays, r.prog_ids, r.fault, r.room == Int(0), r.room < c.length};
    if (has_trait(finite_.verb, Trait::packet))
      return {one.ends && on_list(one.prog), two.ends && on_list(two.prog), one.drops, two.drops,
              c.at(one.prog) < c.at(two.prog)};
    return {r.by_link, r.before, r.after, r.relative.usable() && on_list(r.relative.prog),
            r.prog.usable() && on_list(r.prog.prog)};
  }

  // A rule that changes nothing in each of these cases, and at each revision that is nearly the
  // expected one.
  void each_reason(std::size_t first, std::vector<Witness>& all) {
    const Request<Terms>& r = finite_.request;
    const SymbolicChain& c = finite_.before;
    const auto add = [&](const Bool& here) {
      Witness w = named(first, std::nullopt);
      if (!found(here && hold(finite_, first, std::nullopt, can_decide(first)) &&
                     nothing_else(first, std::nullopt),
                 true, w))
        return;
      w.kind = Witness::Kind::met;
      all.push_back(w);
    };
    const std::vector<Bool> varied = reasons();
    for (unsigned set = 0; set < 1U << std::size(varied); ++set) add(chosen(varied, set));
    if (clause(first).error != Errno::stale) return;
    for (const std::uint64_t off : {~std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32})
      add(r.expected == c.now + off);
  }

  // Those of bit set i hold, the others do not.
  static Bool chosen(std::span<const Bool> from, unsigned set) {
    Bool all(true);
    for (std::size_t i = 0; i < from.size(); ++i)
      all = all && ((set >> i & 1) != 0 ? from[i] : !from[i]);
    return all;
  }

  Witness named(std::size_t first, std::optional<std::size_t> other) const {
    Witness w;
    w.dialect = finite_.dialect;
    w.verb = finite_.verb;
    w.decides = clause(first).id;
    if (other) w.meets = clause(*other).id;
    return w;
  }

  // What may refuse decides nothing: it has only to hold.
  bool can_decide(std::size_t i) const { return clause(i).force != Force::may; }

  Bool hold(const Step& s, std::size_t first, std::optional<std::size_t> other,
            bool decides) const {
    const Bool one = decides ? s.decides(first) : s.rows[first].guard;
    return other ? one && s.rows[*other].guard : one;
  }
  // No other error rule has a say: a slip in these is not hidden by another.
  Bool nothing_else(std::size_t first, std::optional<std::size_t> other) const {
    Bool none(true);
    for (std::size_t i = 0; i < rules(); ++i)
      if (i != first && i != other && clause(i).force != Force::effect)
        none = none && !finite_.rows[i].guard;
    return none;
  }

  // The simplest to learn from first: alone, deciding, and fit for a kernel.
  bool find_best(std::size_t first, std::optional<std::size_t> other, const Bool& here,
                 Witness& w) {
    for (const bool decides : {true, false}) {
      if (decides && !can_decide(first)) continue;
      if (!decides && can_decide(first) && !other) break;
      const Bool what = here && hold(finite_, first, other, decides);
      for (const bool only : {true, false})
        for (const bool on_kernels : {true, false}) {
          if (!found(only ? what && nothing_else(first, other) : what, on_kernels, w)) continue;
          w.kind = decides || !can_decide(first) ? Witness::Kind::met : Witness::Kind::decided;
          return true;
        }
    }
    return false;
  }

  Witness refute(std::size_t first, std::optional<std::size_t> other) {
    Witness w = named(first, other);
    prover_.push();
    prover_.add(hold(any_length_, first, other, can_decide(first) && !other).e);
    if (prover_.check() == z3::unsat) w.kind = Witness::Kind::cannot;
    prover_.pop();
    return w;
  }

  bool found(const Bool& what, bool on_kernels, Witness& w) {
    finder_.push();
    finder_.add(what.e);
    if (on_kernels) finder_.add(kernel_.e);
    const bool yes = finder_.check() == z3::sat;
    if (yes) {
      w.shown = decode(finite_, finder_.get_model(), {});
      w.any_kernel = on_kernels;
      // The list is not full, so that its capacity is all the same.
      if (on_kernels) w.shown.trace.header.capacity = kMaxCapacity;
    }
    finder_.pop();
    return yes;
  }

  Step finite_, any_length_;
  Solver finder_, prover_;
  Bool kernel_;
};

}  // namespace

std::vector<Witness> witnesses(Dialect dialect, const std::function<void(const Witness&)>& done,
                               const std::atomic<bool>* stop) {
  std::vector<Witness> all;
  const auto of_command = [&](Verb verb) {
    const Session session;
    Search search(dialect, verb, stop);
    const auto add = [&](const Witness& w) {
      all.push_back(w);
      if (done) done(w);
    };
    for (std::size_t i = 0; i < search.rules(); ++i)
      for (const Witness& w : search.alone(i)) add(w);
    for (std::size_t i = 0; i < search.rules(); ++i)
      for (std::size_t k = i + 1; k < search.rules(); ++k)
        if (search.clause(i).force != Force::effect && search.clause(k).force != Force::effect)
          add(search.both(i, k));
  };
  try {
    for (const Verb verb : kCommands) stoppable(stop, [&] { of_command(verb); });
  } catch (const Stopped&) {
    // The caller has set the flag and knows.
  }
  return all;
}

}  // namespace mprogcheck::proofs
