// SPDX-License-Identifier: GPL-2.0-only
#include "props/report/mustache.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "model/words/plain_text.hpp"

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

}  // namespace

std::string render(std::string_view text, const Json& document, bool escapes_markdown) {
  mustache form{without_lines_of_tags(text)};
  if (!form.is_valid()) throw std::logic_error("a template of the report: " + form.error_message());
  if (escapes_markdown) form.set_custom_escape(in_markdown);
  return form.render(of(document));
}

Json in_plain_text(Json value) {
  if (value.is_string()) return plain_text(value.get_ref<const std::string&>());
  if (value.is_structured())
    for (Json& member : value) member = in_plain_text(std::move(member));
  return value;
}

}  // namespace mprogcheck::report
