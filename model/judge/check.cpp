// SPDX-License-Identifier: GPL-2.0-only
#include "model/judge/check.hpp"

#include <algorithm>
#include <array>

#include "model/judge/difference.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

// The revisions each list has reported since it last came back to one: none of them may return.
class Revisions {
 public:
  explicit Revisions(std::uint64_t first) : first_(first) {
    for (auto& seen : seen_) seen = {first};
  }
  bool fresh(Point p, std::uint64_t revision) const {
    const auto& seen = seen_[index(p)];
    return std::find(seen.begin(), seen.end(), revision) == seen.end();
  }
  void reported(Point p, std::uint64_t revision) { seen_[index(p)].push_back(revision); }
  // Every list has begun with the first.
  void restart(Point p, std::uint64_t revision) { seen_[index(p)] = {first_, revision}; }

 private:
  static std::size_t index(Point p) {
    return std::size_t{p.device} * kLists + static_cast<std::size_t>(p.hook);
  }
  std::uint64_t first_;
  std::array<std::vector<std::uint64_t>, kMaxDevices * kLists> seen_;
};

// A document and a selftest are as good as each other. Where another error was given, a source that
// names none is code.
int rank(const Source& source, bool other_error) {
  if (source.basis == Basis::house) return 2;
  return source.promises() && (source.names_error || !other_error) ? 0 : 1;
}

bool lacks_memory(Verb verb, Errno error) {
  return error == Errno::nomem && (verb == Verb::detach || verb == Verb::link_detach);
}

class Checker {
 public:
  Checker(const Trace& trace, Observations seen, Binding binding, bool first_only)
      : trace_(trace),
        seen_(seen),
        binding_(binding),
        first_only_(first_only),
        revisions_(trace.header.revision) {
    world_.reset(trace.header);
  }

  Verdict run() {
    for (step_ = 0; step_ < trace_.operations.size(); ++step_) {
      const Observation* const seen = seen_.at(step_);
      if (!seen || !judge(shortened(trace_.operations[step_]), *seen)) break;
      if (first_only_ && !verdict_.deviations.empty()) break;
    }
    verdict_.judged = step_;
    return std::move(verdict_);
  }

 private:
  void strayed(const Operation& op, const Observation& seen) {
    Deviation d = deviation(op, Aspect::answer);
    name(d, Judged::attribute_within);
    report(std::move(d), seen,
           "no byte written outside the " + std::to_string(bytes_given(op)) +
               " bytes of the attribute",
           describe(op, seen) + ", and bytes written outside");
  }

  // The egress list of the device, which a qdisc shares as well.
  bool egress_after(const Operation& op, Observation seen) {
    where_ = Point{op.point.device, Hook::egress};
    seen.after = seen.answer;
    prediction_.observation.after = prediction_.observation.answer;
    return after(op, seen, false);
  }

  // False if the observation leaves no state to continue from.
  bool judge(const Operation& op, const Observation& seen) {
    where_ = world_.concerns(op);
    filters_of_ = world_.concerns_filters(op);
    if (where_) revision_before_ = world_.chain(*where_)->revision();
    const Decision decision = world_.decision(op);
    verdict_.rules.push_back(decision.rule);
    if (seen.harm != Harm::none) {
      prediction_.decision = decision;
      Deviation d = deviation(op, Aspect::harm);
      d.broken = &clause_of(Judged::harm);
      d.detail = "." + std::string(words::name(words::kHarms, seen.harm));
      report(std::move(d), seen, "no harm", describe(seen.harm));
      if (seen.harm != Harm::warned) return false;
    }
    const bool agreed = seen.error == decision.error;
    const bool fine = agreed || permits(trace_.header.dialect, op.verb, decision, seen.error);
    // A query or a packet changes nothing, so the model may answer it whatever the target did.
    if (agreed || changes_nothing(op))
      world_.step(op, prediction_);
    else
      predict_refusal(op, decision);
    if (!fine) error_differs(op, decision, seen);
    if (seen.has_after != where_.has_value()) presence(op, seen);
    if (seen.strayed) strayed(op, seen);
    if (op.verb == Verb::create && agreed && seen.error == Errno::ok) lists_begin(op);
    if (fine && !devices(op, seen)) return false;
    if ((agreed || seen.error != Errno::ok) && !filters(op, seen)) return false;
    if (!agreed && seen.error == Errno::ok && !changes_nothing(op))
      return go_on_from_success(op, seen);
    if (fine && !answer(op, seen)) return false;
    const bool changes = agreed && seen.error == Errno::ok && decision.change != Change::none;
    if (where_ && seen.has_after && !after(op, seen, changes)) return false;
    if (op.verb == Verb::qdisc && where_ && seen.has_after && !egress_after(op, seen)) return false;
    references(op, seen);
    return true;
  }

