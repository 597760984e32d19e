// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/minimize.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <stdexcept>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "props/search/known.hpp"
#include "props/search/simpler.hpp"

namespace mprogcheck {

std::vector<Shown> deviations_on(Target& target, const Trace& trace) {
  std::vector<std::vector<Observation>> seen;
  target.run(std::span(&trace, 1), seen);
  std::vector<Shown> out;
  for (Deviation& d : check(trace, seen[0], binding_of(target)).deviations) {
    std::string name = bucket(d, trace.header.dialect);
    out.push_back({std::move(name), std::move(d)});
  }
  return out;
}

const std::vector<Shown>& Remembered::on(Target& target, const Trace& trace) {
  std::string text = print(trace);
  if (const auto at = shown_.find(text); at != shown_.end()) {
    ++spared_;
    return at->second;
  }
  if (shown_.size() >= kMost) shown_.clear();
  ++runs_;
  std::vector<Shown> shown = deviations_on(target, trace);
  return shown_.emplace(std::move(text), std::move(shown)).first->second;
}

namespace {

// How much there is to read: operations first, then everything that stands in them.
struct Size {
  std::size_t operations = 0, parts = 0, text = 0;
  auto operator<=>(const Size&) const = default;
};

Size size_of(const Trace& trace) {
  Size s{.operations = trace.operations.size(), .parts = 0, .text = 0};
  for (const Operation& op : trace.operations) s.parts += simpler::parts_of(op);
  s.text = print(trace).size();
  return s;
}

// Drops what no longer makes sense (a link nobody creates any more) and keeps every expected
// revision as far from the list's own as it was in `before`, whose operation k is `kept[i]` for
// operation i here.
void mend(Trace& trace, const Trace& before, const std::vector<std::size_t>& kept,
          bool keep_distance) {
  std::vector<std::int64_t> distance(before.operations.size());
  if (keep_distance) {
    World world;
    world.reset(before.header);
    Prediction p;
    for (std::size_t i = 0; i < before.operations.size(); ++i) {
      const Operation& op = before.operations[i];
      if (const auto at = world.located(op.point, op.space); op.revision && at)
        distance[i] = static_cast<std::int64_t>(op.revision - world.chain(*at)->revision());
      world.step(op, p);
    }
  }
  World world;
  world.reset(trace.header);
  Prediction p;
  NameCheck names(trace.header);
  std::vector<Operation> out;
  for (std::size_t i = 0; i < trace.operations.size(); ++i) {
    Operation op = trace.operations[i];
    const auto at = world.located(op.point, op.space);
    if (keep_distance && op.revision && at) {
      op.revision = world.chain(*at)->revision() + static_cast<std::uint64_t>(distance[kept[i]]);
      op.revision &= trace.header.dialect->last_revision;
    }
    if (names.next(op)) continue;
    world.step(op, p);
    out.push_back(op);
  }
  trace.operations = std::move(out);
}

class Minimizer {
 public:
  Minimizer(Target& target, const Trace& trace, std::string bucket, const MinimizeOptions& options)
      : target_(target), bucket_(std::move(bucket)), options_(options) {
    best_ = trace;
    best_.expected.clear();
    best_.comments.clear();
    best_.preface.clear();
    best_.reason.clear();
    best_.target.clear();
    best_.releases.clear();
    best_.bucket.clear();
  }

  Minimal run() {
    const auto first = shows(best_);
    if (!first)
      throw std::invalid_argument("the trace does not show " + bucket_ + " on " + target_.name());
    deviation_ = *first;
    cut();
    try {
      reduce();
    } catch (const OutOfTime&) {
      in_time_ = false;
    }
    // By other names it may not show; then these stay.
    const Trace named = canonical(best_);
    if (named != best_)
      if (const auto last = shows(named)) best_ = named, deviation_ = *last;
    return {best_, deviation_, runs_, in_time_};
  }

 private:
  struct OutOfTime {};

  void reduce() {
    slice();
    for (Size before = size_of(best_);; before = size_of(best_)) {
      drop_chunks();
      drop_pairs();
      simplify_header();
      simplify_operations();
      try_trace(canonical(best_));
      if (size_of(best_) >= before) break;
    }
  }

