// SPDX-License-Identifier: GPL-2.0-only
// The parser of traces. Every complaint names file, line and column, and says what would be right.
#include <algorithm>

#include "model/words/operation_reader.hpp"
#include "model/words/releases.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

using namespace tokens;

class Parser : OperationReader {
 public:
  Parser(std::string_view text, std::string_view file) : OperationReader(file), text_(text) {}

  std::vector<Trace> run(std::vector<Spots>* spots) {
    std::size_t begin = 0;
    while (begin < text_.size()) {
      std::size_t end = text_.find('\n', begin);
      if (end == std::string_view::npos) end = text_.size();
      ++at_.line;
      line(text_.substr(begin, end - begin));
      begin = end + 1;
    }
    if (traces_.empty())
      fail({at_.file, at_.line + 1}, 1,
           "no trace here: a trace begins with 'dialect mainline' or 'dialect rfc2'");
    for (Trace& t : traces_) tidy(t);
    if (spots) *spots = std::move(spots_);
    return std::move(traces_);
  }

 private:
  void line(std::string_view raw) {
    // A reason is prose, and may well name issue #12.
    const std::size_t hash =
        in_header_ && trimmed(raw).starts_with("reason ") ? std::string_view::npos : raw.find('#');
    const bool has_comment = hash != std::string_view::npos;
    const std::string_view body = has_comment ? raw.substr(0, hash) : raw;
    const std::string comment(has_comment ? trimmed(raw.substr(hash + 1)) : std::string_view{});
    for (std::size_t i = 0; i < body.size(); ++i)
      if (const auto c = static_cast<unsigned char>(body[i]);
          (c < ' ' && !is_space(body[i])) || c >= 127)
        fail(at_, i + 1, "a control character; traces are plain text");
    tokens_ = tokens_of(body);
    next_ = 0;
    end_column_ = trimmed(body).empty() ? 1 : body.find_last_not_of(" \t\r") + 2;
    if (tokens_.empty()) {
      if (has_comment) above_.push_back(comment);
      return;
    }
    if (tokens_[0].text == "dialect") return begin_trace();
    if (traces_.empty())
      fail(at_, tokens_[0].column, "expected 'dialect mainline' or 'dialect rfc2' first");
    if (in_header_ && header_line(trimmed(body))) {
      if (has_comment) traces_.back().preface.push_back(comment);
      return;
    }
    operation(comment);
  }

  void begin_trace() {
    ++next_;
    const Token t = need("a dialect: mainline or rfc2");
    const auto dialect = dialect_from(t.text);
    if (!dialect)
      fail(at_, t.column, "unknown dialect " + quoted(t.text) + "; there are mainline and rfc2");
    no_more();
    said_.clear();
    spots_.push_back({{at_.line, tokens_[0].column}, {}});
    traces_.emplace_back();
    traces_.back().header.dialect = *dialect;
    traces_.back().header.devices = 0;
    traces_.back().preface = std::move(above_);
    above_.clear();
    in_header_ = true;
  }

