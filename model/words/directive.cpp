// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/directive.hpp"

#include <algorithm>
#include <set>

#include "model/words/tokens.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

using namespace tokens;

constexpr words::Pair<Wish> kWishes[] = {{"before", Wish::before},
                                         {"after", Wish::after},
                                         {"first", Wish::first},
                                         {"last", Wish::last},
                                         {"present", Wish::present}};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '-';
}

// A comment begins at the line's begin or behind a space: fw#12 is a name.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || is_space(line[i - 1]))) return line.substr(0, i);
  return line;
}

class DirectiveParser : LineReader {
 public:
  explicit DirectiveParser(std::string_view file) : LineReader(file) {}

  std::vector<Directive> run(std::string_view text) {
    std::vector<Directive> directives;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      ++at_.line;
      const std::string_view body = without_comment(text.substr(begin, end - begin));
      tokens_ = tokens_of(body);
      next_ = 0;
      end_column_ = body.find_last_not_of(" \t\r") + 2;
      if (!tokens_.empty()) directives.push_back(directive());
      begin = end + 1;
    }
    if (directives.empty())
      fail({at_.file, at_.line + 1}, 1, "no directive here; one reads 'owner: fw before log'");
    return directives;
  }

 private:
  Directive directive() {
    Directive d;
    Token owner = need("an owner");
    d.spot = {at_.line, owner.column};
    if (!owner.text.ends_with(':'))
      fail(at_, owner.column, "expected an owner such as 'firewall:', not " + quoted(owner.text));
    owner.text.remove_suffix(1);
    d.owner = word(owner);
    d.prog = program();
    const Token t = need("before, after, first, last or present");
    const auto wish = words::find(kWishes, t.text);
    if (!wish)
      fail(at_, t.column, "expected before, after, first, last or present, not " + quoted(t.text));
    d.wish = *wish;
    if (d.relative()) {
      const std::size_t column = next_ < tokens_.size() ? tokens_[next_].column : end_column_;
      d.other = program();
      if (d.other == d.prog)
        fail(at_, column, quoted(d.prog) + " cannot stand before or after itself");
    }
    no_more();
    return d;
  }

  std::string program() {
    Token t = need("the name of a program");
    const std::string whole(t.text);
    if (const auto hash = t.text.find('#'); hash != std::string_view::npos) {
      const std::string_view number = t.text.substr(hash + 1);
      if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit))
        fail(at_, t.column + hash + 1, "expected the id of a program, as in fw#12");
      t.text = t.text.substr(0, hash);
    }
    word(t);
    return whole;
  }

  std::string word(Token t) {
    if (t.text.empty()) fail(at_, t.column, "expected a name");
    for (std::size_t i = 0; i < t.text.size(); ++i)
      if (!is_of_a_name(t.text[i]))
        fail(at_, t.column + i, "a name is of letters, digits, '_', '.' and '-'");
    return std::string(t.text);
  }
};

}  // namespace

std::vector<Directive> parse_directives(std::string_view text, std::string_view file) {
  return DirectiveParser(file).run(text);
}

std::string print(const Directive& d) {
  return d.owner + ": " + d.prog + " " + std::string(words::name(kWishes, d.wish)) +
         (d.relative() ? " " + d.other : "");
}

std::vector<std::string> programs_of(std::span<const std::string> list,
                                     std::span<const Directive> directives) {
  std::vector<std::string> programs(list.begin(), list.end());
  std::set<std::string> known(list.begin(), list.end());
  for (const Directive& d : directives)
    for (const std::string* name : {&d.prog, &d.other})
      if (!name->empty() && known.insert(*name).second) programs.push_back(*name);
  return programs;
}

}  // namespace mprogcheck
