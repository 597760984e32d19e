// SPDX-License-Identifier: GPL-2.0-only
// What the verbs of the command line share: exit statuses, files, targets by name, progress.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/vm/guest.hpp"
#include "model/words/text.hpp"
#include "props/output.hpp"
#include "props/search/campaign.hpp"

namespace mprogcheck::cli {

// The statuses of the house (README.md, "Exit status").
enum Exit : int { kConforms = 0, kDeviates = 1, kBadInput = 2, kCannotRun = 3 };

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
// Where to write what shall not be lost: the first of STEM, STEM-2, STEM-3... for which there is no
// file with this suffix, or one that has this text already.
std::string free_stem(const std::filesystem::path& directory, const std::string& stem,
                      const std::string& suffix, const std::optional<std::string>& text = {});
// All of them, by name, or none if one is there with another text. Makes the directory if need be.
void write_all_new(const std::filesystem::path& directory,
                   const std::map<std::string, std::string>& files);
// Makes the directory if need be. Throws BadInput if nothing can be written there.
void need_writable(const std::filesystem::path& directory);
// Whether need_writable() would do, found out without making the directory: for what is made only
// at the end of a long run, and only if there is something to put into it. Throws BadInput.
void need_usable(const std::filesystem::path& directory);
// Likewise for a file, whose directory has to be there; whether the file may be is found out when
// it is written.
void need_usable_file(const std::filesystem::path& file);

// For options: a number in decimal digits that 64 bits hold.
CLI::Validator decimal();
// For options: 4096, 300K, 512M, 2G, in powers of 1024. Makes bytes of it.
CLI::Validator bytes();
// For options: 90, 60s, 10m, 1.5h; at most kLongestHours. Makes seconds of it.
CLI::Validator duration();
inline constexpr int kLongestHours = 1000;
// For options: a day as ISO 8601 has it, alone or with the time of day.
CLI::Validator iso_date();

// The bzImage of a kernel by name or path, fetched if need be. Throws BadInput or CannotRun.
std::filesystem::path image(const std::string& kernel);
// How a guest boots from it, with the agent built beside this program.
vm::Boot boot_of(const std::filesystem::path& image);

// Our module as it was built beside this program, sound, or with faults to be planted. Throws
// CannotRun if it was not.
inline constexpr const char *kModule = "mprogcheck.ko", *kFaultyModule = "mprogcheck-faulty.ko";
std::filesystem::path module_built(const char* name);

// "impl", "impl:FAULT", "kernel", "kmod", "kmod:FAULT", "vm:KERNEL". Throws BadInput for names
// nobody knows; the factory throws CannotRun.
struct InGuest {  // of those that are guests
  int processors = 1;
  std::string append = {};  // more of the kernel's command line
};
TargetFactory target_named(const std::string& name, const InGuest& guest = {});

// The traces of known deviations in the files. Each has to say why it is kept, and of what: a
// deviation passed over for no reason hides bugs. Throws BadInput or ParseError.
std::vector<Trace> known_deviations(const std::vector<std::string>& files);

// One line on a terminal, rewritten in place; nothing in a pipe. From the first on, results
// on standard output arrive line by line.
class Progress {
 public:
  Progress();
  ~Progress();
  // May be called often. Throws Interrupted once a signal has come: what calls it need not look.
  void operator()(const std::string& text);
  void show(const std::string& text);  // for what is told of signals otherwise
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point when_{};
};

// What was told of a long run arrives before it goes on. Throws CannotRun where it cannot be
// written: better than to find that out at the end.
void flush(FILE* prose);

// Each verb adds itself to the application and, when chosen, sets `status`.
void add_fuzz(CLI::App& app, int& status);
void add_replay(CLI::App& app, int& status);
void add_minimize(CLI::App& app, int& status);
void add_repro(CLI::App& app, int& status);
void add_spec(CLI::App& app, int& status);
void add_faults(CLI::App& app, int& status);
void add_prove(CLI::App& app, int& status);
void add_conform(CLI::App& app, int& status);
void add_explore(CLI::App& app, int& status);
void add_plan(CLI::App& app, int& status);
void add_kernels(CLI::App& app, int& status);
void add_table(CLI::App& app, int& status);
void add_stress(CLI::App& app, int& status);
void add_compare(CLI::App& app, int& status);

}  // namespace mprogcheck::cli
