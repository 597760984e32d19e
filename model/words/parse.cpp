// SPDX-License-Identifier: GPL-2.0-only
// The parser of traces. Every complaint names file, line and column, and says what would be right.
#include <algorithm>

#include "model/words/bpf_attribute.hpp"
#include "model/words/outcomes.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

using namespace tokens;

class Parser : OutcomeReader {
 public:
  Parser(std::string_view text, std::string_view file) : OutcomeReader(file), text_(text) {}

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
    if (key.text == "reason" || key.text == "target" || key.text == "capacity" ||
        key.text == "revision")
      once(key);
    if (key.text == "reason") {
      trace.reason = std::string(trimmed(body.substr(6)));
      return true;
    }
    if (key.text == "target") {
      trace.target = std::string(need("the targets on which this deviation is known").text);
      while (next_ < tokens_.size()) (trace.target += ' ') += tokens_[next_++].text;
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
    said_.clear();
    Operation op;
    for (auto& column : columns_) column = 0;
    const Token verb = tokens_[next_++];
    const auto v = verb_from(verb.text);
    if (!v)
      fail(at_, verb.column,
           "unknown operation " + quoted(verb.text) +
               "; there are attach, detach, query, link_create, link_update, link_detach, info, "
               "fdinfo, close, remove, qdisc, packet, create, change, set, send, filter, "
               "filter_link, chain, provoke");
    op.verb = *v;
    mark(Field::verb, verb);
    operands(op);
    std::optional<Expected> expected;
    Spot spot{at_.line, verb.column};
    while (next_ < tokens_.size()) {
      const Token t = tokens_[next_++];
      if (t.text == "=>") {
        if (next_ < tokens_.size()) spot.column = tokens_[next_].column;
        expected = outcome(op);
        break;
      }
      option(op, t);
    }
    if (const auto c = names_->next(op))
      fail(at_,
           columns_[static_cast<std::size_t>(c->field)]
               ? columns_[static_cast<std::size_t>(c->field)]
               : verb.column,
           c->text);
    Trace& trace = traces_.back();
    trace.operations.push_back(op);
    spots_.back().expected.push_back(spot);
    trace.expected.push_back(std::move(expected));
    trace.comments.push_back({std::move(above_), comment});
    above_.clear();
  }

  // What every operation of the kind has, in order, before its options.
  void operands(Operation& op) {
    if (op.verb == Verb::link_create || op.verb == Verb::filter_link) {
      const Token t = need("the name of the new link, l0 to l" + std::to_string(kMaxLinks - 1));
      op.link = {Ref::Kind::link, indexed(t, t.text, 'l', kMaxLinks)};
      mark(Field::link, t);
    }
    if (op.verb == Verb::link_update || op.verb == Verb::link_detach || op.verb == Verb::info)
      op.link = object(Field::link, "a link");
    if (op.verb == Verb::fdinfo) {
      const Token t = need("a link");
      op.link = {Ref::Kind::link, indexed(t, t.text, 'l', kMaxLinks)};
      mark(Field::link, t);
    }
    if (op.verb == Verb::attach || op.verb == Verb::detach || op.verb == Verb::link_create ||
        op.verb == Verb::link_update || op.verb == Verb::filter_link)
      op.prog = object(Field::prog, "a program");
    if (op.verb == Verb::close) {
      op.prog = object(Field::prog, "a program or a link");
      if (op.prog.kind != Ref::Kind::prog && op.prog.kind != Ref::Kind::link)
        fail(at_, tokens_[next_ - 1].column, "only a program or a link can be closed");
    }
    if (op.verb == Verb::attach || op.verb == Verb::detach || op.verb == Verb::link_create ||
        op.verb == Verb::query || op.verb == Verb::packet || of_filters(op.verb))
      op.point = point();
    if (op.verb == Verb::filter) filter(op);
    if (op.verb == Verb::chain) {
      const Token t = need("remove");
      if (t.text != "remove") fail(at_, t.column, "a chain is there to remove, no more");
    }
    if (op.verb == Verb::provoke) {
      const Token t = need("what: panic, warn or hang");
      const auto provocation = words::find(words::kProvocations, t.text);
      if (!provocation)
        fail(at_, t.column, "cannot provoke " + quoted(t.text) + "; there are panic, warn, hang");
      op.provocation = *provocation;
    }
    if (op.verb == Verb::remove || op.verb == Verb::qdisc) {
      const Token t = need("a device");
      const bool every = op.verb == Verb::remove && t.text == "all";
      op.point = {every ? kAllDevices : indexed(t, t.text, 'd', kMaxDevices), Hook::ingress};
      mark(Field::point, t);
    }
    if (op.verb == Verb::qdisc) qdisc(op);
    if (of_netkit(op.verb)) {
      const Token t = need("a device");
      op.point = {indexed(t, t.text, 'd', kMaxDevices), Hook::ingress};
      mark(Field::point, t);
    }
    if (op.verb == Verb::create && next_ < tokens_.size() && is_device(tokens_[next_])) {
      const Token t = tokens_[next_++];
      op.peer = indexed(t, t.text, 'd', kMaxDevices);
      mark(Field::peer, t);
    }
  }