  // False if this is no header line: the operations begin.
  bool header_line(std::string_view body) {
    Trace& trace = traces_.back();
    const Token key = tokens_[next_++];
    if (key.text == "reason" || key.text == "target" || key.text == "releases" ||
        key.text == "bucket" || key.text == "capacity" || key.text == "revision")
      once(key);
    if (key.text == "reason") {
      trace.reason = std::string(trimmed(body.substr(6)));
      return true;
    }
    if (key.text == "target") {
      trace.target = std::string(need("the targets on which this deviation is known").text);
      while (next_ < tokens_.size()) (trace.target += ' ') += tokens_[next_++].text;
    } else if (key.text == "releases") {
      releases();
    } else if (key.text == "bucket") {
      trace.bucket = std::string(need("the bucket of this deviation, as a report names it").text);
    } else if (key.text == "capacity") {
      const Token t = need("a number");
      trace.header.capacity =
          static_cast<std::uint8_t>(number(t, 1, trace.header.dialect->capacity));
    } else if (key.text == "revision") {
      const Token t = need("a number");
      trace.header.revision = number(t, 1, trace.header.dialect->last_revision);
    } else if (key.text == "device") {
      do {
        const Token t = need("a device, d0 to d" + std::to_string(kMaxDevices - 1));
        const std::uint8_t d = indexed(t, t.text, 'd', kMaxDevices);
        if (d != trace.header.devices)
          fail(at_, t.column,
               "devices are declared in order; next is d" + std::to_string(trace.header.devices));
        ++trace.header.devices;
      } while (next_ < tokens_.size());
    } else if (key.text == "load") {
      do {
        load(need("a program, p0 to p" + std::to_string(kMaxProgs - 1)));
      } while (next_ < tokens_.size());
    } else {
      --next_;
      return false;
    }
    no_more();
    above_to_preface();
    return true;
  }

  void releases() {
    std::string& text = traces_.back().releases;
    std::vector<std::size_t> columns;  // of each character of the text
    while (next_ < tokens_.size()) {
      const Token t = tokens_[next_++];
      if (!text.empty()) text += ' ', columns.push_back(t.column);
      for (std::size_t i = 0; i < t.text.size(); ++i) columns.push_back(t.column + i);
      text += t.text;
    }
    ranges_in(text, [&](std::size_t at, const std::string& what) {
      fail(at_, at > columns.size() ? end_column_ : columns[at - 1], what);
    });
  }

  void load(Token t) {
    Header& h = traces_.back().header;
    const std::size_t colon = t.text.find(':');
    const std::uint8_t p = indexed(t, t.text.substr(0, colon), 'p', kMaxProgs);
    if (h.loaded[p]) fail(at_, t.column, "p" + std::to_string(int{p}) + " is loaded twice");
    h.loaded[p] = true;
    if (colon == std::string_view::npos) return;
    const std::string_view type = t.text.substr(colon + 1);
    if (type != "xdp" && type != "sched_cls")
      fail(at_, t.column + colon + 1,
           "unknown program type " + quoted(type) + "; there are sched_cls and xdp");
    h.xdp[p] = type == "xdp";
  }

  void above_to_preface() {
    auto& preface = traces_.back().preface;
    preface.insert(preface.end(), above_.begin(), above_.end());
    above_.clear();
  }

  void operation(const std::string& comment) {
    if (in_header_) names_.emplace(traces_.back().header);
    in_header_ = false;
    Spot spot{at_.line, tokens_[next_].column};
    const Operation op = OperationReader::operation();
    std::optional<Expected> expected;
    if (next_ < tokens_.size()) {
      ++next_;  // =>
      if (next_ < tokens_.size()) spot.column = tokens_[next_].column;
      expected = outcome(op);
    }
    if (const auto c = names_->next(op)) fail(at_, column_of(c->field), c->text);
    Trace& trace = traces_.back();
    trace.operations.push_back(op);
    spots_.back().expected.push_back(spot);
    trace.expected.push_back(std::move(expected));
    trace.comments.push_back({std::move(above_), comment});
    above_.clear();
  }

  // A trace without a single expectation or comment carries none.
  static void tidy(Trace& t) {
    bool expects = false, comments = false;
    for (const auto& e : t.expected) expects |= e.has_value();
    for (const auto& c : t.comments) comments |= !c.empty();
    if (!expects) t.expected.clear();
    if (!comments) t.comments.clear();
  }

  std::string_view text_;
  std::vector<Trace> traces_;
  std::vector<Spots> spots_;  // of traces_
  std::vector<std::string> above_;
  std::optional<NameCheck> names_;
  bool in_header_ = false;
};

}  // namespace

std::vector<Trace> parse(std::string_view text, std::string_view file, std::vector<Spots>* spots) {
  return Parser(text, file).run(spots);
}

}  // namespace mprogcheck
