// SPDX-License-Identifier: GPL-2.0-only
// The steps of a C reproducer: the call of libbpf, or of bpf(2) where libbpf cannot make it, and
// what it must lead to.
#include <fmt/format.h>

#include <algorithm>

#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"
#include "props/repro/c_program.hpp"
#include "props/repro/libbpf_words.hpp"
#include "props/repro/ways.hpp"

namespace mprogcheck::repro {
namespace {

std::string descriptor(Ref r) {
  switch (r.kind) {
    case Ref::Kind::prog:
      return fmt::format("fd[p{}]", r.raw);
    case Ref::Kind::link:
      return fmt::format("fd[l{}]", r.raw);
    case Ref::Kind::file:
      return "SOME_FILE";
    case Ref::Kind::map:
      return "map";
    case Ref::Kind::bad:
      return "NOT_OPEN";
    case Ref::Kind::foreign:
      return foreign_name(static_cast<Foreign>(r.raw));
    case Ref::Kind::none:
      break;
  }
  return "0";
}

std::string id(Ref r) {
  if (r.kind == Ref::Kind::prog) return fmt::format("id_of(p{})", r.raw);
  if (r.kind == Ref::Kind::link) return fmt::format("id_of(l{})", r.raw);
  return r.given() ? "NO_SUCH_ID" : "0";
}

std::string expected_revision(const Step& step) {
  if (is_revision_it_had(step))
    return fmt::format("{}[{}]", place(*step.where), step.op.revision - 1);
  return step.op.revision ? fmt::format("{}ULL", step.op.revision) : "0";
}

// What libbpf has no words for, or refuses itself.
bool is_raw(const Operation& op) {
  return op.odd_attribute() || op.caller == Caller::userns ||
         (op.verb == Verb::detach && op.old.given()) ||
         (has_trait(op.verb, Trait::makes_link) && op.point.hook == Hook::bogus);
}

// So many entries are compared one by one.
constexpr std::size_t kFew = 3;

// What the kernel told in one answer, as a line of text.
class Told {
 public:
  void add(std::string_view name, std::string_view expected, std::string_view seen,
           std::string_view format = "%u") {
    if (!name.empty()) {
      const std::string word = fmt::format("{}{}", expected_.empty() ? "" : ", ", name);
      expected_ += word, seen_ += word;
    }
    const bool number = expected.find_first_not_of("0123456789") == std::string_view::npos;
    expected_ += fmt::format(" {}", number ? expected : format);
    if (!number) arguments_ += fmt::format(", {}", expected);
    seen_ += fmt::format(" {}", format);
    fields_ += fmt::format(", {}", seen);
  }
  std::string check(std::string_view what) const {
    const std::string expected = arguments_.empty() ? fmt::format("\"{}\"", expected_) : "expected";
    return (arguments_.empty()
                ? ""
                : folded(fmt::format("\tsprintf(expected, \"{}\"{});", expected_, arguments_))) +
           folded(fmt::format("\tsprintf(seen, \"{}\"{});", seen_, fields_)) +
           fmt::format("\tcheck(\"\\t{}\", {}, seen);\n", what, expected);
  }

 private:
  std::string expected_, arguments_, seen_, fields_;
};

class Writer {
 public:
  Writer(const CProgram& program, const Step& step) : p_(program), s_(step), op_(step.op) {}