  // The prediction where the state stays: the lists as they are.
  void predict_refusal(const Operation& op, const Decision& decision) {
    prediction_.decision = decision;
    prediction_.observation = {};
    prediction_.observation.error = decision.error;
    prediction_.observation.has_after = where_.has_value();
    prediction_.observation.references = world_.references();
    prediction_.observation.has_filters = filters_of_.has_value();
    if (filters_of_) prediction_.observation.filters = world_.filters(*filters_of_);
    if (!where_) return;
    world_.chain(*where_)->list(prediction_.observation.after);
    if (op.verb == Verb::qdisc)
      world_.chain({where_->device, Hook::egress})->list(prediction_.observation.answer);
  }

  static bool changes_nothing(const Operation& op) { return has_trait(op.verb, Trait::only_asks); }

  // What distinguishes the request from others that the same clause decides.
  std::string kind_of(const Operation& op) const {
    if (op.verb == Verb::query && op.arrays != 0 && !(op.arrays & array::progs))
      return ".without_progs";
    if (op.verb == Verb::detach && op.prog.given()) return ".named";
    for (const Says& says : op.says)
      if (says.action == Action::unknown &&
          (op.verb == Verb::packet || meets_at_tcx(op, says.prog)))
        return ".unknown";
    return "";
  }

  // Whether a packet that is sent may meet the program at tcx, where undefined verdicts mean
  // something else than at netkit.
  bool meets_at_tcx(const Operation& op, Prog prog) const {
    const DeviceView from = world_.view(op.point.device);
    const auto on = [&](Point at) {
      return world_.chain(at) && world_.chain(at)->find(prog).exists;
    };
    return from.there && (on({op.point.device, Hook::egress}) || on({from.link, Hook::ingress}));
  }

  // A target reports a list if and only if the request is about one.
  void presence(const Operation& op, const Observation& seen) {
    Deviation d = deviation(op, Aspect::list);
    d.broken = &clause_of(Judged::told);
    report(std::move(d), seen, where_ ? "a list" : "no list",
           seen.has_after ? describe(seen.after) : "no list");
  }

  Deviation deviation(const Operation& op, Aspect aspect) const {
    const auto clauses = clauses_of(trace_.header.dialect, op.verb);
    Deviation d;
    d.step = step_;
    d.verb = op.verb;
    d.broken = &clauses[prediction_.decision.rule];
    d.clause = d.broken->id;
    d.aspect = aspect;
    d.expected_error = prediction_.decision.error;
    d.detail = kind_of(op);
    d.at_netkit =
        of_netkit(op.point.hook) || (where_ && of_netkit(where_->hook)) || of_netkit(op.verb);
    for (std::size_t i = 0; i < clauses.size(); ++i)
      if (i != prediction_.decision.rule && (prediction_.decision.met >> i & 1) &&
          clauses[i].force != Force::effect)
        d.permitted.push_back(clauses[i].id);
    return d;
  }

  // The invariant is what the bucket names, too.
  static void name(Deviation& d, Judged what) {
    d.broken = &clause_of(what);
    d.clause = d.broken->id;
  }

  // A request that was to fail may not change anything; one that was to succeed has the effect its
  // clause says.
  void blame(Deviation& d, Judged if_refused) const {
    if (prediction_.decision.error != Errno::ok) d.broken = &clause_of(if_refused);
  }

  void report(Deviation d, const Observation& seen, std::string expected, std::string observed) {
    const Source& source = d.broken->source;
    const bool other_error = d.aspect == Aspect::error && seen.error != Errno::ok;
    if (binding_ == Binding::promises &&
        (!source.promises() || (other_error && !source.names_error))) {
      if (source.basis == Basis::house) return;
      d.breach = Breach::code;
    }
    d.observed_error = seen.error;
    d.expected = std::move(expected);
    d.observed = std::move(observed);
    verdict_.deviations.push_back(std::move(d));
  }

