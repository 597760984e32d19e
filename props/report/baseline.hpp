// SPDX-License-Identifier: GPL-2.0-only
// What differs from an earlier report: which deviations are new, gone and changed. Pure functions.
//
// A target is compared with the one of its name in the earlier report; where each report has only
// one, these two are compared. Deviations are the same if their buckets are.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mprogcheck::report {

struct Report;

// How a deviation counts, and in which order people want to read it.
inline constexpr std::string_view kNew = "new", kKnown = "known",
                                  kElsewhere = "known on other releases",
                                  kDiffers = "differs from code";
inline constexpr std::string_view kGrades[] = {kNew, kKnown, kElsewhere, kDiffers};
inline std::string_view grade(bool known, bool elsewhere, bool differs_from_code) {
  return known ? (elsewhere ? kElsewhere : kKnown) : differs_from_code ? kDiffers : kNew;
}

// What two reports say of a deviation that can be compared.
struct Noted {
  std::string bucket;
  std::string grade;  // as above
  std::string observed;
  bool operator==(const Noted&) const = default;
};

struct NotedTarget {
  std::string name;
  std::string could_not_run;                // why not, or not to the end
  std::map<std::string, Noted> deviations;  // by bucket
};

struct Baseline {
  std::string file, version, date;
  std::size_t traces = 0;  // in the suite
  std::vector<NotedTarget> targets;
};

// What is wrong with an earlier report, with its file.
struct BadBaseline : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The text of report.json. Throws BadBaseline if that is something else.
Baseline parse_baseline(const std::string& file, const std::string& text);
// Throws BadBaseline unless each target can be compared with one that ran to its end.
void need_comparable(const Baseline& before, const std::vector<std::string>& targets);

struct Changed {
  Noted before, now;
  // What differed from code alone is broken now.
  bool worse() const { return before.grade == kDiffers && now.grade == kNew; }
};

struct TargetDifference {
  std::string target, against;  // its name, and that in the earlier report
  std::vector<Noted> news, gone;
  std::vector<Changed> changed;
  std::size_t same = 0;
  bool complete = true;  // the target ran to its end; if not, nothing is called gone
};

struct Difference {
  Baseline before;
  std::string note;  // why the reports cannot well be compared, or empty
  std::vector<TargetDifference> targets;
  // Something is new that is not known, nor differs from code alone (unless that counts as well).
  bool deviates(bool strict) const;
};

// Throws BadBaseline as need_comparable() does.
Difference difference(const Baseline& before, const Report& now);

// "1 new, 2 gone, 0 changed, 17 as before"
std::string text(const TargetDifference& d);

}  // namespace mprogcheck::report