  std::string attach() {
    if (is_raw(op_)) return raw_list("BPF_PROG_ATTACH");
    return list_call("attach", "", "bpf_prog_attach_opts");
  }
  std::string detach() {
    if (is_raw(op_)) return raw_list("BPF_PROG_DETACH");
    return list_call("detach", "", "bpf_prog_detach_opts");
  }
  std::string link_create() {
    const std::string link = fmt::format("l{}", op_.link.raw);
    if (!is_raw(op_)) {
      const std::string_view prefix = of_netkit(op_.point.hook) ? "netkit." : "tcx.";
      return list_call("create", prefix, "bpf_link_create", link);
    }
    Options o;
    if (is_old()) {
      o.add("prog_fd", descriptor(op_.prog)).add("target_fd", index());
      o.add("attach_type", attach_type(op_.point.hook));
      o.add("flags", flag_names(op_, true));
      return raw(o, "BPF_LINK_CREATE", link, "link_create");
    }
    o.add("prog_fd", descriptor(op_.prog)).add("ifindex", index());
    o.add("attach_type", attach_type(op_.point.hook)).add("flags", flag_names(op_, true));
    add_relative(o).add("expected_revision", expected_revision(s_));
    return raw(o, "BPF_LINK_CREATE", link, "raw_create", "struct link_create_attr");
  }
  std::string link_update() {
    Options o;
    if (is_raw(op_)) {
      o.add("link_fd", descriptor(op_.link));
      o.add("new_prog_fd", descriptor(op_.prog));
      o.add("flags", flag_names(op_, true));
      o.add("old_prog_fd", descriptor(op_.old));
      return raw(o, "BPF_LINK_UPDATE", {}, "link_update");
    }
    o.add("flags", flag_names(op_, true)).add("old_prog_fd", descriptor(op_.old));
    return reset("update", o) +
           check(fmt::format("bpf_link_update({}, {}, {})", descriptor(op_.link),
                             descriptor(op_.prog), o.empty() ? "NULL" : "&update"));
  }
  std::string link_detach() {
    if (!is_raw(op_)) return check(fmt::format("bpf_link_detach({})", descriptor(op_.link)));
    return raw(Options{}.add("link_fd", descriptor(op_.link)), "BPF_LINK_DETACH", {},
               "link_detach");
  }

  std::string query() {
    Options o;
    std::string out = ask_revision();
    const bool raw = is_raw(op_);
    // What every header of the kernel knows.
    const bool old =
        raw && !(op_.arrays & ~array::progs) && !(has_answer(s_) && tells_revision(op_));
    if (old) {
      if (op_.arrays && !op_.fault && p_.queries > 1)
        out += "\tmemset(prog_ids, 0xff, sizeof(prog_ids));\n";
      o.add("target_fd", index()).add("attach_type", attach_type(op_.point.hook));
      o.add("query_flags", flag_names(op_, true));
      o.add("prog_ids", !op_.arrays ? "0" : op_.fault ? "(long)UNMAPPED" : "(long)prog_ids");
      o.add("prog_cnt", fmt::format("{}", op_.room));
      return out + this->raw(o, "BPF_PROG_QUERY", {}, "query") +
             answer(old_attr() + ".query", "prog_cnt");
    }
    const auto array = [&](std::uint8_t bit, std::string_view member, std::string_view name) {
      if (!(op_.arrays & bit)) return;
      const std::string at = op_.fault ? "UNMAPPED" : std::string(name);
      o.add(member, raw ? fmt::format("(long){}", at) : at);
      if (!op_.fault && p_.queries > 1)
        out += fmt::format("\tmemset({0}, 0xff, sizeof({0}));\n", name);
    };
    if (raw) o.add("ifindex", index()).add("attach_type", attach_type(op_.point.hook));
    o.add("query_flags", flag_names(op_, true)).add("count", fmt::format("{}", op_.room));
    array(array::progs, "prog_ids", "prog_ids");
    array(array::prog_flags, "prog_attach_flags", "prog_flags");
    array(array::links, "link_ids", "link_ids");
    array(array::link_flags, "link_attach_flags", "link_flags");
    out += raw ? this->raw(o, "BPF_PROG_QUERY", {}, "raw_query", "struct query_attr")
               : reset("query", o) + check(fmt::format("bpf_prog_query_opts({}, &query)", at()));
    return out + answer(raw ? "raw_query" : "query", "count");
  }

  std::string info() {
    return told(fmt::format("bpf_obj_get_info_by_fd({}, &told, &(__u32){{ sizeof(told) }})",
                            descriptor(op_.link)));
  }
  std::string fdinfo() { return told(fmt::format("read_fdinfo({})", descriptor(op_.link))); }

  std::string close() {
    const Ref& r = op_.prog;
    if (r.kind != Ref::Kind::prog && r.kind != Ref::Kind::link)
      return check(fmt::format("close({}) ? -errno : 0",
                               r.kind == Ref::Kind::file ? "dup(SOME_FILE)" : descriptor(r)));
    return check(fmt::format("close_object({}{})", r.kind == Ref::Kind::prog ? "p" : "l", r.raw));
  }

  std::string qdisc() {
    const bool goes = op_.change == TcChange::remove;
    const auto flags = op_.change == TcChange::add ? "NLM_F_CREATE | NLM_F_EXCL"
                       : goes                      ? "0"
                                                   : "NLM_F_CREATE | NLM_F_REPLACE";
    const std::string kind =
        goes ? "NULL" : fmt::format("\"{}\"", words::name(words::kQdiscs, op_.kind));
    return check(fmt::format("change_qdisc({}, {}, {}, {})", index(),
                             goes ? "RTM_DELQDISC" : "RTM_NEWQDISC", flags, kind));
  }