  void error_differs(const Operation& op, const Decision& decision, const Observation& seen) {
    Deviation d = deviation(op, Aspect::error);
    const auto clauses = clauses_of(trace_.header.dialect, op.verb);
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      const Clause& clause = clauses[i];
      if (!(decision.met >> i & 1) || clause.force != Force::due) continue;
      if (clause.error == seen.error) d.breach = Breach::precedence;
      // Each of them is broken.
      const bool other_error = seen.error != Errno::ok;
      if (rank(clause.source, other_error) < rank(d.broken->source, other_error))
        d.broken = &clause;
    }
    if (d.breach == Breach::precedence) d.broken = &clause_of(Judged::precedence);
    if (lacks_memory(op.verb, seen.error)) d.broken = &clause_of(Judged::detach_memory);
    report(std::move(d), seen, to_string(decision.error), describe(op, seen));
  }

  // A new device has new lists.
  void lists_begin(const Operation& op) {
    for (const std::uint8_t d : {op.point.device, op.peer})
      for (const Hook hook : {Hook::ingress, Hook::egress, Hook::primary})
        if (d < kMaxDevices) revisions_.restart({d, hook}, trace_.header.revision);
  }

  // False if there are other devices than the model can continue with.
  bool devices(const Operation& op, const Observation& seen) {
    if (!tells_devices(op.verb)) return true;
    // The device that was asked for first: what the others tell of it differs as well.
    for (std::uint8_t i = 0; i < kMaxDevices; ++i) {
      const std::uint8_t first = op.point.device < kMaxDevices ? op.point.device : 0;
      const auto d = static_cast<std::uint8_t>((first + i) % kMaxDevices);
      const DeviceView model = world_.view(d);
      const std::string_view what = difference(model, seen.devices[d]);
      if (what.empty()) continue;
      Deviation deviates = deviation(op, Aspect::devices);
      deviates.detail = "." + std::string(what);
      blame(deviates, Judged::refusal_elsewhere);
      const std::string which = "d" + std::to_string(int{d}) + ": ";
      report(std::move(deviates), seen, which + describe(model), which + describe(seen.devices[d]));
      return world_.adopt(seen.devices);
    }
    return true;
  }

  // False if there are other filters than the model can continue with.
  bool filters(const Operation& op, const Observation& seen) {
    const Observation& model = prediction_.observation;
    const auto told = [](const Observation& o) {
      return o.has_filters ? describe(o.filters) : "no filters reported";
    };
    std::string_view what = model.has_filters == seen.has_filters ? "" : "told";
    if (what.empty() && model.has_filters) what = difference(model.filters, seen.filters);
    if (what.empty()) return true;
    Deviation d = deviation(op, Aspect::filters);
    d.detail = "." + std::string(what);
    blame(d, Judged::refusal_elsewhere);
    if (what == "told") d.broken = &clause_of(Judged::told);
    report(std::move(d), seen, told(model), told(seen));
    return false;
  }

  // The target did what the model refuses. Continue from what it shows.
  bool go_on_from_success(const Operation& op, const Observation& seen) {
    if (tells_devices(op.verb) && op.verb != Verb::remove) return world_.adopt(seen.devices);
    if (!where_ || !seen.has_after) return false;
    const bool makes_link = has_trait(op.verb, Trait::makes_link);
    if (makes_link && op.prog.kind != Ref::Kind::prog) return false;
    if (makes_link)
      world_.assume_link(Link{op.link.raw}, *where_, op.point.hook, Prog{op.prog.raw});
    return take_over(seen.after);
  }

  bool take_over(Listing list) {
    // That list goes on counting from where it was.
    if (lives_on(*where_, list)) list.revision = world_.chain(*where_)->revision() + 1;
    if (!world_.adopt(*where_, list)) return false;
    revisions_.restart(*where_, list.revision);
    resync_references_ = true;
    return true;
  }

  // What says so, where the clause that decides says only that there is an answer.
  std::optional<Judged> of_answer(std::string_view what) const {
    if (what == "overrun") return Judged::query_within;
    if (what == "progs") return Judged::query_progs;
    if (what == "links") return Judged::query_links;
    if (what == "flags")
      return concerns(trace_.header.dialect, Judged::query_flags) ? Judged::query_flags
                                                                  : Judged::query_end_flags;
    if (what == "on") return Judged::send_on;
    if (what == "scrub") return Judged::send_scrub;
    if (what == "counted") return Judged::send_counted;
    return std::nullopt;
  }

  bool answer(const Operation& op, const Observation& seen) {
    const Observation& model = prediction_.observation;
    const std::string_view what = difference(op, model, seen);
    if (what.empty()) return true;
    Deviation d = deviation(op, Aspect::answer);
    d.detail = "." + std::string(what) + d.detail;
    if (const auto invariant = of_answer(what)) d.broken = &clause_of(*invariant);
    if (what == "revision" && d.at_netkit && seen.answer.count == 0 &&
        seen.answer.revision == trace_.header.revision)
      name(d, Judged::revision_told);
    if (seen.fate == Fate::damaged) name(d, Judged::send_whole);
    report(std::move(d), seen, describe(op, model),
           describe(op, seen) + (seen.overran ? ", and wrote past the room given" : ""));
    if (op.verb != Verb::query || seen.error != Errno::ok) return true;
    const std::uint8_t whole = array::progs | array::links;
    if (!tells_revision(op) || (op.arrays & whole) != whole ||
        seen.answer.filled != seen.answer.count)
      return true;
    where_ = world_.located(op.point, op.space);
    const bool known = lives_on(*where_, seen.answer) || take_over(seen.answer);
    where_ = std::nullopt;
    return known;
  }

  bool after(const Operation& op, const Observation& seen, bool changes) {
    const Listing& model = prediction_.observation.after;
    const bool entries_differ = model.count != seen.after.count || !model.same_entries(seen.after);
    if (entries_differ) {
      Deviation d = deviation(op, Aspect::list);
      blame(d, Judged::refusal_nothing);
      report(std::move(d), seen, describe(model), describe(seen.after));
    }
    revision(op, seen, changes);
    if (entries_differ) return take_over(seen.after);
    if (model.revision == seen.after.revision || lives_on(*where_, seen.after)) return true;
    return world_.adopt(*where_, seen.after);
  }

  // An empty list of netkit stays with its device, whatever is said of its revision.
  static bool lives_on(Point at, const Listing& seen) {
    return at.hook == Hook::primary && seen.count == 0;
  }

  // What a revision that the list has had before breaks.
  Judged returned(const Listing& seen) const {
    if (seen.count != 0) return Judged::revision_never_returns;
    return lives_on(*where_, seen) ? Judged::revision_told : Judged::revision_emptied;
  }

  // That it moves, is not 0 and never comes back is promised; by how much is not.
  void revision(const Operation& op, const Observation& seen, bool changes) {
    const std::uint64_t now = seen.after.revision, model = prediction_.observation.after.revision;
    if (!changes) {
      if (now == model) return;
      Deviation d = deviation(op, Aspect::revision);
      d.broken = &clause_of(model == trace_.header.revision ? Judged::revision_first
                                                            : Judged::revision_kept);
      // A list that is freed while it is empty, whenever that may be.
      const bool freed = seen.after.count == 0 &&
                         (now == trace_.header.revision || !revisions_.fresh(*where_, now));
      if (freed) name(d, returned(seen.after));
      report(std::move(d), seen, "revision " + std::to_string(model) + " as before",
             "revision " + std::to_string(now));
      if (freed && !lives_on(*where_, seen.after)) return revisions_.restart(*where_, now);
    } else if (!revisions_.fresh(*where_, now) || now == 0) {
      Deviation d = deviation(op, Aspect::revision);
      const bool moved = now != revision_before_;
      name(d, now == 0 ? Judged::revision_never_0
              : moved  ? returned(seen.after)
                       : Judged::revision_unmoved);
      report(std::move(d), seen,
             "a revision this list has not had yet, such as " + std::to_string(model),
             "revision " + std::to_string(now) +
                 (now == 0 ? ""
                  : moved  ? " again"
                           : " still"));
      revisions_.restart(*where_, now);
      return;
    }
    revisions_.reported(*where_, now);
  }

  void references(const Operation& op, const Observation& seen) {
    if (seen.references < 0) return;
    const std::int64_t model = world_.references() + reference_offset_;
    if (resync_references_) {
      reference_offset_ = std::int64_t{seen.references} - world_.references();
      resync_references_ = false;
      return;
    }
    if (seen.references == model) return;
    Deviation d = deviation(op, Aspect::references);
    d.broken = &clause_of(Judged::references);
    report(std::move(d), seen, std::to_string(model) + " references held",
           std::to_string(seen.references) + " references held");
    reference_offset_ = std::int64_t{seen.references} - world_.references();
  }

  const Trace& trace_;
  Observations seen_;
  Binding binding_;
  bool first_only_;
  World world_;
  Revisions revisions_;
  Prediction prediction_;
  Verdict verdict_;
  std::optional<Point> where_;
  std::optional<std::uint8_t> filters_of_;  // the device
  std::uint64_t revision_before_ = 0;       // of the list at where_
  std::size_t step_ = 0;
  std::int64_t reference_offset_ = 0;  // a broken kernel may count up to any number
  bool resync_references_ = false;
};

}  // namespace

bool permits(Dialect dialect, Verb verb, const Decision& decision, Errno error) {
  if (lacks_memory(verb, error)) return false;
  const auto clauses = clauses_of(dialect, verb);
  if (clauses[decision.rule].any_error && error != Errno::ok) return true;
  for (std::size_t i = 0; i < clauses.size(); ++i)
    if ((decision.met >> i & 1) && clauses[i].error == error &&
        (clauses[i].force == Force::may ||
         (clauses[i].force == Force::due &&
          !(clauses[i].ordered && clauses[decision.rule].ordered))))
      return true;
  return false;
}

Verdict check(const Trace& trace, Observations observations, Binding binding) {
  return Checker(trace, observations, binding, false).run();
}

Verdict check_first(const Trace& trace, Observations observations, Binding binding) {
  return Checker(trace, observations, binding, true).run();
}

}  // namespace mprogcheck
