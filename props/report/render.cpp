// SPDX-License-Identifier: GPL-2.0-only
// The forms of the report for people: Mustache templates over the one document.
#include <algorithm>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "model/words/plain_text.hpp"
#include "props/report/matrix.hpp"
#include "props/report/report.hpp"
#include "templates.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;
using kainjow::mustache::data;
using kainjow::mustache::mustache;

// Null, false and empty strings open no section.
data of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      data out(data::type::object);
      for (const auto& [name, member] : value.items()) out.set(name, of(member));
      return out;
    }
    case Json::value_t::array: {
      data out(data::type::list);
      for (const Json& element : value) out.push_back(of(element));
      return out;
    }
    case Json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      return text.empty() ? data(false) : data(text);
    }
    case Json::value_t::boolean:
      return data(value.get<bool>());
    case Json::value_t::null:
      return data(false);
    default:
      return data(value.dump());
  }
}

// For the cell of a table: no line ends, and no character that means something in Markdown or HTML.
std::string in_markdown(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|&#~").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// A tag that has its line to itself leaves no line behind: so Mustache's specification has it, and
// a table of Markdown needs it. The library knows that, but not inside of a section, so here such a
// tag moves to the line below it; of an empty one the library then takes away too much.
std::string without_lines_of_tags(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end);
    const bool tag = line.size() > 5 && line.starts_with("{{") &&
                     line.find("}}") + 2 == line.size() &&
                     std::string_view("#^/!").find(line[2]) != std::string_view::npos;
    out += tag ? line : text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (tag && line[2] == '/' && text.starts_with('\n')) out += '\n';
  }
  return out;
}

// Whether a target was asked about a clause: not if none of them can be.
bool asked(const Json& row) {
  bool unsupported = false;
  for (const Json& cell : row["cells"]) {
    unsupported |= cell["answer"] == word(Answer::unsupported);
    if (cell["answer"] != word(Answer::unsupported) &&
        cell["answer"] != word(Answer::could_not_run))
      return true;
  }
  return !unsupported;
}

// The document as people read it: deviations by grade, and the clauses apart that no target
// supports.
Json in_order(Json document) {
  document["grades"] = Json::array();
  for (const std::string_view grade : kGrades) {
    Json all = Json::array();
    for (const Json& deviation : document["deviations"])
      if (deviation["grade"] == grade) all.push_back(deviation);
    if (!all.empty())
      document["grades"].push_back(
          {{"grade", grade}, {"number", all.size()}, {"deviations", std::move(all)}});
  }
  Json in = Json::array(), out = Json::array();
  for (Json& row : document["clauses"]) (asked(row) ? in : out).push_back(std::move(row));
  document.erase("clauses");
  document["asked"] = std::move(in);
  if (!out.empty()) document["unsupported"] = {{"number", out.size()}, {"clauses", std::move(out)}};
  return document;
}

std::string render(std::string_view text, const Json& document, bool escapes_markdown) {
  mustache form{without_lines_of_tags(text)};
  if (!form.is_valid()) throw std::logic_error("a template of the report: " + form.error_message());
  if (escapes_markdown) form.set_custom_escape(in_markdown);
  return form.render(of(in_order(document)));
}

}  // namespace

std::string markdown(const Json& document) {
  // One fence for all blocks: what is in them may have backticks of its own.
  Json fenced = document;
  fenced["fence"] = fence_around(document.dump());
  return render(kMarkdown, fenced, true);
}

std::string page(const Json& document) {
  return render(kPage, document, false);
}

}  // namespace mprogcheck::report
