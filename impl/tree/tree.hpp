// SPDX-License-Identifier: GPL-2.0-only
// tree:PATH: the files of a kernel tree that make tcx, compiled and run in a process of their own.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "impl/target.hpp"
#include "impl/tree/sources.hpp"
#include "impl/tree/worker_process.hpp"

namespace mprogcheck {

struct TreeOptions {
  std::string name;                        // of the target, as in tree:7.3
  std::shared_ptr<tree::Builder> builder;  // shared by all targets of a campaign
  std::filesystem::path worker;            // the program
  // A worker that has come no further for so long is silent.
  std::chrono::milliseconds patience{10000};
};

class Tree : public Target {
 public:
  explicit Tree(TreeOptions options);  // throws CannotRun
  ~Tree() override;

  std::string name() const override { return options_.name; }
  std::string describe() const override;
  std::string release() const override { return options_.builder->sources().release; }
  Capabilities capabilities() const override { return capabilities_; }
  // So many that ringing for each costs nothing.
  std::size_t batch() const override { return 32; }
  LastWords last_words() const override;

  // A worker that dies, warns or falls silent is a finding, as a guest's kernel is: its traces are
  // run again, one at a time, until the operation is known. Silence counts only if it comes again.
  // A worker that is ended from outside, or whose answers are none, is lost, and what it ran is run
  // again. Throws CannotRun if that does not help.
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& observations) override;

  // What each worker has met so far, as files that gcov reads, where the library counts it. What a
  // worker met in the traces that it died of is not in it.
  using Met = std::map<std::string, std::string>;
  std::vector<Met> coverage() const;

  // Workers that were started so far, and those that were lost.
  int started() const { return started_; }
  int lost() const { return lost_; }

 private:
  using Seen = std::vector<Observation>;
  // That for lists of this length, one that has not come to harm.
  tree::WorkerProcess& worker(std::uint8_t capacity);
  // Those of one length of lists, which fit into the shared memory.
  void run_group(std::span<const Trace* const> traces, std::span<Seen* const> seen);
  // Whether all came well; otherwise the worker is gone.
  bool run_together(std::span<const Trace* const> traces, std::span<Seen* const> seen);
  Harm run_carefully(const Trace& trace, Seen& seen);
  Harm run_carefully_once(const Trace& trace, Seen& seen);
  void end_worker(std::uint8_t capacity);
  void note_coverage(std::uint8_t capacity);
  void note_lost(int tries, const std::string& why);

  TreeOptions options_;
  Descriptor program_;
  std::map<std::uint8_t, std::unique_ptr<tree::WorkerProcess>> workers_;
  Capabilities capabilities_;
  std::string last_words_;
  std::map<std::uint8_t, Met> met_;  // by workers that are there
  std::vector<Met> met_before_;      // and by those that are gone
  int started_ = 0, lost_ = 0;
};

}  // namespace mprogcheck
