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
      return "file";
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
  if (r.kind == Ref::Kind::prog) return fmt::format("id[p{}]", r.raw);
  if (r.kind == Ref::Kind::link) return fmt::format("id[l{}]", r.raw);
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

// The call of bpf(2), as whoever and with however many bytes. `member` of `raw` has the request.
std::string raw_call(const Operation& op, std::string_view command, std::string_view member) {
  const std::string bytes =
      op.odd_attribute() ? fmt::format("{}", bytes_given(op)) : fmt::format("sizeof({})", member);
  if (op.caller == Caller::userns)
    return fmt::format("bpf_in_userns({}, &raw, {})", command, bytes);
  return fmt::format("BPF({}, {})", command, bytes);
}

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
      o.add("link_create.prog_fd", descriptor(op_.prog)).add("link_create.target_fd", index());
      o.add("link_create.attach_type", attach_type(op_.point.hook));
      o.add("link_create.flags", flag_names(op_, true));
      return raw(o, "BPF_LINK_CREATE", link);
    }
    o.add("prog_fd", descriptor(op_.prog)).add("target_ifindex", index());
    o.add("attach_type", attach_type(op_.point.hook)).add("flags", flag_names(op_, true));
    add_relative(o).add("expected_revision", expected_revision(s_));
    return raw(o, "BPF_LINK_CREATE", link, "raw.create", "struct link_create_attr");
  }
  std::string link_update() {
    Options o;
    if (is_raw(op_)) {
      o.add("link_update.link_fd", descriptor(op_.link));
      o.add("link_update.new_prog_fd", descriptor(op_.prog));
      o.add("link_update.flags", flag_names(op_, true));
      o.add("link_update.old_prog_fd", descriptor(op_.old));
      return raw(o, "BPF_LINK_UPDATE");
    }
    o.add("flags", flag_names(op_, true)).add("old_prog_fd", descriptor(op_.old));
    return reset("update", o) +
           check(fmt::format("bpf_link_update({}, {}, {})", descriptor(op_.link),
                             descriptor(op_.prog), o.empty() ? "NULL" : "&update"));
  }
  std::string link_detach() {
    if (!is_raw(op_)) return check(fmt::format("bpf_link_detach({})", descriptor(op_.link)));
    return raw(Options{}.add("link_detach.link_fd", descriptor(op_.link)), "BPF_LINK_DETACH");
  }

  std::string query() {
    Options o;
    std::string out;
    const bool raw = is_raw(op_);
    // What every header of the kernel knows.
    const bool old =
        raw && !(op_.arrays & ~array::progs) && !(has_answer(s_) && tells_revision(op_));
    if (old) {
      if (op_.arrays && !op_.fault) out += "\tmemset(prog_ids, 0xff, sizeof(prog_ids));\n";
      o.add("query.target_fd", index()).add("query.attach_type", attach_type(op_.point.hook));
      o.add("query.query_flags", flag_names(op_, true));
      o.add("query.prog_ids", !op_.arrays ? "0" : op_.fault ? "(long)UNMAPPED" : "(long)prog_ids");
      o.add("query.prog_cnt", fmt::format("{}", op_.room));
      return out + this->raw(o, "BPF_PROG_QUERY") + answer("raw.attr.query", "prog_cnt");
    }
    const auto array = [&](std::uint8_t bit, std::string_view member, std::string_view name) {
      if (!(op_.arrays & bit)) return;
      const std::string at = op_.fault ? "UNMAPPED" : std::string(name);
      o.add(member, raw ? fmt::format("(long){}", at) : at);
      if (!op_.fault) out += fmt::format("\tmemset({0}, 0xff, sizeof({0}));\n", name);
    };
    if (raw) o.add("target_ifindex", index()).add("attach_type", attach_type(op_.point.hook));
    o.add("query_flags", flag_names(op_, true)).add("count", fmt::format("{}", op_.room));
    array(array::progs, "prog_ids", "prog_ids");
    array(array::prog_flags, "prog_attach_flags", "prog_flags");
    array(array::links, "link_ids", "link_ids");
    array(array::link_flags, "link_attach_flags", "link_flags");
    out += raw ? this->raw(o, "BPF_PROG_QUERY", {}, "raw.query", "struct query_attr")
               : folded("\t" + o.reset("query")) +
                     check(fmt::format("bpf_prog_query_opts({}, &query)", at()));
    return out + answer(raw ? "raw.query" : "query", "count");
  }

  std::string info() { return told("ask_link"); }
  std::string fdinfo() { return told("read_fdinfo"); }

  std::string close() {
    const Ref& r = op_.prog;
    if (r.kind != Ref::Kind::prog && r.kind != Ref::Kind::link)
      return check(fmt::format("close({}) ? -errno : 0", descriptor(r)));
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
  std::string raw(const Options& o, std::string_view command, std::string_view link = {},
                  std::string_view member = "raw.attr",
                  std::string_view type = "union bpf_attr") const {
    std::string call = raw_call(op_, command, member), out;
    if (!link.empty()) call = fmt::format("keep({}, {})", link, call);
    const auto is_earlier = [&](const Step& s) { return s.number < s_.number && is_raw(s.op); };
    if (op_.odd_attribute() && std::any_of(p_.steps.begin(), p_.steps.end(), is_earlier))
      out += "\tmemset(&raw, 0, sizeof(raw));\n";
    out += folded(fmt::format("\t{} = {};", member, o.literal(type)));
    if (op_.dirty != kClean)
      out += fmt::format("\traw.bytes[{}] = 1; /* in no field */\n", op_.dirty);
    // What is not part of an answer is not written to.
    const bool guarded = op_.odd_attribute() && op_.verb == Verb::query;
    if (!guarded) return out + check(call);
    return out +
           fmt::format(
               "\tmemset(raw.bytes + {0}, 0xa5, sizeof(raw) - {0});\n{1}\tcheck_behind({0});\n",
               bytes_given(op_), check(call));
  }
  static std::string reset(std::string_view name, const Options& o) {
    return o.empty() ? "" : folded("\t" + o.reset(name));
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
    o.add(is_old() ? "target_fd" : "target_ifindex", index());
    o.add("attach_bpf_fd", descriptor(op_.prog));
    o.add("attach_type", attach_type(op_.point.hook)).add("attach_flags", flag_names(op_, true));
    o.add(is_old() ? "replace_bpf_fd" : "replace_fd", descriptor(op_.old));
    if (is_old()) return raw(o, command);
    add_relative(o).add("expected_revision", expected_revision(s_));
    return raw(o, command, {}, "raw.attach", "struct attach_attr");
  }

  std::string answer(std::string_view query, std::string_view count) {
    if (!has_answer(s_) || !tells_count(op_)) return "";
    const Listing& list = s_.must.answer;
    std::string out =
        fmt::format("\tcheck_number(\"\\tcount\", {}, {}.{});\n", list.count, query, count);
    const auto ids = [&](std::uint8_t bit, std::string_view name, char kind) {
      if (!(op_.arrays & bit)) return;
      std::string names;
      for (std::size_t i = 0; list.filled <= 3 && i < list.filled; ++i) {
        const Entry& e = list.entries[i];
        const std::string told = kind == 'p'         ? fmt::format("id[{}]", program_name(e.prog))
                                 : e.link == kNoLink ? "0"
                                                     : fmt::format("id[{}]", link_name(e.link));
        out +=
            folded(fmt::format("\tcheck_number(\"\\t{0}[{1}]\", {2}, {0}[{1}]);", name, i, told));
      }
      if (list.filled <= 3) return;
      for (std::size_t i = 0; i < list.filled; ++i) {
        const Entry& e = list.entries[i];
        names += i ? " " : "";
        names += kind == 'p' ? program_name(e.prog) : e.link == kNoLink ? "-" : link_name(e.link);
      }
      if (list.filled)
        out += folded(fmt::format("\tcheck_entries({}, '{}', {}, \"{}\");", name, kind,
                                  static_cast<unsigned>(list.filled), names));
    };
    const auto flags = [&](std::uint8_t bit, std::string_view name) {
      if (op_.arrays & bit && list.filled == 1)
        out += fmt::format("\tcheck_number(\"\\t{0}[0]\", 0, {0}[0]);\n", name);
      else if (op_.arrays & bit && list.filled)
        out += fmt::format("\tcheck_flags({}, {});\n", name, static_cast<unsigned>(list.filled));
    };
    ids(array::progs, "prog_ids", 'p');
    ids(array::links, "link_ids", 'l');
    flags(array::prog_flags, "prog_flags");
    flags(array::link_flags, "link_flags");
    if (tells_revision(op_))
      out += fmt::format("\tcheck_number(\"\\trevision\", {}[{}], {}.revision);\n",
                         place(*s_.where), s_.revision - 1, query);
    if (s_.permitted.empty()) return out;
    for (std::size_t at = 0; at < out.size(); at = out.find('\n', at) + 1) out.insert(at, "\t");
    return fmt::format("\tif (!ret || ret == -ENOSPC) {{\n{}\t}}\n", out);
  }

  std::string told(std::string_view asked) {
    std::string out = check(fmt::format("{}({}, &told)", asked, descriptor(op_.link)));
    if (!tells_link(s_)) return out;
    const Point at = s_.must.at;
    const std::string device = at.device == kNoDevice     ? "0"
                               : at.device == p_.loopback ? "LOOPBACK"
                                                          : fmt::format("d{}", at.device);
    return out + folded(fmt::format("\tcheck_told(&told, {}, {}, {});",
                                    program_name(s_.must.answer.entries[0].prog), device,
                                    attach_type(at.hook)));
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

std::string is_one_of(const std::vector<Errno>& all) {
  std::string out;
  for (const Errno e : all)
    out += fmt::format("{}ret == -{}", out.empty() ? "" : " || ", to_string(e));
  return out;
}

}  // namespace

std::string c_check(const Step& step, std::string_view call, std::string_view first) {
  const std::string error = step.any_error ? "!0" : error_text(step.must.error);
  if (step.permitted.empty() && step.also_due.empty() && first.empty())
    return folded(fmt::format("\tCHECK(\"{}\", {});", error, call));
  const std::string asked = folded(fmt::format("\tret = {};", call)) + std::string(first);
  if (!step.permitted.empty())
    return asked + folded(fmt::format("\tcheck(\"{}\", {} ? NAME(ret) : \"{}\", NAME(ret));",
                                      word(step.op.verb), is_one_of(step.permitted), error));
  const std::string checked =
      asked + folded(fmt::format("\tcheck(\"{}\", \"{}\", NAME(ret));", word(step.op.verb), error));
  if (step.also_due.empty()) return checked;
  return checked + folded(fmt::format("\tif ({})", is_one_of(step.also_due))) +
         "\t\tprintf(\"\\tThis error is due as well, but behind the other.\\n\");\n";
}

std::string c_list(const CProgram& program, const Step& step, Point where, const Listing& list,
                   bool changes) {
  Point through = where;
  std::uint8_t space = 0;
  if (where.device >= step.header_devices) {
    const DeviceView& d = step.devices[where.device];
    const bool of_peer = where.hook == Hook::primary && !d.primary;
    through = of_peer ? Point{d.link, Hook::peer} : where;
    space = step.devices[through.device].space;
  }
  std::string entries;
  for (std::size_t i = 0; i < list.filled; ++i) {
    const Entry& e = list.entries[i];
    entries += program_name(e.prog) + " " + (e.link == kNoLink ? "" : link_name(e.link) + " ");
  }
  const std::string device =
      through.device == program.loopback ? "LOOPBACK" : fmt::format("d{}", through.device);
  return in_space(space, folded(fmt::format("\tcheck_list({}, {}, {}, \"{}| {} revision\");",
                                            device, attach_type(through.hook), place(where),
                                            entries, changes ? "new" : "same")));
}

std::string c_step(const CProgram& program, const Step& step) {
  Writer writer(program, step);
  std::string out = (writer.*way_of(kWays, kRefusals, step, "a C program"))();
  const bool list = step.where && !has_trait(step.op.verb, Trait::tells_list) &&
                    program.lists.contains(*step.where);
  const bool shows = program.shows_devices && tells_devices(step.op.verb);
  if (is_left_open(step)) {
    std::string refused = shows ? c_devices(program, step, false) : "";
    if (list) refused += c_list(program, step, *step.where, step.before, false);
    for (std::size_t at = 0; (at = refused.find("\n\t", at)) != std::string::npos; ++at)
      refused.insert(at + 1, "\t");
    out += fmt::format("\tif (ret) {{\n{}{}\t\treturn left_open({});\n\t}}\n",
                       refused.empty() ? "" : "\t", refused,
                       step.number == program.steps.size() ? 1 : 0);
  }
  if (shows) out += c_devices(program, step);
  if (list) out += c_list(program, step, *step.where, step.must.after, step.changes);
  // A qdisc shares both hooks.
  if (list && step.op.verb == Verb::qdisc)
    out +=
        c_list(program, step, {step.where->device, Hook::egress}, step.must.answer, step.changes);
  return out;
}

}  // namespace mprogcheck::repro
