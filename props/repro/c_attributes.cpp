// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/c_attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "props/repro/c_netkit_words.hpp"

namespace mprogcheck::repro {
namespace {

template <class LineOf>
std::string lines_of(KeySet keys, LineOf&& line_of) {
  std::string out;
  for (const Key key : keys) out += line_of(row(key));
  return out;
}

std::string members() {
  std::string out;
  for (const Key key : kShownData) out += (out.empty() ? "" : ", ") + std::string(row(key).word);
  return out;
}

// Where a request says nothing. Which side is the primary is said apart.
std::string initial() {
  KeySet keys = kShownData;
  keys.remove(Key::primary);
  return lines_of(keys, [](const AttributeRow& a) {
    return fmt::format("\t\t.{} = {},\n", a.word, c_words::value_word(a.key, a.initial));
  });
}

void replace(std::string& text, std::string_view name, const std::string& by) {
  if (const std::size_t at = text.find(name); at != std::string::npos)
    text.replace(at, name.size(), by);
}

std::string defines_of(KeySet keys) {
  std::vector<const AttributeRow*> by_type;
  for (const Key key : keys) by_type.push_back(&row(key));
  std::sort(by_type.begin(), by_type.end(),
            [](const AttributeRow* a, const AttributeRow* b) { return a->type < b->type; });
  std::string types, values;
  for (const AttributeRow* a : by_type) {
    types += fmt::format("#define {} {}\n", a->uapi, a->type);
    if (a->of_other) continue;  // has the values of the side's own
    for (const ValueName& value : a->values)
      if (!value.uapi.empty()) values += fmt::format("#define {} {}\n", value.uapi, value.value);
  }
  return types + values;
}

}  // namespace

std::string with_attributes(std::string_view text) {
  std::string out(text);
  replace(out, "@DEFINES@\n", defines_of(kInData));
  replace(out, "@MEMBERS@", members());
  replace(out, "@READ@\n", lines_of(kShownData, [](const AttributeRow& a) {
            return fmt::format("\t\t.{} = number(find_in(data, {})),\n", a.word, a.uapi);
          }));
  replace(out, "@COMPARED@\n", lines_of(kShownData, [](const AttributeRow& a) {
            return fmt::format("\tFIELD({}, {}),\n", a.word, a.since.empty() ? 0 : 1);
          }));
  replace(out, "@INITIAL@\n", initial());
  replace(out, "@UNSHOWN@\n", lines_of(kShownData - kShownOfSingle, [](const AttributeRow& a) {
            return fmt::format("\t\tone.{} = UNTOLD;\n", a.word);
          }));
  return out;
}

}  // namespace mprogcheck::repro