  std::string create() { return c_create(p_, s_); }
  std::string change() { return c_change(p_, s_); }
  std::string set() { return c_set(p_, s_); }
  std::string remove() { return c_remove(p_, s_); }
  std::string packet() { return c_packet(p_, s_); }
  std::string send() { return c_send(p_, s_); }

 private:
  std::string index() const { return device_index(p_, s_, op_.point.device); }
  std::string at() const { return index() + ", " + attach_type(op_.point.hook); }
  std::string check(std::string_view call) const {
    return in_space(op_.space, as_caller(op_, c_check(s_, call)));
  }
  // None of what came with the lists that tcx has.
  bool is_old() const { return !op_.relative.given() && !op_.revision; }
  // What holds an attribute that headers of any age know.
  std::string old_attr() const { return p_.long_attributes ? "raw.attr" : "attr"; }
  // The call of bpf(2), as whoever and with however many bytes, by default of what headers know, in
  // a member of that union; else in a variable of another type.
  std::string raw(const Options& o, std::string_view command, std::string_view link = {},
                  std::string_view variable = {}, std::string_view type = "union bpf_attr") const {
    const bool old = type == "union bpf_attr", odd = op_.odd_attribute();
    const std::string attr = old ? old_attr() : std::string(variable);
    const std::string whole = old && p_.long_attributes ? "raw" : attr;  // with what is behind it
    const std::string bytes = odd ? fmt::format("{}", bytes_given(op_))
                              : old || !p_.long_attributes
                                  ? fmt::format("sizeof({})", attr)
                                  : fmt::format("offsetof({}, more)", type);
    const auto is_earlier = [&](const Step& s) { return s.number < s_.number && is_raw(s.op); };
    std::string out;
    if (old && odd && std::any_of(p_.steps.begin(), p_.steps.end(), is_earlier))
      out += fmt::format("\tmemset(&{0}, 0, sizeof({0}));\n", whole);
    out += folded(fmt::format("\t{} = {};", attr,
                              old ? o.literal(type, variable) : with_dirty(o).literal(type)));
    if (old && op_.dirty != kClean)
      out += fmt::format("\traw.more[{}] = 1; /* in no field */\n", op_.dirty);
    const bool userns = op_.caller == Caller::userns;
    std::string call = fmt::format("({}, &{}, {})", command, whole, bytes);
    if (link.empty() || userns)
      call = (userns ? "bpf_in_userns" : "BPF") + call;
    else
      call = fmt::format("syscall(__NR_bpf, {}", call.substr(1));
    if (!link.empty())
      call = fmt::format("keep({}, {}){}", link, call, userns ? "" : " ? -errno : 0");
    if (!odd || op_.verb != Verb::query) return out + check(call);
    // What is not part of an answer is not written to.
    return out +
           fmt::format("\tmemset(BEHIND({0}, {1}), 0xa5, sizeof({0}) - {1});\n", whole, bytes) +
           check(call) +
           folded(fmt::format("\tcheck(\"\\tbehind it\", \"untouched\", WRITTEN({}, {}) ? "
                              "\"written\" : \"untouched\");",
                              whole, bytes));
  }
  // With the byte that is in no field of the command.
  Options with_dirty(Options o) const {
    const std::size_t fields = op_.verb == Verb::query ? 64 : 32;
    if (op_.dirty == kClean) return o;
    if (op_.dirty >= fields) return o.add(fmt::format("more[{}]", op_.dirty - fields), "1");
    return o.add(dirty_gap(op_) ? "reserved" : "attach_flags",
                 fmt::format("{:#x}", 1u << op_.dirty % 4 * 8));
  }
  // Options that one call needs are declared where they stand.
  std::string reset(std::string_view name, const Options& o) const {
    if (o.empty() && name != "query") return "";
    const bool one = std::count_if(p_.steps.begin(), p_.steps.end(),
                                   [&](const Step& s) { return s.op.verb == op_.verb; }) == 1;
    return folded("\t" + (one ? o.declared(name) : o.reset(name)));
  }
  Options& add_relative(Options& o) const {
    return o.add("relative", op_.has(flag::id) ? id(op_.relative) : descriptor(op_.relative));
  }

