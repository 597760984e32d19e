// SPDX-License-Identifier: GPL-2.0-only
// The documents of --json. Not nlohmann::json itself, which each file that builds a document would
// compile anew: only json.cpp includes it.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mprogcheck::cli {

// A value of JSON. The members of an object keep the order in which they were added.
class Json {
 public:
  struct Member;

  Json();  // null
  Json(std::initializer_list<Member> object);
  Json(bool value);
  Json(double value);
  Json(const char* text);
  Json(std::string_view text);
  Json(const std::string& text);
  Json(const std::vector<std::string>& texts);
  Json(const std::vector<std::string_view>& texts);
  template <std::unsigned_integral T>
  Json(T value) : Json(Unsigned{value}) {}
  template <std::signed_integral T>
  Json(T value) : Json(Signed{value}) {}
  static Json array();
  static Json object();

  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  // The member of an object, made if need be. Null becomes an object.
  Json& operator[](std::string_view key);
  // Null becomes an array.
  void push_back(Json value);
  Json& back();
  // Of an array or object.
  std::size_t size() const;
  // All members of another object, behind those that are there.
  void update(Json object);

  // Indented. Bytes that are not UTF-8 are replaced.
  std::string dump() const;

 private:
  struct Unsigned {
    std::uint64_t value;
  };
  struct Signed {
    std::int64_t value;
  };
  explicit Json(Unsigned value);
  explicit Json(Signed value);

  using Array = std::vector<Json>;
  using Object = std::vector<Member>;
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array,
               Object>
      value_;
  friend struct Convert;
};

struct Json::Member {
  std::string key;
  Json value;
};

// Prints the document of a verb on standard output, its first members the version of its form and
// the verb. docs/json.md describes the documents; the version changes if a member goes or means
// something else.
inline constexpr int kJsonSchema = 1;
void print_json(std::string_view verb, Json document);

}  // namespace mprogcheck::cli