  static bool is_device(Token t) {
    return t.text.size() > 1 && t.text[0] == 'd' && t.text[1] >= '0' && t.text[1] <= '9';
  }

  void qdisc(Operation& op) {
    const Token t = need("add, replace or remove");
    const auto change = words::find(words::kTcChanges, t.text);
    if (!change || *change == TcChange::change)
      fail(at_, t.column, "expected add, replace or remove, not " + quoted(t.text));
    op.change = *change;
    if (op.change == TcChange::remove) return;
    const Token k = need("clsact or ingress");
    const auto kind = words::find(words::kQdiscs, k.text);
    if (!kind) fail(at_, k.column, "expected clsact or ingress, not " + quoted(k.text));
    op.kind = *kind;
  }

  void filter(Operation& op) {
    const Token t = need("add, replace, change or remove");
    const auto change = words::find(words::kTcChanges, t.text);
    if (!change)
      fail(at_, t.column, "expected add, replace, change or remove, not " + quoted(t.text));
    op.change = *change;
    if (op.change != TcChange::remove) op.prog = object(Field::prog, "a program");
  }

  // Where a filter stands, and its flags. True if `t` is that.
  bool of_filter(Operation& op, Token t) {
    if (!of_filters(op.verb)) return false;
    const bool has_flags = op.verb != Verb::chain && op.change != TcChange::remove;
    if (const auto f = words::find(words::kFilterFlags, t.text); f && has_flags) {
      op.bits |= *f;
      return true;
    }
    const std::size_t eq = std::min(t.text.find('='), t.text.size() - 1);
    const std::string_view key = t.text.substr(0, eq);
    const Token value{t.text.substr(eq + 1), t.column + eq + 1};
    const auto small = [&](std::uint64_t least, std::uint64_t most) {
      mark(Field::key, value);
      return static_cast<std::uint8_t>(number(value, least, most));
    };
    if (key == "chain")
      op.key.chain = small(0, kChains - 1);
    else if (key == "priority" && op.verb != Verb::chain)
      op.key.priority = small(1, kPriorities);
    else if (key == "handle" && op.verb != Verb::chain)
      op.key.handle = small(1, kHandles);
    else if (key == "as")
      op.caller = caller(value);
    else if (key == "bits" && has_flags)
      mark(Field::bits, value),
          op.bits |= static_cast<std::uint32_t>(number(value, 0, 0xffffffffU));
    else
      return false;
    return true;
  }