  std::string list_call(std::string_view options, std::string_view prefix,
                        std::string_view function, std::string_view link = {}) {
    Options o;
    o.add("flags", flag_names(op_, !by_id(op_))).add("replace_prog_fd", descriptor(op_.old));
    o.add(fmt::format("{}relative_{}", prefix, by_id(op_) ? "id" : "fd"),
          by_id(op_) ? id(op_.relative) : descriptor(op_.relative));
    o.add(fmt::format("{}expected_revision", prefix), expected_revision(s_));
    const std::string call = fmt::format("{}({}, {}, {})", function, descriptor(op_.prog), at(),
                                         o.empty() ? "NULL" : fmt::format("&{}", options));
    return reset(options, o) + check(link.empty() ? call : fmt::format("keep({}, {})", link, call));
  }

  std::string raw_list(std::string_view command) {
    Options o;
    o.add(is_old() ? "target_fd" : "ifindex", index());
    o.add("attach_bpf_fd", descriptor(op_.prog));
    o.add("attach_type", attach_type(op_.point.hook)).add("attach_flags", flag_names(op_, true));
    o.add(is_old() ? "replace_bpf_fd" : "replace_fd", descriptor(op_.old));
    if (is_old()) return raw(o, command);
    add_relative(o).add("expected_revision", expected_revision(s_));
    return raw(o, command, {}, "raw_attach", "struct attach_attr");
  }

  std::string answer(std::string_view query, std::string_view count) {
    if (!has_answer(s_) || !tells_count(op_)) return "";
    const Listing& list = s_.must.answer;
    const auto filled = static_cast<unsigned>(list.filled);
    Told told;
    std::string rows;
    told.add("count", fmt::format("{}", list.count), fmt::format("{}.{}", query, count));
    const auto ids = [&](std::uint8_t bit, std::string_view name, char kind) {
      if (!(op_.arrays & bit)) return;
      std::string names;
      for (std::size_t i = 0; i < list.filled; ++i) {
        const Entry& e = list.entries[i];
        const bool none = kind == 'l' && e.link == kNoLink;
        const std::string entry = none          ? "-"
                                  : kind == 'p' ? program_name(e.prog)
                                                : link_name(e.link);
        names += (i ? " " : "") + entry;
        if (list.filled <= kFew)
          told.add(i ? "" : name, none ? "0" : fmt::format("id_of({})", entry),
                   fmt::format("{}[{}]", name, i));
      }
      if (list.filled > kFew)
        rows += folded(
            fmt::format("\tcheck_entries({}, '{}', {}, \"{}\");", name, kind, filled, names));
    };
    const auto flags = [&](std::uint8_t bit, std::string_view name) {
      if (!(op_.arrays & bit)) return;
      for (std::size_t i = 0; list.filled <= kFew && i < list.filled; ++i)
        told.add(i ? "" : name, "0", fmt::format("{}[{}]", name, i));
      if (list.filled > kFew) rows += fmt::format("\tcheck_flags({}, {});\n", name, filled);
    };
    ids(array::progs, "prog_ids", 'p');
    ids(array::links, "link_ids", 'l');
    flags(array::prog_flags, "prog_flags");
    flags(array::link_flags, "link_flags");
    if (tells_revision(op_))
      told.add("revision", known_revision(), fmt::format("{}.revision", query), "%llu");
    const std::string out = told.check("answer") + rows;
    return s_.permitted.empty()
               ? out
               : fmt::format("\tif (!ret || ret == -ENOSPC) {{\n{}\t}}\n", indented(out));
  }

  // Asked for before the query, or when the list was last looked at.
  std::string known_revision() const {
    return p_.lists.contains(*s_.where) ? fmt::format("{}[{}]", place(*s_.where), s_.revision - 1)
                                        : "before.revision";
  }
  std::string ask_revision() const {
    if (!has_answer(s_) || !tells_revision(op_) || p_.lists.contains(*s_.where)) return "";
    return "\tLIBBPF_OPTS(bpf_prog_query_opts, before);\n" +
           in_space(op_.space,
                    fmt::format("\tCHECK(\"0\", bpf_prog_query_opts({}, &before));\n", at()));
  }

