// SPDX-License-Identifier: GPL-2.0-only
#include "impl/tree/tree.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "impl/vm/bytes.hpp"
#include "impl/vm/wire.hpp"

namespace mprogcheck {

using tree::Mode;
using tree::WorkerProcess;
using Came = WorkerProcess::Came;

namespace {

// A worker that is lost so often in a row while it runs the same is not lost by chance.
constexpr int kMostLost = 5;

// A frame of answers: a length, and what it says.
std::string_view frame(vm::Reader& in, std::string& storage) {
  in >> storage;
  return storage;
}

std::size_t most_answers(std::size_t operations) {
  // Each frame has a length, and each trace ends with what was left of it.
  return vm::most_bytes_of_observations(operations) + 4 * (operations + 2) + 1;
}

std::size_t asked_bytes(const Trace& trace) {
  return sizeof(std::uint32_t) + 256 + trace.operations.size() * sizeof(Operation);
}

std::size_t put(const Trace& trace, std::span<char> to) {
  const std::string bytes = vm::bytes_of(trace);
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(to.data(), &length, sizeof(length));
  std::memcpy(to.data() + sizeof(length), bytes.data(), bytes.size());
  return sizeof(length) + bytes.size();
}

}  // namespace

Tree::Tree(TreeOptions options)
    : options_(std::move(options)),
      program_(::open(options_.worker.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!program_.is_open())
    throw CannotRun("there is no " + options_.worker.string() + ", which runs the code of a tree");
  const tree::Hello hello = worker(kMaxCapacity).hello();
  capabilities_ = {.mainline = true,
                   .capacities = true,
                   .memory = true,
                   .hazards = true,
                   .foreign = ~std::bitset<kForeigns>(),
                   .packets = true,
                   .qdiscs = hello.qdiscs != 0,
                   .devices = kMaxDevices};
}

Tree::~Tree() = default;

std::string Tree::describe() const {
  return "tcx of Linux " + release() + ", its own code in a process" +
         (options_.builder->options().sanitize ? " with sanitizers" : "");
}

LastWords Tree::last_words() const {
  static constexpr std::string_view kSigns[] = {
      "ERROR: AddressSanitizer", "runtime error:", "kernel BUG at", "WARNING:", "BUG:", "leaked:"};
  std::size_t first = std::string::npos;
  for (const std::string_view sign : kSigns) first = std::min(first, last_words_.find(sign));
  if (first == std::string::npos) return {{}, last_words_};
  const std::size_t begin = last_words_.rfind('\n', first) + 1;  // npos + 1 is 0
  return {last_words_.substr(begin, last_words_.find('\n', first) - begin), last_words_};
}

WorkerProcess& Tree::worker(std::uint8_t capacity) {
  std::unique_ptr<WorkerProcess>& at = workers_[capacity];
  if (at) return *at;
  at = std::make_unique<WorkerProcess>(
      tree::WorkerOptions{.program = program_.number(),
                          .library = options_.builder->library(capacity).number(),
                          .sanitized = options_.builder->options().sanitize,
                          .patience = options_.patience});
  ++started_;
  return *at;
}

std::vector<Tree::Met> Tree::coverage() const {
  std::vector<Met> out = met_before_;
  for (const auto& [capacity, met] : met_) out.push_back(met);
  return out;
}

// What a worker tells is a file's name, which is not believed beyond its last part, and bytes.
void Tree::note_coverage(std::uint8_t capacity) {
  constexpr std::size_t kMost = 1U << 22;
  if (!options_.builder->options().coverage) return;
  WorkerProcess& process = worker(capacity);
  if (process.ask(Mode::coverage, 0, 0) != Came::answer) return;
  const std::string answers = process.answers(kMost);
  Met met;
  vm::Reader in(answers);
  for (std::string name, bytes; in.left() != 0;) {
    in >> name >> bytes;
    met[std::filesystem::path(name).filename().string()] = bytes;
  }
  met_[capacity] = std::move(met);
}

void Tree::end_worker(std::uint8_t capacity) {
  if (const auto met = met_.find(capacity); met != met_.end()) {
    met_before_.push_back(std::move(met->second));
    met_.erase(met);
  }
  workers_.erase(capacity);
}

void Tree::note_lost(int tries, const std::string& why) {
  ++lost_;
  if (tries == kMostLost)
    throw CannotRun(options_.name + ": the worker was lost " + std::to_string(tries) +
                    " times in the same traces: " + why);
}

bool Tree::run_together(std::span<const Trace* const> traces, std::span<Seen* const> seen) {
  const std::uint8_t capacity = traces[0]->header.capacity;
  for (int tries = 1;; ++tries) try {
      WorkerProcess& process = worker(capacity);
      std::size_t bytes = 0, most = 0;
      for (const Trace* trace : traces) {
        bytes += put(*trace, process.room().subspan(bytes));
        most += most_answers(trace->operations.size());
      }
      const Came came =
          process.ask(Mode::together, static_cast<std::uint32_t>(traces.size()), bytes);
      if (came == Came::end && process.lost()) {
        const std::string why = process.why_ended();
        end_worker(capacity);
        note_lost(tries, why);
        continue;
      }
      bool well = came == Came::answer;
      if (well) {
        const std::string answers = process.answers(most);
        vm::Reader in(answers);
        std::string one;
        for (std::size_t t = 0; t < traces.size(); ++t) {
          vm::observations_from(frame(in, one), traces[t]->operations.size(), *seen[t]);
          for (const Observation& o : *seen[t]) well = well && o.harm == Harm::none;
          std::uint8_t left = 0;
          in >> left;
          well = well && vm::checked(left, Harm::silent) == Harm::none;
        }
        in.end();
      }
      if (well) note_coverage(capacity);
      if (!well) {
        last_words_ = options_.builder->without_folder(process.console());
        end_worker(capacity);
      }
      return well;
    } catch (const vm::Garbled& e) {
      end_worker(capacity);
      note_lost(tries, e.what());
    }
}

Harm Tree::run_carefully(const Trace& trace, Seen& seen) {
  bool was_silent = false;
  for (int tries = 1;; ++tries) try {
      const Harm harm = run_carefully_once(trace, seen);
      if (harm == Harm::silent && !std::exchange(was_silent, true)) continue;
      return harm;
    } catch (const vm::Garbled& e) {
      end_worker(trace.header.capacity);
      note_lost(tries, e.what());
    }
}

// Throws Garbled also where the worker was ended from outside.
Harm Tree::run_carefully_once(const Trace& trace, Seen& seen) {
  const std::uint8_t capacity = trace.header.capacity;
  WorkerProcess& process = worker(capacity);
  const std::size_t operations = trace.operations.size();
  const Came came = process.ask(Mode::carefully, 1, put(trace, process.room()));
  if (came == Came::end && process.lost()) throw vm::Garbled(process.why_ended());
  const bool over = came == Came::answer;
  const std::size_t steps = process.steps();
  if (steps > operations || (over && steps != operations))
    throw vm::Garbled("another number of answers than of operations");
  const std::string answers = process.answers(most_answers(operations));
  vm::Reader in(answers);
  std::string one;
  Seen step;
  seen.clear();
  Harm worst = Harm::none;
  for (std::size_t i = 0; i < steps; ++i) {
    vm::observations_from(frame(in, one), 1, step);
    worst = std::max(worst, step[0].harm);
    seen.push_back(step[0]);
  }
  if (over) {
    std::uint8_t left = 0;
    in >> left;
    in.end();
    const Harm harm = vm::checked(left, Harm::silent);
    // What is told as the trace is cleared away is told of its last operation, unless an earlier
    // one was warned of: that counts already.
    if (worst == Harm::none && harm != Harm::none && !seen.empty()) seen.back().harm = harm;
    worst = std::max(worst, harm);
  } else {
    worst = came == Came::silence ? Harm::silent : Harm::died;
    if (steps < operations) seen.emplace_back();
    if (!seen.empty()) seen.back().harm = worst;
  }
  if (worst == Harm::none) {
    note_coverage(capacity);
    return worst;
  }
  last_words_ = options_.builder->without_folder(process.console());
  end_worker(capacity);
  return worst;
}

void Tree::run_group(std::span<const Trace* const> traces, std::span<Seen* const> seen) {
  if (traces.size() > 1 && run_together(traces, seen)) return;
  const std::string words = last_words_;
  bool found = false;
  for (std::size_t i = 0; i < traces.size(); ++i)
    found |= run_carefully(*traces[i], *seen[i]) != Harm::none;
  if (found || traces.size() == 1 || seen.back()->empty()) return;
  // None of them alone does it: it is kept with the last one, and the words say so.
  last_words_ = "not seen again when each trace was run in a worker of its own\n" + words;
  seen.back()->back().harm = Harm::died;
}

void Tree::run_all(std::span<const Trace> traces,
                   std::vector<std::vector<Observation>>& observations) {
  observations.resize(traces.size());
  std::map<std::uint8_t, std::pair<std::vector<const Trace*>, std::vector<Seen*>>> groups;
  const auto run = [&](auto& group) {
    if (!group.first.empty()) run_group(group.first, group.second);
    group.first.clear(), group.second.clear();
  };
  std::map<std::uint8_t, std::size_t> bytes;
  for (std::size_t t = 0; t < traces.size(); ++t) {
    const std::uint8_t capacity = traces[t].header.capacity;
    const std::size_t more = asked_bytes(traces[t]);
    if (more > tree::kMostAsked)
      throw CannotRun(options_.name + ": a trace of " +
                      std::to_string(traces[t].operations.size()) +
                      " operations is too long for the memory that is shared");
    if (bytes[capacity] + more > tree::kMostAsked) {
      run(groups[capacity]);
      bytes[capacity] = 0;
    }
    bytes[capacity] += more;
    groups[capacity].first.push_back(&traces[t]);
    groups[capacity].second.push_back(&observations[t]);
  }
  for (auto& [capacity, group] : groups) run(group);
}

}  // namespace mprogcheck