  void option(Operation& op, Token t) {
    const bool of_device = of_netkit(op.verb) && op.verb != Verb::send;
    // Of an attribute that is given twice the last counts: part of what is asked.
    if (!of_device || t.text.starts_with("in=")) once(t);
    if (of_filter(op, t)) return;
    const bool listed =
        op.verb == Verb::attach || op.verb == Verb::detach || op.verb == Verb::link_create;
    const bool update = op.verb == Verb::link_update;
    const bool of_bpf = attribute_size(op.verb) != 0;
    if (const auto f = words::find(words::kFlags, t.text);
        f && (listed || (update && *f == flag::replace))) {
      op.flags |= *f;
      return mark(Field::flags, t);
    }
    if (op.verb == Verb::query) {
      if (const auto a = words::find(words::kArrays, t.text)) {
        op.arrays |= *a;
        return;
      }
      if (t.text == "fault") {
        op.fault = true;
        return;
      }
    }
    if (op.verb == Verb::send && (t.text == "mark" || t.text == "priority"))
      return void((t.text == "mark" ? op.mark : op.priority) = true);
    const std::size_t eq = t.text.find('=');
    if (eq != std::string_view::npos) {
      const std::string_view key = t.text.substr(0, eq);
      const Token value{t.text.substr(eq + 1), t.column + eq + 1};
      if (key == "in" &&
          (attribute_size(op.verb) != 0 || op.verb == Verb::create || op.verb == Verb::remove) &&
          !of_link(op.verb))
        return void(op.space = space(value));
      if (of_device)
        if (const auto k = key_from(key)) return attr(op, *k, value, t);
      if (key == "bytes" && op.verb == Verb::send)
        return void(op.bytes = static_cast<std::uint32_t>(number(value, 0, 100'000)));
      if (key == "rel" && listed) return void(op.relative = named(value, Field::relative));
      if (key == "old" && (op.verb == Verb::attach || op.verb == Verb::detach || update))
        return void(op.old = named(value, Field::old));
      if (key == "rev" && listed) {
        mark(Field::revision, value);
        return void(op.revision = number(value, 0, ~std::uint64_t{0}));
      }
      if (key == "bits" && (listed || update || op.verb == Verb::query)) {
        mark(Field::bits, value);
        return void(op.bits = static_cast<std::uint32_t>(number(value, 0, 0xffffffffU)));
      }
      if (key == "size" && of_bpf) {
        mark(Field::size, value);
        return void(op.size = static_cast<std::uint16_t>(number(value, 0, kLongestAttribute)));
      }
      if (key == "dirty" && of_bpf) {
        mark(Field::dirty, value);
        return void(op.dirty = static_cast<std::uint16_t>(number(value, 0, kLongestAttribute - 1)));
      }
      if (key == "as" && of_bpf) return void(op.caller = caller(value));
      if (key == "room" && op.verb == Verb::query)
        return void(op.room = static_cast<std::uint8_t>(number(value, 0, 255)));
      if (op.verb == Verb::packet || op.verb == Verb::send) return says(op, {key, t.column}, value);
    }
    fail(at_, t.column,
         quoted(t.text) + " is nothing that " + std::string(word(op.verb)) + " knows");
  }

  static bool of_link(Verb verb) { return verb == Verb::link_update || verb == Verb::link_detach; }

  std::uint8_t space(Token t) {
    const std::uint8_t s = indexed(t, t.text, 'n', kMaxSpaces);
    mark(Field::space, t);
    return s;
  }

  void attr(Operation& op, Key key, Token value, Token whole) {
    const auto free = std::find_if(op.attrs.begin(), op.attrs.end(),
                                   [](const Attr& a) { return a.key == Key::none; });
    if (free == op.attrs.end())
      fail(at_, whole.column,
           "a request has " + std::to_string(kMaxAttrs) + " attributes at most here");
    mark(Field::attrs, whole);
    *free = attribute(key, value);
  }

  Caller caller(Token t) {
    const auto found = words::find(words::kCallers, t.text);
    if (!found)
      fail(at_, t.column,
           "unknown caller " + quoted(t.text) + "; there are nobody and userns, and root else");
    return *found;
  }

  void says(Operation& op, Token who, Token what) {
    const auto action = words::find(words::kActions, what.text);
    if (!action)
      fail(at_, what.column,
           "unknown verdict " + quoted(what.text) + "; there are pass, drop, unknown, redirect");
    if (*action == Action::next)
      fail(at_, what.column, "'next' is what a program says anyway; leave it out");
    Says& slot = op.says[0].action == Action::next ? op.says[0] : op.says[1];
    if (slot.action != Action::next)
      fail(at_, who.column, "two programs at most say something other than next");
    slot = {Prog{indexed(who, who.text, 'p', kMaxProgs)}, *action};
    mark(Field::says, who);
  }

  Point point() {
    const Token t = need("an attach point such as d0/ingress");
    mark(Field::point, t);
    return attach_point(t);
  }

  Ref object(Field field, const std::string& what) {
    return named(need(what + ", or none, bad, file or map"), field);
  }

  Ref named(Token t, Field field) {
    mark(field, t);
    return ref(t);
  }

  void mark(Field field, Token t) { columns_[static_cast<std::size_t>(field)] = t.column; }

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
  std::array<std::size_t, 16> columns_{};
  std::optional<NameCheck> names_;
  bool in_header_ = false;
};

}  // namespace

std::vector<Trace> parse(std::string_view text, std::string_view file, std::vector<Spots>* spots) {
  return Parser(text, file).run(spots);
}

}  // namespace mprogcheck