  std::string told(std::string_view asked) {
    const auto is_earlier = [&](const Step& s) {
      return s.number < s_.number && has_trait(s.op.verb, Trait::tells_link);
    };
    std::string out;
    if (std::any_of(p_.steps.begin(), p_.steps.end(), is_earlier))
      out += "\tmemset(&told, 0, sizeof(told));\n";
    out += check(asked);
    if (!tells_link(s_)) return out;
    const Point at = s_.must.at;
    // Where the device is gone, or the link detached, the ifindex is 0.
    const std::string device = at.device == kNoDevice     ? "0"
                               : at.device == p_.loopback ? "LOOPBACK"
                                                          : fmt::format("d{}", at.device);
    Told told;
    told.add("program", fmt::format("id_of({})", program_name(s_.must.answer.entries[0].prog)),
             "told.prog");
    told.add("ifindex", device, "told.ifindex");
    told.add("attach type", attach_type(at.hook), "told.attach_type");
    return out + told.check("the link");
  }

  const CProgram& p_;
  const Step& s_;
  const Operation& op_;
};

using Write = std::string (Writer::*)();
using Op = Operation;
constexpr auto bpf_fields =
    writes<&Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::old, &Op::revision,
           &Op::size, &Op::dirty, &Op::space, &Op::caller>;
constexpr Way<Write> kWays[] = {
    {Verb::attach, &Writer::attach, bpf_fields},
    {Verb::detach, &Writer::detach, bpf_fields},
    {Verb::link_create, &Writer::link_create,
     writes<&Op::link, &Op::prog, &Op::point, &Op::flags, &Op::bits, &Op::relative, &Op::revision,
            &Op::size, &Op::dirty, &Op::space, &Op::caller>},
    {Verb::link_update, &Writer::link_update,
     writes<&Op::link, &Op::prog, &Op::flags, &Op::bits, &Op::old, &Op::size, &Op::dirty,
            &Op::caller>},
    {Verb::link_detach, &Writer::link_detach,
     writes<&Op::link, &Op::size, &Op::dirty, &Op::caller>},
    {Verb::info, &Writer::info, writes<&Op::link>},
    {Verb::fdinfo, &Writer::fdinfo, writes<&Op::link>},
    {Verb::close, &Writer::close, writes<&Op::prog>},
    {Verb::remove, &Writer::remove, writes<&Op::point, &Op::space>},
    {Verb::create, &Writer::create, writes<&Op::point, &Op::peer, &Op::attrs, &Op::space>},
    {Verb::change, &Writer::change, writes<&Op::point, &Op::attrs>},
    {Verb::set, &Writer::set, writes<&Op::point, &Op::attrs>},
    {Verb::send, &Writer::send,
     writes<&Op::point, &Op::bytes, &Op::mark, &Op::priority, &Op::says>},
    {Verb::qdisc, &Writer::qdisc, writes<&Op::point, &Op::change, &Op::kind>},
    {Verb::query, &Writer::query,
     writes<&Op::point, &Op::room, &Op::arrays, &Op::fault, &Op::bits, &Op::size, &Op::dirty,
            &Op::space, &Op::caller>},
    {Verb::packet, &Writer::packet, writes<&Op::point, &Op::says>},
};
constexpr Refusal kRefusals[] = {
    {Trait::filter, "no kernel has links that own filters"},
    {Trait::provokes, "the harness provokes, in a VM of its own"},
};

}  // namespace

std::string c_step(const CProgram& program, const Step& step) {
  Writer writer(program, step);
  std::string out = (writer.*way_of(kWays, kRefusals, step, "a C program"))();
  const bool list = step.where && !has_trait(step.op.verb, Trait::tells_list) &&
                    program.lists.contains(*step.where);
  const bool open = is_left_open(step), last = step.number == program.steps.size();
  const std::string before = list_text(step.before, false);
  const std::string after = list ? list_text(step.must.after, step.changes) : "";
  // Behind a refusal nothing can be judged.
  if (open && !last && list)
    out += fmt::format("\tif (ret) {{\n{}\t\treturn left_open();\n\t}}\n",
                       indented(c_list(program, step, *step.where, either(before, before))));
  else if (open && !last)
    out += "\tif (ret)\n\t\treturn left_open();\n";
  if (program.shows_devices && last) out += c_devices(step, open);
  if (list) out += c_list(program, step, *step.where, either(open && last ? before : after, after));
  // A qdisc shares both hooks.
  if (list && step.op.verb == Verb::qdisc)
    out += c_list(program, step, {step.where->device, Hook::egress},
                  fmt::format("\"{}\"", list_text(step.must.answer, step.changes)));
  return out;
}

}  // namespace mprogcheck::repro
