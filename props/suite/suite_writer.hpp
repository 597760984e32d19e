// SPDX-License-Identifier: GPL-2.0-only
// Directed traces for what has no witnesses by solver: in every situation all requests of none, one
// and two words are gone through, and the model is asked which of them show something new.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/words/trace.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {

struct DirectedSuite {
  std::string name;  // of the command; "boundaries" where every value is alone in its request
  std::vector<Trace> traces;  // each with what it shows in its preface
  std::size_t rules = 0;      // of the table, those that only permit left out
  std::size_t decided = 0;    // of them in some trace
  std::size_t pairs = 0;      // of rules that hold together in some trace, none of them an effect
};

using Lines = std::vector<std::string>;

// What is there before a request.
struct Situation {
  std::string about;
  Lines before;
  std::string request;
  bool every_value = false;  // all requests of one word are kept, whatever they show
};

class SuiteWriter {
 public:
  // What comes behind a request; lines that cannot stand there are left out.
  using Follow = std::function<Lines(const Operation& last, const World& after, const Prediction&)>;

  // `header` has the devices and programs.
  SuiteWriter(Dialect dialect, Verb verb, std::string name, std::string_view header, Follow follow);

  // All requests with none, one and two of the words behind them.
  void go_through(const std::vector<Situation>& situations, const Lines& words);
  DirectedSuite done();

 private:
  Trace parsed(const Lines& lines) const;
  void consider(const Situation& s, const std::string& words, bool keep);
  Trace followed(const Trace& trace, const World& world, const Prediction& p) const;

  Dialect dialect_;
  Verb verb_;
  std::string header_;
  Follow follow_;
  DirectedSuite suite_;
  std::set<std::string_view> decided_;
  std::set<std::pair<std::string_view, std::string_view>> together_;
  std::set<std::string> seen_, kept_;
};

}  // namespace mprogcheck
