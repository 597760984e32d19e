// SPDX-License-Identifier: GPL-2.0-only
// What the verbs of the command line share: exit statuses, files, targets by name, progress.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/safe_file.hpp"
#include "impl/tree/sources.hpp"
#include "impl/vm/guest.hpp"
#include "impl/vm/kernels.hpp"
#include "model/words/text.hpp"
#include "props/cli/command.hpp"
#include "props/output.hpp"
#include "props/search/campaign.hpp"

namespace mprogcheck::cli {

// Exit statuses (README.md).
enum Exit : int { kConforms = 0, kDeviates = 1, kBadInput = 2, kCannotRun = 3 };

// From here on the run ends with kDeviates, whatever fails later: a disk that is full or a reader
// that has gone does not undo what was found.
void note_deviation();
bool deviation_noted();

// Bad usage or bad input: what was wrong, where, what to do. Ends with status 2.
struct BadInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a file holds, of at most 64 MiB. Throws BadInput.
std::string content(const std::filesystem::path& file);
// The traces in a file, each with an operation at least. Throws BadInput or ParseError. `spots`
// gets one element for each.
std::vector<Trace> read_traces(const std::filesystem::path& file,
                               std::vector<Spots>* spots = nullptr);
// "file:line:column", as complaints of the parser begin.
std::string where(const std::filesystem::path& file, Spot spot);

// Throws BadInput if the file is there with another text. True if it is there with this one.
bool is_there(const std::filesystem::path& file, const std::string& text);
// Writes `text`, and never over something else: if the file is there with another text, throws
// BadInput.
void write_new(const std::filesystem::path& file, const std::string& text);
// The same over a file of this run.
void write_over(const std::filesystem::path& file, const std::string& text);
// The directory for what is found, for this run alone, as long as the result lives. Throws
// BadInput.
std::unique_ptr<ResultFolder> alone_in(const std::filesystem::path& directory);
// A name for a file that must not be lost: the first of STEM, STEM-2, STEM-3... for which there is
// no file with this suffix, or one that has this text already.
std::string free_stem(const std::filesystem::path& directory, const std::string& stem,
                      const std::string& suffix, const std::optional<std::string>& text = {});
// All of them, by name, or none if one is there with another text. Makes the directory if need be.
void write_all_new(const std::filesystem::path& directory,
                   const std::map<std::string, std::string>& files);
// Makes the directory if need be. Throws BadInput if nothing can be written there.
void need_writable(const std::filesystem::path& directory);
// Throws BadInput if need_writable() would, but does not make the directory: for one that is made
// at the end of a long run, and only if something is to be put into it.
void need_usable(const std::filesystem::path& directory);
// The same for a file, whose directory must exist. Whether the file may be written is found out
// when it is.
void need_usable_file(const std::filesystem::path& file);

// A file or directory that belongs to the program, such as "traces/suite" or "known/vm.trace":
// where it is installed, or in the source of a program that is not. MPROGCHECK_DATA names another
// place.
std::filesystem::path data_file(const std::filesystem::path& name);
// What guests are given: the agent and the modules, beside the program or in ../lib/mprogcheck.
std::filesystem::path guest_file(const std::filesystem::path& name);

// The bzImage of a kernel by name or path, fetched if need be. Throws BadInput or CannotRun.
std::filesystem::path image(const std::string& kernel);
// How a guest boots from it, with the agent.
vm::Boot boot_of(const std::filesystem::path& image);

// Our module, sound, or with faults to be planted. Throws CannotRun if it was not built.
inline constexpr const char *kModule = "mprogcheck.ko", *kFaultyModule = "mprogcheck-faulty.ko";
std::filesystem::path module_built(const char* name);

// "impl", "impl:FAULT", "kernel", "kmod", "kmod:FAULT", "vm:KERNEL", "tree:TREE". Throws BadInput
// for names nobody knows; the factory throws CannotRun.
struct InGuest {  // of those that are guests
  int processors = 1;
  std::string append = {};  // more of the kernel's command line
};
TargetFactory target_named(const std::string& name, const InGuest& guest = {});

// What builds the library of a target tree:TREE, with counters of what is met if that is wanted.
// Throws BadInput and CannotRun.
std::shared_ptr<tree::Builder> builder_named(const std::string& name, bool coverage);

// The traces of known deviations: the program's own, but where "none" is among the files, and those
// in the files, which may be names of installed ones. Each must give a reason, its releases or
// targets, and its bucket. Throws BadInput or ParseError.
std::vector<Trace> known_deviations(const std::vector<std::string>& files);
std::vector<Trace> own_known_deviations();
bool without_own(const std::vector<std::string>& files);

// One line on a terminal, rewritten in place; nothing in a pipe. Where there is one, standard
// output is written line by line.
class Progress {
 public:
  Progress();
  ~Progress();
  // May be called often. Throws Interrupted after a signal.
  void operator()(const std::string& text);
  void show(const std::string& text);  // the same without throwing
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point when_{};
};

// Where kernels come from and are kept, with its progress shown and its warnings told.
vm::KernelStore kernel_store(Progress& progress);

// Flushes what a long run has printed so far. Throws CannotRun if it cannot be written, rather than
// at the end.
void flush(FILE* prose);

// Each verb adds itself to the program.
void add_fuzz(Program& program);
void add_replay(Program& program);
void add_minimize(Program& program);
void add_bisect(Program& program);
void add_repro(Program& program);
void add_spec(Program& program);
void add_faults(Program& program);
void add_prove(Program& program);
void add_conform(Program& program);
void add_explore(Program& program);
void add_plan(Program& program);
void add_kernels(Program& program);
void add_store(Program& program);
void add_table(Program& program);
void add_stress(Program& program);
void add_compare(Program& program);
void add_coverage(Program& program);

}  // namespace mprogcheck::cli
