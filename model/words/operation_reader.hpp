// SPDX-License-Identifier: GPL-2.0-only
// Reads operations, by their rows in forms.hpp: operands in order, then options in any order.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "model/words/forms.hpp"
#include "model/words/outcomes.hpp"
#include "model/words/usage.hpp"

namespace mprogcheck::tokens {

class OperationReader : protected OutcomeReader {
 protected:
  using OutcomeReader::OutcomeReader;

  // The verb and all that belongs to it, up to the outcome or the end of the line.
  Operation operation() {
    said_.clear();
    columns_ = {};
    const Token verb = tokens_[next_++];
    const auto known = verb_from(verb.text);
    if (!known) fail(at_, verb.column, "unknown operation " + quoted(verb.text) + "; " + verbs());
    Operation op;
    op.verb = *known;
    mark(Field::verb, verb);
    visit_form(op.verb, [&](const auto& row) {
      row.parts.each([&](const auto& part) { operand(part, op); });
      while (next_ < tokens_.size() && tokens_[next_].text != "=>") option(row, op);
    });
    return op;
  }

  // Where the field stands on the line; if it does not, where the verb does.
  std::size_t column_of(Field field) const {
    const std::size_t column = columns_[static_cast<std::size_t>(field)];
    return column ? column : columns_[static_cast<std::size_t>(Field::verb)];
  }

 private:
  static std::string verbs() {
    std::string out;
    for (const auto& head : kHeads) (out += out.empty() ? "there are " : ", ") += head.word;
    return out;
  }

  void mark(Field field, Token t) { columns_[static_cast<std::size_t>(field)] = t.column; }

  // Options are no operands.
  template <class Part>
  void operand(const Part&, Operation&) {}
  void operand(const words::Literal& part, Operation&) {
    const Token t = need(std::string(part.word));
    if (t.text != part.word)
      fail(at_, t.column, "expected " + std::string(part.word) + ", not " + quoted(t.text));
  }
  template <class M, class Kind>
  void operand(const words::Operand<M, Kind>& part, Operation& op) {
    if (!occurs(part, op)) return;
    if (part.occurs == words::Occurs::optionally &&
        (next_ >= tokens_.size() || !is_name(tokens_[next_], 'd')))
      return;
    const Token t = need(wanted(part.kind));
    mark(part.field, t);
    read(part.kind, t, part.of(op));
  }
  template <class Part>
  static bool occurs(const Part& part, const Operation& op) {
    return part.occurs != words::Occurs::unless_removed || op.change != TcChange::remove;
  }

  template <class Row>
  void option(const Row& row, Operation& op) {
    const Token t = tokens_[next_++];
    // Of an attribute that is given twice the last counts: part of what is asked.
    if (!takes<&Operation::attrs>(op.verb) || t.text.starts_with("in=")) once(t);
    bool taken = false;
    row.parts.each([&](const auto& part) { taken = taken || take(part, t, op); });
    if (taken) return;
    std::string known;
    row.parts.each([&](const auto& part) {
      if (const std::string usage = words::usage(part); !usage.empty())
        (known += known.empty() ? "" : ", ") += usage;
    });
    const std::string verb(row.word);
    fail(at_, t.column,
         known.empty() ? "did not expect " + quoted(t.text) + "; " + verb + " has no options"
                       : quoted(t.text) + " is no option of " + verb + "; there are " + known);
  }

  // True if the token is that option. Operands are no options.
  template <class Part>
  bool take(const Part&, Token, Operation&) {
    return false;
  }
  template <class M>
  bool take(const words::Bit<M>& part, Token t, Operation& op) {
    if (t.text != part.word || !occurs(part, op)) return false;
    part.set(op);
    mark(part.field, t);
    return true;
  }
  template <class M, class Kind>
  bool take(const words::Option<M, Kind>& part, Token t, Operation& op) {
    const auto [key, value] = split(t);
    if (key != part.word || !occurs(part, op)) return false;
    mark(part.field, value);
    auto& member = part.of(op);
    if constexpr (std::is_same_v<Kind, words::Number>) {
      // The bits that have words of their own may stand there as well.
      const auto named = member & part.kind.named;
      read(part.kind, value, member);
      member = static_cast<std::remove_cvref_t<decltype(member)>>(member | named);
    } else {
      read(part.kind, value, member);
    }
    return true;
  }
  bool take(const words::Attributes&, Token t, Operation& op) {
    const auto [word, value] = split(t);
    const auto key = key_from(word);
    if (!key) return false;
    const auto free = std::find_if(op.attrs.begin(), op.attrs.end(),
                                   [](const Attr& a) { return a.key == Key::none; });
    if (free == op.attrs.end())
      fail(at_, t.column,
           "a request has " + std::to_string(kMaxAttrs) + " attributes at most here");
    mark(Field::attrs, t);
    *free = attribute(*key, value);
    return true;
  }
  bool take(const words::Verdicts&, Token t, Operation& op) {
    const auto [who, what] = split(t);
    if (who.empty()) return false;
    const auto action = words::find(words::kActions, what.text);
    if (!action)
      fail(at_, what.column,
           "unknown verdict " + quoted(what.text) + "; there are pass, drop, unknown, redirect");
    if (*action == Action::next)
      fail(at_, what.column, "'next' is what a program says anyway; leave it out");
    Says& slot = op.says[0].action == Action::next ? op.says[0] : op.says[1];
    if (slot.action != Action::next)
      fail(at_, t.column, "two programs at most say something other than next");
    slot = {Prog{indexed(t, who, 'p', kMaxProgs)}, *action};
    mark(Field::says, t);
    return true;
  }

  struct KeyAndValue {
    std::string_view key;  // empty: there is no '='
    Token value;
  };
  static KeyAndValue split(Token t) {
    const std::size_t eq = t.text.find('=');
    if (eq == std::string_view::npos) return {{}, t};
    return {t.text.substr(0, eq), {t.text.substr(eq + 1), t.column + eq + 1}};
  }

  std::array<std::size_t, kFields> columns_{};
};

}  // namespace mprogcheck::tokens
