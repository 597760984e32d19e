// SPDX-License-Identifier: GPL-2.0-only
#include "props/suite/suite_writer.hpp"

#include "model/judge/check.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {

SuiteWriter::SuiteWriter(Dialect dialect, Verb verb, std::string name, std::string_view header,
                         Follow follow)
    : dialect_(dialect), verb_(verb), header_(header), follow_(std::move(follow)) {
  suite_.name = std::move(name);
}

void SuiteWriter::go_through(const std::vector<Situation>& situations, const Lines& words) {
  for (const Situation& s : situations) {
    consider(s, {}, true);
    for (const std::string& one : words) consider(s, one, s.every_value);
  }
  if (suite_.name == "boundaries") return;
  for (const Situation& s : situations)
    for (const std::string& one : words)
      for (const std::string& two : words) consider(s, one + " " + two, false);
}

DirectedSuite SuiteWriter::done() {
  for (const Clause& clause : clauses_of(dialect_, verb_))
    suite_.rules += clause.force != Force::may;
  suite_.decided = decided_.size();
  suite_.pairs = together_.size();
  return std::move(suite_);
}

Trace SuiteWriter::parsed(const Lines& lines) const {
  std::string text = "dialect " + std::string(word(dialect_)) + "\n" + header_;
  for (const std::string& line : lines) text += line + "\n";
  Trace trace = parse(text, "suite").front();
  trace.expected.clear();
  return trace;
}

void SuiteWriter::consider(const Situation& s, const std::string& words, bool keep) {
  Lines lines = s.before;
  lines.push_back(s.request + " " + words);
  Trace trace;
  try {
    trace = parsed(lines);
  } catch (const ParseError&) {
    return;  // no such request
  }
  const Operation last = trace.operations.back();
  World world;
  world.reset(trace.header);
  Prediction p;
  for (const Operation& op : trace.operations) world.step(op, p);
  const auto clauses = clauses_of(dialect_, verb_);
  const Clause& decides = clauses[p.decision.rule];
  bool is_new = decided_.insert(decides.id).second;
  for (std::size_t i = 0; i < clauses.size(); ++i)
    for (std::size_t k = i + 1; k < clauses.size(); ++k)
      if ((p.decision.met >> i & 1) && (p.decision.met >> k & 1) &&
          clauses[i].force != Force::effect && clauses[k].force != Force::effect)
        is_new |= together_.insert({clauses[i].id, clauses[k].id}).second;
  if (verb_ == Verb::send) is_new |= seen_.insert(describe(last, p.observation)).second;
  if (!is_new && !keep) return;
  trace = followed(trace, world, p);
  annotate(trace);
  if (!kept_.insert(print(trace)).second) return;
  trace.preface = {std::string(decides.id) + (s.about.empty() ? "" : ", " + s.about)};
  suite_.traces.push_back(std::move(trace));
}

Trace SuiteWriter::followed(const Trace& trace, const World& world, const Prediction& p) const {
  Lines said;
  for (const Operation& op : trace.operations) said.push_back(print(op));
  for (const std::string& line : follow_(trace.operations.back(), world, p)) {
    // What is not there any more, or never was, cannot be spoken of.
    said.push_back(line);
    try {
      parsed(said);
    } catch (const ParseError&) {
      said.pop_back();
    }
  }
  return parsed(said);
}

}  // namespace mprogcheck