  std::optional<Deviation> shows(const Trace& trace) {
    ++runs_;
    if (options_.progress) options_.progress(best_.operations.size());
    Remembered& remembered = options_.remembered ? *options_.remembered : own_;
    for (const Shown& shown : remembered.on(target_, trace))
      if (shown.bucket == bucket_) return shown.deviation;
    return std::nullopt;
  }

  bool try_trace(Trace candidate) {
    // Also the candidates that are never run cost time, where the trace is long.
    if (runs_ >= options_.most_runs || std::chrono::steady_clock::now() >= options_.deadline ||
        (options_.stop && *options_.stop))
      throw OutOfTime();
    if (candidate == best_ || complaint(candidate) || size_of(candidate) > size_of(best_))
      return false;
    if (!tried_.insert(print(candidate)).second) return false;
    const auto d = shows(candidate);
    if (!d) return false;
    best_ = std::move(candidate);
    deviation_ = *d;
    cut();
    return true;
  }

  // What the model says changed nothing, and what happened elsewhere, can mostly go at once. That
  // spares a slow target most of the search.
  void slice() {
    const Point shown_at = where_shown();
    World world;
    world.reset(best_.header);
    Prediction p;
    std::vector<bool> changes, here;
    for (const Operation& op : best_.operations) {
      const auto where = world.concerns(op);
      world.step(op, p);
      const bool looks =
          has_trait(op.verb, Trait::only_asks) && !has_trait(op.verb, Trait::tells_link);
      changes.push_back(p.decision.error == Errno::ok && !looks);
      here.push_back(!where || *where == shown_at);
    }
    for (const bool elsewhere : {false, true}) {
      Trace t = best_;
      t.operations.clear();
      std::vector<std::size_t> kept;
      for (std::size_t i = 0; i < best_.operations.size(); ++i) {
        if (i + 1 < best_.operations.size() && (!changes[i] || (!elsewhere && !here[i]))) continue;
        t.operations.push_back(best_.operations[i]);
        kept.push_back(i);
      }
      mend(t, best_, kept, true);
      if (try_trace(std::move(t))) return;
    }
  }

  // The list the last operation is about.
  Point where_shown() const {
    World world;
    world.reset(best_.header);
    Prediction p;
    for (std::size_t i = 0; i + 1 < best_.operations.size(); ++i)
      world.step(best_.operations[i], p);
    return world.concerns(best_.operations.back()).value_or(best_.operations.back().point);
  }

  // Nothing behind the deviation matters.
  void cut() { best_.operations.resize(deviation_.step + 1); }

  bool without(std::size_t begin, std::size_t count, std::size_t other, std::uint8_t capacity) {
    for (const bool keep_distance : {true, false}) {
      Trace t = best_;
      t.header.capacity = capacity;
      t.operations.clear();
      std::vector<std::size_t> kept;
      bool revisions = false;
      for (std::size_t i = 0; i < best_.operations.size(); ++i) {
        if ((i >= begin && i < begin + count) || i == other) continue;
        t.operations.push_back(best_.operations[i]);
        kept.push_back(i);
        revisions |= best_.operations[i].revision != 0;
      }
      mend(t, best_, kept, keep_distance);
      if (try_trace(std::move(t))) return true;
      if (!revisions) return false;
    }
    return false;
  }

  void drop_chunks() {
    for (std::size_t chunk = std::max<std::size_t>(best_.operations.size() / 2, 1);; chunk /= 2) {
      for (std::size_t end = best_.operations.size(); end > 0;) {
        const std::size_t begin = end > chunk ? end - chunk : 0;
        without(begin, end - begin, best_.operations.size(), best_.header.capacity);
        end = std::min(begin, best_.operations.size());
      }
      if (chunk <= 1) break;
    }
  }

  // What can only go together: an entry and the slot it filled, an attach and its detach.
  void drop_pairs() {
    for (bool again = true; again;) {
      again = false;
      const std::size_t n = best_.operations.size();
      if (can().any_capacity && best_.header.capacity > 1)
        for (std::size_t i = 0; i < n && !again; ++i)
          again = without(i, 1, n, static_cast<std::uint8_t>(best_.header.capacity - 1));
      if (n > 10) continue;
      for (std::size_t i = 0; i + 1 < n && !again; ++i)
        for (std::size_t j = i + 1; j + 1 < n && !again; ++j)
          again = without(i, 1, j, best_.header.capacity);
    }
  }

