// SPDX-License-Identifier: GPL-2.0-only
// One paragraph of a C reproducer: an operation, what it must lead to, and why.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "model/words/bpf_attribute.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"
#include "props/repro/c_uses.hpp"
#include "props/repro/c_words.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/ways.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

// In the namespace of the caller. Devices of the header are in n0 for good.
std::string device_index(const Step& step) {
  const std::uint8_t d = step.op.point.device, space = step.op.space;
  if (d == kLoopback) return "LOOPBACK";
  if (d == kNoDevice || (d < step.header_devices && space != 0)) return "NO_DEVICE";
  return d < step.header_devices ? fmt::format("ifindex[d{}]", d)
                                 : fmt::format("index_in(n{}, d{})", space, d);
}

std::string attach_type(Hook hook) {
  switch (hook) {
    case Hook::ingress:
      return "BPF_TCX_INGRESS";
    case Hook::egress:
      return "BPF_TCX_EGRESS";
    case Hook::primary:
      return "BPF_NETKIT_PRIMARY";
    case Hook::peer:
      return "BPF_NETKIT_PEER";
    case Hook::bogus:
      break;
  }
  return "NO_SUCH_TYPE";
}

// A list by the device whose it is.
std::string place(Point p) {
  return fmt::format("d{}_{}", p.device,
                     p.hook == Hook::ingress  ? "ingress"
                     : p.hook == Hook::egress ? "egress"
                                              : "own");
}

std::string descriptor(Ref r) {
  switch (r.kind) {
    case Ref::Kind::prog:
      return fmt::format("prog_fd[p{}]", r.raw);
    case Ref::Kind::link:
      return fmt::format("link_fd[l{}]", r.raw);
    case Ref::Kind::file:
      return "some_file";
    case Ref::Kind::map:
      return "some_map";
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
  if (r.kind == Ref::Kind::prog) return fmt::format("prog_id[p{}]", r.raw);
  if (r.kind == Ref::Kind::link) return fmt::format("link_id[l{}]", r.raw);
  return r.given() ? "NO_SUCH_ID" : "0";
}

std::string flags(const Operation& op) {
  static constexpr std::pair<std::uint8_t, std::string_view> kNames[] = {
      {flag::replace, "BPF_F_REPLACE"},
      {flag::before, "BPF_F_BEFORE"},
      {flag::after, "BPF_F_AFTER"},
      {flag::id, "BPF_F_ID"},
      {flag::link, "BPF_F_LINK"}};
  std::string out;
  for (const auto& [bit, name] : kNames)
    if (op.has(bit)) out += fmt::format("{}{}", out.empty() ? "" : " | ", name);
  if (op.bits) out += fmt::format("{}{:#x}", out.empty() ? "" : " | ", op.bits);
  return out;
}

// A designated initialiser, one member a line; members that are 0 anyway are left out.
class Members {
 public:
  Members& add(std::string_view name, std::string_view value) {
    if (!value.empty() && value != "0") text_ += fmt::format("\t\t.{} = {},\n", name, value);
    return *this;
  }
  std::string text() const { return text_.empty() ? "{ 0 }" : fmt::format("{{\n{}\t}}", text_); }

 private:
  std::string text_;
};

Members& add_relative(Members& m, const Operation& op) {
  return op.has(flag::id) ? m.add("relative_id", id(op.relative))
                          : m.add("relative_fd", descriptor(op.relative));
}

std::string expected_revision(const Step& step) {
  if (is_revision_it_had(step))
    return fmt::format("revision({}, {})", place(*step.where), step.op.revision);
  return step.op.revision ? fmt::format("{}ULL", step.op.revision) : "0";
}

// `variable` filled in, and the call of bpf(2) with it, as whoever and with however many bytes.
std::string fill(std::string_view type, std::string_view variable, const Members& members) {
  return fmt::format("\t{} = (struct {}) {};\n", variable, type, members.text());
}

std::string call(const Operation& op, std::string_view command, std::string_view variable) {
  if (!op.odd_attribute()) return fmt::format("call({0}, &{1}, sizeof({1}))", command, variable);
  const std::string dirty = op.dirty == kClean ? "CLEAN" : fmt::format("{}", op.dirty);
  return fmt::format("call_with({2}, {3}, {0}, &{1}, sizeof({1}))", command, variable,
                     bytes_given(op), dirty);
}

// Asked from another namespace than n0 where the step says so.
std::string expect(const Step& step, std::string_view result) {
  const std::string out = c_words::expect(step, result);
  return step.op.space == 0 ? out
                            : fmt::format("\tenter(n{});\n{}\tenter(n0);\n", step.op.space, out);
}

std::string attach_or_detach(const Step& step, std::string_view command) {
  const Operation& op = step.op;
  Members m;
  m.add("target_ifindex", device_index(step)).add("attach_bpf_fd", descriptor(op.prog));
  m.add("attach_type", attach_type(op.point.hook)).add("attach_flags", flags(op));
  m.add("replace_bpf_fd", descriptor(op.old));
  add_relative(m, op).add("expected_revision", expected_revision(step));
  return fill("attach_attr", "attach", m) + expect(step, call(op, command, "attach"));
}

std::string link_create(const Step& step) {
  const Operation& op = step.op;
  Members m;
  m.add("prog_fd", descriptor(op.prog)).add("target_ifindex", device_index(step));
  m.add("attach_type", attach_type(op.point.hook)).add("flags", flags(op));
  add_relative(m, op).add("expected_revision", expected_revision(step));
  return fill("link_create_attr", "create", m) +
         expect(step, fmt::format("keep_link(l{}, {})", op.link.raw,
                                  call(op, "BPF_LINK_CREATE", "create")));
}

std::string link_update(const Step& step) {
  Members m;
  m.add("link_fd", descriptor(step.op.link)).add("new_prog_fd", descriptor(step.op.prog));
  m.add("flags", flags(step.op)).add("old_prog_fd", descriptor(step.op.old));
  return fill("link_update_attr", "update", m) +
         expect(step, call(step.op, "BPF_LINK_UPDATE", "update"));
}

std::string link_detach(const Step& step) {
  Members m;
  m.add("link_fd", descriptor(step.op.link));
  return fill("link_detach_attr", "release", m) +
         expect(step, call(step.op, "BPF_LINK_DETACH", "release"));
}

std::string entries(const Listing& list) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < list.filled; ++i) {
    const Entry& e = list.entries[i];
    rows.push_back(fmt::format("{{ {}, {} }}", program_name(e.prog),
                               e.link == kNoLink ? "PLAIN" : link_name(e.link)));
  }
  return c_words::in_macro("ENTRIES", "NO_ENTRIES", rows);
}

