// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/keeper.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"

namespace mprogcheck::cli {

void Keeper::keep(const Finding& f, bool last) {
  Tally tally;
  tally.add_new(f.deviation);
  if (tally.deviates(strict_)) note_deviation();
  try {
    const bool in_last_form = f.minimal || last;
    const std::string program =
        in_last_form ? program_of(f.trace, f.bucket, f.deviation, origin_) : std::string();
    if (recording_) recording_->keep(f, program);
    need_writable(directory_);
    const bool is_new = files_[f.bucket].stem.empty();
    write(f, files_[f.bucket], program);
    if (is_new && !last)
      tell(stderr, "found {}: its trace is in {}\n", f.bucket, directory_.string());
  } catch (const std::runtime_error& e) {  // BadInput or StoreFailed
    if (told_.insert(e.what()).second) tell(stderr, "mprogcheck: {}\n", e.what());
  }
}

WrittenFindings Keeper::written() const {
  WrittenFindings out;
  for (const auto& [bucket, kept] : files_)
    if (kept.whole) out[bucket] = kept.written;
  return out;
}

std::string program_of(const Trace& trace, const std::string& bucket, const Deviation& deviation,
                       const ReproOrigin& origin) {
  try {
    return reproduce(trace, ReproFormat::c, headline(bucket, deviation), origin);
  } catch (const std::invalid_argument&) {
    return {};  // not every trace has a C program
  }
}

void Keeper::write(const Finding& f, Kept& kept, const std::string& program) {
  Trace trace = f.trace;
  annotate(trace);
  trace.bucket = f.bucket;
  trace.preface = {f.bucket, fmt::format("step {}: expected {}, observed {}", f.deviation.step + 1,
                                         f.deviation.expected, f.deviation.observed)};
  const std::string text = print(trace);
  kept.whole = false;
  if (text != kept.text) {
    const std::string before = kept.stem;
    // The minimal one may be here from an earlier run; else it takes the place of the first.
    const std::string free = free_stem(directory_, f.bucket, ".trace", text);
    const bool there = is_file(free, ".trace");
    kept.stem = there || before.empty() ? free : before;
    if (!there) write_over(named(kept.stem, ".trace"), text);
    kept.text = text;
    std::error_code ignored;
    if (!before.empty() && before != kept.stem)
      std::filesystem::remove(named(before, ".trace"), ignored);
    kept.written.trace = named(kept.stem, ".trace").string();
  }
  if (!f.last_words.console.empty()) write_beside(kept, ".console", f.last_words.console);
  kept.whole = true;
  if (program.empty()) return;
  write_beside(kept, ".c", program);
  kept.written.program = named(kept.stem, ".c").string();
}

// What is there already is of the same trace, of an earlier run or on another kernel.
void Keeper::write_beside(const Kept& kept, const char* suffix, const std::string& text) const {
  if (!is_file(kept.stem, suffix)) write_over(named(kept.stem, suffix), text);
}

std::filesystem::path Keeper::named(const std::string& stem, const char* suffix) const {
  return directory_ / (stem + suffix);
}

bool Keeper::is_file(const std::string& stem, const char* suffix) const {
  std::error_code ignored;
  return std::filesystem::exists(named(stem, suffix), ignored);
}

}  // namespace mprogcheck::cli