  void simplify_header() {
    if (!can().any_capacity) return;
    std::vector<std::size_t> kept(best_.operations.size());
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = i;
    for (const std::uint8_t capacity :
         {kMaxCapacity, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
      Trace t = best_;
      t.header.capacity = capacity;
      if (capacity == best_.header.capacity || try_trace(t)) break;
    }
    for (const std::uint64_t revision : {std::uint64_t{1}, std::uint64_t{0xffffffff}}) {
      if (revision >= best_.header.revision) continue;
      Trace t = best_;
      t.header.revision = revision;
      mend(t, best_, kept, true);
      if (try_trace(t)) break;
    }
  }

  bool change(std::size_t i, const std::function<void(Operation&)>& change_it) {
    Trace t = best_;
    change_it(t.operations[i]);
    std::vector<std::size_t> kept(best_.operations.size());
    for (std::size_t k = 0; k < kept.size(); ++k) kept[k] = k;
    if (t.operations == best_.operations) return false;
    if (try_trace(t)) return true;
    mend(t, best_, kept, true);
    return try_trace(t);
  }

  void simplify_operations() {
    for (std::size_t i = 0; i < best_.operations.size(); ++i) {
      const simpler::Attempt with = [&](const auto& f) {
        if (i < best_.operations.size()) change(i, f);
      };
      // All that may be left out at once, then each for itself.
      with([](Operation& op) {
        op.flags = 0, op.relative = {}, op.old = {}, op.revision = 0, op.bits = 0;
        op.attrs = {}, op.mark = op.priority = false, op.bytes = Operation{}.bytes;
      });
      with([](Operation& op) { op.key = {}; });
      if (i < best_.operations.size()) simpler::simplify(best_.operations[i].verb, with);
      // The other direction altogether.
      Trace t = best_;
      for (Operation& op : t.operations)
        if (op.point.hook == Hook::egress) op.point.hook = Hook::ingress;
      try_trace(t);
      // Everything in one namespace, at the primary's own list.
      t = best_;
      for (Operation& op : t.operations) {
        op.space = 0;
        for (Attr& a : op.attrs)
          if (own_key(a.key) == Key::space && a.value == 1) a.value = 0;
      }
      try_trace(t);
      for (Operation& op : t.operations)
        if (op.point.hook == Hook::peer) op.point.hook = Hook::primary;
      try_trace(t);
    }
    fewer_programs();
  }

  // One program in the place of another, where that does as well. A list that must be long needs
  // them all.
  void fewer_programs() {
    if (best_.operations.size() > 12) return;
    for (std::size_t i = 0; i < best_.operations.size(); ++i)
      visit_form(best_.operations[i].verb, [&](const auto& row) {
        row.parts.each([&](const auto& part) { fewer_programs(i, part); });
      });
  }
  template <class Part>
  void fewer_programs(std::size_t i, const Part& part) {
    if (i >= best_.operations.size()) return;
    const Ref* const now = words::reference_in(part, best_.operations[i]);
    if (!now || now->kind != Ref::Kind::prog) return;
    for (std::uint8_t p = 0, last = now->raw; p < last; ++p)
      if (best_.header.loaded[p] &&
          change(i, [&](Operation& op) { *words::reference_in(part, op) = ref(Prog{p}); }))
        return;
  }

  Capabilities can() const { return target_.capabilities(); }

  Target& target_;
  std::string bucket_;
  const MinimizeOptions& options_;
  Remembered own_;
  bool in_time_ = true;
  Trace best_;
  Deviation deviation_;
  std::size_t runs_ = 0;
  std::set<std::string> tried_;  // and not good enough; the target is asked once
};

}  // namespace

Minimal minimize(Target& target, const Trace& trace, const std::string& bucket,
                 const MinimizeOptions& options) {
  return Minimizer(target, trace, bucket, options).run();
}

}  // namespace mprogcheck
