// SPDX-License-Identifier: GPL-2.0-only
#include "props/report/baseline.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/words/plain_text.hpp"
#include "props/report/report.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTake = "; name the report.json that an earlier 'conform --out' has written";

// Takes members out of a document of which nothing is known.
class Reader {
 public:
  Reader(const std::string& file, const Json& object, std::string place)
      : file_(file), object_(object), place_(std::move(place)) {
    if (!object.is_object()) wrong(place_ + " is no object");
  }

  [[noreturn]] void wrong(const std::string& what) const {
    throw BadBaseline(file_ + ": is no report: " + what + kTake);
  }
  const Json& member(const char* name, Json::value_t type, bool or_null = false) const {
    const auto at = object_.find(name);
    const std::string path = place_ + " member '" + name + "'";
    if (at == object_.end()) wrong(path + " is missing");
    if (at->type() != type && !(or_null && at->is_null()))
      wrong(path + " is of type " + at->type_name());
    return *at;
  }
  std::string text(const char* name, bool or_null = false) const {
    const Json& value = member(name, Json::value_t::string, or_null);
    return value.is_null() ? "" : plain_text(value.get<std::string>());
  }
  bool flag(const char* name) const { return member(name, Json::value_t::boolean).get<bool>(); }
  bool has(const char* name) const { return object_.contains(name); }

 private:
  const std::string& file_;
  const Json& object_;
  std::string place_;
};

Json parsed(const std::string& file, const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& e) {
    // `byte` counts from 1; at the end of the text it is one behind.
    const std::size_t at = std::min(e.byte == 0 ? 0 : e.byte - 1, text.size());
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto line = 1 + std::count(text.begin(), end, '\n');
    const auto begin = text.rfind('\n', at == 0 ? std::string::npos : at - 1);
    const std::size_t column = at == 0 || begin == std::string::npos ? at + 1 : at - begin;
    throw BadBaseline(file + ":" + std::to_string(line) + ":" + std::to_string(column) +
                      ": is no JSON" + kTake);
  }
}

const NotedTarget& opposite(const Baseline& before, const std::string& target, bool alone) {
  const NotedTarget* found = nullptr;
  std::string names;
  for (const NotedTarget& t : before.targets) {
    if (t.name == target) found = &t;
    names += (names.empty() ? "" : ", ") + t.name;
  }
  if (!found && alone && before.targets.size() == 1) found = &before.targets.front();
  if (!found)
    throw BadBaseline(before.file + ": has no target " + target + " to compare with, but " + names);
  if (!found->could_not_run.empty())
    throw BadBaseline(before.file + ": " + found->name +
                      " did not run to its end there: " + found->could_not_run);
  return *found;
}

TargetDifference compare(const NotedTarget& before, const NotedTarget& now) {
  TargetDifference out{now.name, before.name, {}, {}, {}, 0, now.could_not_run.empty()};
  for (const auto& [bucket, noted] : now.deviations) {
    const auto was = before.deviations.find(bucket);
    if (was == before.deviations.end())
      out.news.push_back(noted);
    else if (was->second != noted)
      out.changed.push_back({was->second, noted});
    else
      ++out.same;
  }
  for (const auto& [bucket, noted] : before.deviations)
    if (out.complete && !now.deviations.contains(bucket)) out.gone.push_back(noted);
  return out;
}

}  // namespace

Baseline parse_baseline(const std::string& file, const std::string& content) {
  using Type = Json::value_t;
  const Json document = parsed(file, content);
  const Reader whole(file, document, "the document:");
  if (whole.has("verb")) whole.wrong("it is what --json printed");
  if (whole.text("tool") != "mprogcheck") whole.wrong("it is of another tool");
  if (const Json& schema = whole.member("schema", Type::number_unsigned); schema != 1)
    throw BadBaseline(file + ": has schema " + schema.dump() + "; this version reads schema 1");
  const Reader suite(file, whole.member("suite", Type::object), "the suite:");
  Baseline out{file,
               whole.text("version"),
               whole.text("date", true),
               suite.member("traces", Type::number_unsigned).get<std::size_t>(),
               {}};
  for (const Json& one : whole.member("targets", Type::array)) {
    const Reader target(file, one, "target " + std::to_string(out.targets.size() + 1) + ":");
    out.targets.push_back({target.text("name"), target.text("could_not_run", true), {}});
  }
  if (out.targets.empty()) whole.wrong("it has no targets");
  std::size_t number = 0;
  for (const Json& one : whole.member("deviations", Type::array)) {
    const Reader d(file, one, "deviation " + std::to_string(++number) + ":");
    const auto at = std::find_if(out.targets.begin(), out.targets.end(),
                                 [&](const NotedTarget& t) { return t.name == d.text("target"); });
    if (at == out.targets.end()) d.wrong("deviation " + std::to_string(number) + " has no target");
    const std::string bucket = d.text("bucket");
    const auto how = grade(!d.text("known", true).empty(), d.flag("elsewhere"),
                           d.text("breaks") == word(Breach::code));
    at->deviations[bucket] = {bucket, std::string(how), d.text("observed")};
  }
  return out;
}

void need_comparable(const Baseline& before, const std::vector<std::string>& targets) {
  for (const std::string& target : targets) opposite(before, target, targets.size() == 1);
}

bool Difference::deviates(bool strict) const {
  return std::any_of(targets.begin(), targets.end(), [&](const TargetDifference& t) {
    return std::any_of(t.news.begin(), t.news.end(),
                       [&](const Noted& n) {
                         return n.grade == kNew || (strict && n.grade == kDiffers);
                       }) ||
           std::any_of(t.changed.begin(), t.changed.end(),
                       [](const Changed& c) { return c.worse(); });
  });
}

Difference difference(const Baseline& before, const Report& now) {
  Difference out{before, "", {}};
  if (before.traces != now.traces)
    out.note = "the suites differ: " + std::to_string(before.traces) + " traces there, " +
               std::to_string(now.traces) + " here";
  for (const Column& column : now.columns) {
    NotedTarget noted{column.seen.target, column.seen.broke_off, {}};
    for (const Evidence& e : column.deviations) {
      const auto how = grade(!e.example.known.empty(), e.example.elsewhere,
                             e.example.deviation.breach == Breach::code);
      noted.deviations[e.bucket] = {e.bucket, std::string(how),
                                    plain_text(e.example.deviation.observed)};
    }
    out.targets.push_back(compare(opposite(before, noted.name, now.columns.size() == 1), noted));
  }
  return out;
}

std::string text(const TargetDifference& d) {
  return std::to_string(d.news.size()) + " new, " +
         (d.complete ? std::to_string(d.gone.size()) + " gone, " : "") +
         std::to_string(d.changed.size()) + " changed, " + std::to_string(d.same) + " as before" +
         (d.complete ? "" : "; the target did not run to its end");
}

}  // namespace mprogcheck::report
