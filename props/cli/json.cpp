// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "model/words/plain_text.hpp"

namespace mprogcheck::cli {

using nlohmann::ordered_json;

struct Convert {
  ordered_json operator()(std::monostate) const { return nullptr; }
  ordered_json operator()(const Json::Array& array) const {
    ordered_json out = ordered_json::array();
    for (const Json& element : array) out.push_back(std::visit(*this, element.value_));
    return out;
  }
  ordered_json operator()(const Json::Object& object) const {
    ordered_json out = ordered_json::object();
    for (const Json::Member& m : object) out[plain_text(m.key)] = std::visit(*this, m.value.value_);
    return out;
  }
  ordered_json operator()(const std::string& text) const { return plain_text(text); }
  ordered_json operator()(const auto& plain) const { return plain; }
};

Json::Json() = default;
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json::Json(std::initializer_list<Member> object) : value_(Object(object)) {}
Json::Json(bool value) : value_(value) {}
Json::Json(double value) : value_(value) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(const std::string& text) : value_(text) {}
Json::Json(const std::vector<std::string>& texts) : value_(Array(texts.begin(), texts.end())) {}
Json::Json(const std::vector<std::string_view>& texts)
    : value_(Array(texts.begin(), texts.end())) {}
Json::Json(Unsigned value) : value_(value.value) {}
Json::Json(Signed value) : value_(value.value) {}

Json Json::array() {
  Json out;
  out.value_ = Array();
  return out;
}

Json Json::object() {
  Json out;
  out.value_ = Object();
  return out;
}

Json& Json::operator[](std::string_view key) {
  if (std::holds_alternative<std::monostate>(value_)) value_ = Object();
  Object& members = std::get<Object>(value_);
  const auto at =
      std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == key; });
  if (at != members.end()) return at->value;
  members.push_back({std::string(key), {}});
  return members.back().value;
}

void Json::push_back(Json value) {
  if (std::holds_alternative<std::monostate>(value_)) value_ = Array();
  std::get<Array>(value_).push_back(std::move(value));
}

Json& Json::back() {
  return std::get<Array>(value_).back();
}

std::size_t Json::size() const {
  if (const auto* array = std::get_if<Array>(&value_)) return array->size();
  return std::get<Object>(value_).size();
}

void Json::update(Json object) {
  for (Member& m : std::get<Object>(object.value_)) (*this)[m.key] = std::move(m.value);
}

std::string Json::dump() const {
  return std::visit(Convert{}, value_).dump(2);
}

void print_json(std::string_view verb, Json document) {
  Json whole{{"schema", kJsonSchema}, {"verb", verb}};
  whole.update(std::move(document));
  fmt::print("{}\n", whole.dump());
}

}  // namespace mprogcheck::cli