std::string query(const Step& step) {
  const Operation& op = step.op;
  const auto array = [&](std::uint8_t bit, std::string_view name) -> std::string {
    return op.arrays & bit ? op.fault ? "UNMAPPED" : fmt::format("ADDRESS({})", name) : "0";
  };
  Members m;
  m.add("target_ifindex", device_index(step)).add("attach_type", attach_type(op.point.hook));
  m.add("query_flags", flags(op)).add("prog_ids", array(array::progs, "prog_ids"));
  m.add("count", fmt::format("{}", op.room))
      .add("prog_attach_flags", array(array::prog_flags, "prog_flags"));
  m.add("link_ids", array(array::links, "link_ids"))
      .add("link_attach_flags", array(array::link_flags, "link_flags"));
  const std::string out = fill("query_attr", "query", m) + "\tclear_arrays(&query);\n" +
                          expect(step, call(op, "BPF_PROG_QUERY", "query"));
  if (!has_answer(step) || !tells_count(op)) return out;
  const std::string told = fmt::format("&query, {}, {}, {}", step.must.answer.count,
                                       entries(step.must.answer), slots_to_fill(op));
  if (!tells_revision(op)) return out + fmt::format("\texpect_counted({});\n", told);
  return out + fmt::format("\texpect_answer({}, {});\n", place(*step.where), told);
}

std::string info(const Step& step, std::string_view asked) {
  std::string out = expect(step, fmt::format("{}({})", asked, descriptor(step.op.link)));
  if (!tells_link(step)) return out;
  const Point at = step.must.at;
  return out + fmt::format("\texpect_told({}, {}, {});\n",
                           program_name(step.must.answer.entries[0].prog),
                           at.device == kNoDevice ? "0" : fmt::format("ifindex[d{}]", at.device),
                           attach_type(at.hook));
}

std::string qdisc(const Step& step) {
  const Operation& op = step.op;
  const bool goes = op.change == TcChange::remove;
  const auto flags = op.change == TcChange::add ? "NLM_F_CREATE | NLM_F_EXCL"
                     : goes                     ? "0"
                                                : "NLM_F_CREATE | NLM_F_REPLACE";
  const std::string kind =
      goes ? "NULL" : fmt::format("\"{}\"", words::name(words::kQdiscs, op.kind));
  return expect(step, fmt::format("change_qdisc(d{}, {}, {}, {})", op.point.device,
                                  goes ? "RTM_DELQDISC" : "RTM_NEWQDISC", flags, kind));
}

std::string expect_list(const Step& step, Point where, const Listing& list) {
  return fmt::format("\texpect_list({}, {}, {});\n", place(where),
                     step.changes ? "CHANGED" : "UNCHANGED", entries(list));
}

