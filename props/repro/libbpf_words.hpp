// SPDX-License-Identifier: GPL-2.0-only
// What C programs and selftests have in common: the options of a call of libbpf, and its flags. Not
// for use elsewhere.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "model/words/operation.hpp"

namespace mprogcheck::repro {

// The options of one call: members that are 0 are left out.
class Options {
 public:
  Options& add(std::string_view member, std::string_view value) {
    if (value != "0") text_ += fmt::format("{}.{} = {}", text_.empty() ? "" : ", ", member, value);
    return *this;
  }
  bool empty() const { return text_.empty(); }
  std::string reset(std::string_view name) const {
    return fmt::format("LIBBPF_OPTS_RESET({}{}{});", name, empty() ? "" : ", ", text_);
  }
  std::string declared(std::string_view name) const {
    const std::string_view of =
        name == "attach" || name == "detach" || name == "query" ? "prog" : "link";
    return fmt::format("LIBBPF_OPTS(bpf_{0}_{1}_opts, {1}{2}{3});", of, name, empty() ? "" : ", ",
                       text_);
  }
  // As the value of a structure, or of one in a member of it.
  std::string literal(std::string_view type, std::string_view member = {}) const {
    const std::string values = fmt::format("{{ {} }}", empty() ? "0" : text_);
    return member.empty() ? fmt::format("({}){}", type, values)
                          : fmt::format("({}){{ .{} = {} }}", type, member, values);
  }

 private:
  std::string text_;
};

// libbpf sets BPF_F_ID itself where it is given an id.
inline bool by_id(const Operation& op) {
  return op.has(flag::id) && op.relative.given();
}

inline std::string flag_names(const Operation& op, bool with_id) {
  std::string out;
  const auto add = [&](bool wanted, std::string_view name) {
    if (wanted) out += fmt::format("{}{}", out.empty() ? "" : " | ", name);
  };
  add(op.has(flag::replace), "BPF_F_REPLACE");
  add(op.has(flag::before), "BPF_F_BEFORE");
  add(op.has(flag::after), "BPF_F_AFTER");
  add(with_id && op.has(flag::id), "BPF_F_ID");
  add(op.has(flag::link), "BPF_F_LINK");
  add(op.bits != 0, fmt::format("{:#x}", op.bits));
  return out.empty() ? "0" : out;
}

// A line of C in lines of at most 100 columns, with tabs of 8, broken behind commas and, within
// strings, at spaces.
std::string folded(std::string_view line);

}  // namespace mprogcheck::repro
