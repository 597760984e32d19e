// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/minimize_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/words/text.hpp"
#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/keeper.hpp"
#include "props/cli/report.hpp"
#include "props/search/interrupt.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

class Finisher {
 public:
  Finisher(const MinimizeStore& options, Store& store)
      : options_(options), store_(store), stop_(end_on_signals()) {}

  int run() {
    auto todo = unfinished(store_);
    const auto limit = std::chrono::duration<double>(options_.seconds);
    end_ = options_.seconds > 0 ? begun_ + std::chrono::duration_cast<Clock::duration>(limit)
                                : Clock::time_point::max();
    for (to_go_ = todo.size(); to_go_ > 0; --to_go_) finish(todo[todo.size() - to_go_]);
    progress_.clear();
    tell(prose_, "minimised {} in {:.1f} s, with {} and {} remembered; {} left{}\n",
         times(done_, "finding"), seconds_since(begun_), times(runs_, "run"), spared_, left_,
         left_ ? fmt::format("; 'mprogcheck minimize --store {}' goes on", options_.store) : "");
    if (options_.json)
      print_json("minimize", {{"store", options_.store},
                              {"seconds", seconds_since(begun_)},
                              {"runs", runs_},
                              {"remembered", spared_},
                              {"left", left_},
                              {"interrupted", stop_.load()},
                              {"findings", findings_}});
    if (stop_) throw Interrupted("interrupted, and not all is minimal");
    return left_ ? kCannotRun : kConforms;
  }

 private:
  void finish(Unfinished& each) {
    stored::Finding& f = each.finding;
    const auto begun = Clock::now();
    const std::size_t before = trace_of(f).operations.size();
    std::size_t after = before;
    std::string what = try_to_finish(each);
    if (what.empty()) {
      after = trace_of(f).operations.size();
      what = f.minimal ? "minimal" : "not minimal yet";
    }
    progress_.clear();
    tell(prose_, "  {} of {}: {}: {} to {}, {:.1f} s\n", f.bucket, each.campaign.target, what,
         before, times(after, "operation"), seconds_since(begun));
    findings_.push_back({{"bucket", f.bucket},
                         {"target", each.campaign.target},
                         {"minimal", f.minimal},
                         {"what", what},
                         {"before", before},
                         {"after", after},
                         {"trace", f.trace},
                         {"seconds", seconds_since(begun)}});
  }

  // Why nothing could be done, or nothing.
  std::string try_to_finish(Unfinished& each) {
    stored::Finding& f = each.finding;
    const stored::Campaign& c = each.campaign;
    const auto share = (end_ - Clock::now()) / static_cast<Clock::rep>(to_go_);
    if (stop_ || share <= Clock::duration::zero()) {
      ++left_;
      return stop_ ? "interrupted" : "no time was left";
    }
    try {
      Target& target = target_of(c);
      MinimizeOptions how;
      how.stop = &stop_;
      how.remembered = &remembered_;
      // What one leaves of its share is the others'.
      if (end_ != Clock::time_point::max()) how.deadline = Clock::now() + share;
      how.progress = [&](std::size_t n) {
        progress_.show(fmt::format("{}: {} left", f.bucket, times(n, "operation")));
      };
      const Minimal m = minimize(target, trace_of(f), f.bucket, how);
      become(f, m.trace, m.deviation, m.finished);
      f.program = program_of(m.trace, f.bucket, m.deviation, {origin_, c.seed, version()});
      store_.keep(f);
      ++(m.finished ? done_ : left_);
      count_runs();
      return {};
    } catch (const std::invalid_argument&) {
      return "not seen again when its trace was run alone";
    } catch (const StoreFailed&) {
      throw;
    } catch (const CannotRun& e) {
      ++left_;
      return fmt::format("not run: {}", e.what());
    }
  }

  Trace trace_of(const stored::Finding& f) const {
    return parse(f.trace, store_.file().string()).at(0);
  }

  // One target at a time: they come in order.
  Target& target_of(const stored::Campaign& c) {
    if (!target_ || name_ != c.target) {
      target_.reset();
      remembered_ = {};
      counted_ = counted_spared_ = 0;
      name_ = c.target;
      progress_.show(fmt::format("{} starts", name_));
      target_ = target_named(name_)();
      origin_ = name_ == "kernel" ? target_->describe() : name_;
    }
    if (target_->release() != c.release)
      throw CannotRun(fmt::format("{} is {} now, and the campaign ran on {}", name_,
                                  target_->release(), c.release));
    return *target_;
  }

  void count_runs() {
    runs_ += remembered_.runs() - counted_;
    spared_ += remembered_.spared() - counted_spared_;
    counted_ = remembered_.runs(), counted_spared_ = remembered_.spared();
  }

  const MinimizeStore& options_;
  Store& store_;
  const std::atomic<bool>& stop_;
  FILE* const prose_ = options_.json ? stderr : stdout;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point end_;
  Progress progress_;
  std::unique_ptr<Target> target_;
  std::string name_, origin_;
  Remembered remembered_;
  Json findings_ = Json::array();
  std::size_t to_go_ = 0, done_ = 0, left_ = 0, runs_ = 0, spared_ = 0;
  std::size_t counted_ = 0, counted_spared_ = 0;
};

}  // namespace

int minimize_store(const MinimizeStore& options) {
  if (std::error_code none; !std::filesystem::is_directory(options.store, none))
    throw BadInput(fmt::format("{}: there is no such directory", options.store));
  const auto alone = alone_in(options.store);
  Store store(options.store);
  return Finisher(options, store).run();
}

}  // namespace mprogcheck::cli