std::string packet(const Step& step) {
  if (step.must.error != Errno::ok) return c_words::nothing("there is no such attach point");
  std::vector<std::string> says, ran;
  for (const Says& s : step.op.says) {
    if (s.action == Action::next) continue;
    const std::string_view verdict = s.action == Action::pass ? "TCX_PASS"
                                     : s.action == Action::drop
                                         ? "TCX_DROP"
                                         : "42 /* undefined, so as TCX_NEXT */";
    says.push_back(fmt::format("{{ p{}, {} }}", s.prog.raw, verdict));
  }
  for (std::size_t i = 0; i < step.must.answer.filled; ++i)
    ran.push_back(program_name(step.must.answer.entries[i].prog));
  return fmt::format("\tsend_packet({}, {});\n\texpect_packet(\"{}\", {});\n", place(step.op.point),
                     c_words::in_macro("SAYING", "ALL_NEXT", says),
                     step.must.fate == Fate::dropped ? "dropped" : "passed",
                     c_words::in_macro("RAN", "NOBODY_RAN", ran));
}

using Write = std::string (*)(const Step&, const Uses&);
using Op = Operation;
constexpr auto bpf_fields =
    writes<&Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::old, &Op::revision,
           &Op::size, &Op::dirty, &Op::space, &Op::caller>;
constexpr Way<Write> kWays[] = {
    {Verb::attach,
     [](const Step& s, const Uses&) { return attach_or_detach(s, "BPF_PROG_ATTACH"); }, bpf_fields},
    {Verb::detach,
     [](const Step& s, const Uses&) { return attach_or_detach(s, "BPF_PROG_DETACH"); }, bpf_fields},
    {Verb::link_create, [](const Step& s, const Uses&) { return link_create(s); },
     writes<&Op::link, &Op::prog, &Op::point, &Op::flags, &Op::bits, &Op::relative, &Op::revision,
            &Op::size, &Op::dirty, &Op::space, &Op::caller>},
    {Verb::link_update, [](const Step& s, const Uses&) { return link_update(s); },
     writes<&Op::link, &Op::prog, &Op::flags, &Op::bits, &Op::old, &Op::size, &Op::dirty,
            &Op::caller>},
    {Verb::link_detach, [](const Step& s, const Uses&) { return link_detach(s); },
     writes<&Op::link, &Op::size, &Op::dirty, &Op::caller>},
    {Verb::info, [](const Step& s, const Uses&) { return info(s, "ask_link"); }, writes<&Op::link>},
    {Verb::fdinfo, [](const Step& s, const Uses&) { return info(s, "read_fdinfo"); },
     writes<&Op::link>},
    {Verb::close,
     [](const Step& s, const Uses&) {
       return expect(s, fmt::format("close_for_good(&{})", descriptor(s.op.prog)));
     },
     writes<&Op::prog>},
    {Verb::remove, c_remove, writes<&Op::point, &Op::space>},
    {Verb::create, c_create, writes<&Op::point, &Op::peer, &Op::attrs, &Op::space>},
    {Verb::change, c_change, writes<&Op::point, &Op::attrs>},
    {Verb::set, c_set, writes<&Op::point, &Op::attrs>},
    {Verb::send, [](const Step& s, const Uses&) { return c_send(s); },
     writes<&Op::point, &Op::bytes, &Op::mark, &Op::priority, &Op::says>},
    {Verb::qdisc, [](const Step& s, const Uses&) { return qdisc(s); },
     writes<&Op::point, &Op::change, &Op::kind>},
    {Verb::query, [](const Step& s, const Uses&) { return query(s); },
     writes<&Op::point, &Op::room, &Op::arrays, &Op::fault, &Op::bits, &Op::size, &Op::dirty,
            &Op::space, &Op::caller>},
    {Verb::packet, [](const Step& s, const Uses&) { return packet(s); },
     writes<&Op::point, &Op::says>},
};
constexpr Refusal kRefusals[] = {
    {Trait::filter, "no kernel has links that own filters"},
    {Trait::provokes, "the harness provokes, in a VM of its own"},
};

std::string request(const Step& step, const Uses& uses) {
  return way_of(kWays, kRefusals, step, "a C program")(step, uses);
}

}  // namespace

std::string c_paragraph(const Step& step, const Uses& uses) {
  std::string out = c_comment(fmt::format("{} ({})", step.clause.sentence, step.clause.id), "\t");
  out += fmt::format("\tstep(\"{}\");\n", print(step.op));
  for (const Errno e : step.also_due) out += fmt::format("\talso_due({});\n", c_words::error(e));
  for (const Errno e : step.permitted)
    out += fmt::format("\talso_permitted({});\n", c_words::error(e));
  if (step.any_error) out += "\talso_permitted(ANY_ERROR);\n";
  out += request(step, uses);
  if (step.where && !has_trait(step.op.verb, Trait::tells_list))
    out += expect_list(step, *step.where, step.must.after);
  // A qdisc shares both hooks.
  if (step.where && step.op.verb == Verb::qdisc)
    out += expect_list(step, {step.where->device, Hook::egress}, step.must.answer);
  return out + "\tdone();\n";
}

}  // namespace mprogcheck::repro
