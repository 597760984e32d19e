// SPDX-License-Identifier: GPL-2.0-only
// The C reproducer: a comment, the pieces of the runtime that it uses (pieces.hpp), and main() with
// a paragraph for each operation (c_steps.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "props/repro/c_program.hpp"
#include "props/repro/libbpf_words.hpp"
#include "props/repro/pieces.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

constexpr std::string_view kWarning =
    " * WARNING: THIS PROGRAM MAY CRASH THE KERNEL IT RUNS ON. It does nothing unless told "
    "--crash.\n";

// Whoever starts it without reading it comes to no harm. What is kept back is lost in a crash.
constexpr std::string_view kAsk = R"(	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc != 2 || strcmp(argv[1], "--crash"))
		errx(2, "This may crash the kernel. Nothing was done. In a VM to be lost: --crash");
)";

std::string comment(const CProgram& p, std::string_view headline, const ReproOrigin& origin) {
  std::string out = "// SPDX-License-Identifier: GPL-2.0-only\n/*\n";
  if (p.hazards) out += kWarning;
  const auto paragraph = [&](std::string_view text) {
    out += wrapped(for_c_comment(text), " * ", 98);
  };
  if (!headline.empty()) paragraph(headline);
  if (!p.steps.empty()) {
    const Clause& clause = p.steps.back().clause;
    paragraph(fmt::format("Of the last step: {} ({}; {})", clause.sentence, clause.id,
                          source_of(clause)));
  }
  paragraph(provenance(origin));
  paragraph(
      "Needs libbpf 1.3 (cc -lbpf) and root. Exit status: 1 deviates, 0 conforms, 2 could not "
      "run.");
  return out + " */\n";
}

using Rows = std::vector<std::string>;

std::string joined(const Rows& rows) {
  return fmt::format("{}", fmt::join(rows, ", "));
}

// What the objects of the trace are called: loaded programs, and links that are asked for.
Rows object_names(const CProgram& p) {
  std::set<std::uint8_t> links;
  for (const Step& s : p.steps)
    if (has_trait(s.op.verb, Trait::makes_link)) links.insert(s.op.link.raw);
  Rows out;
  for (std::size_t i = 0; i < kMaxProgs; ++i)
    if (p.loaded[i]) out.push_back(fmt::format("p{}", i));
  for (const std::uint8_t link : links) out.push_back(fmt::format("l{}", link));
  return out;
}

// Programs of one kind are loaded in a row: objects are numbered in the order of their names.
std::string loads(const CProgram& p) {
  std::string out;
  const Header& h = p.trace.header;
  std::map<std::size_t, std::string> verdicts;  // other than TCX_NEXT, where there is one packet
  if (!p.several)
    for (const Step& s : p.steps)
      for (const Says& says : s.op.says)
        if (says.action != Action::next) verdicts[says.prog.raw] = verdict(says.action);
  const auto one = [&](const std::string& prog, std::size_t i) {
    if (h.xdp[i] || !(p.sends || p.packets))
      return fmt::format(
          "if (keep({}, bpf_prog_load(BPF_PROG_TYPE_{}, \"repro\", \"GPL\", return_next, 2, "
          "NULL)))",
          prog, h.xdp[i] ? "XDP" : "SCHED_CLS");
    if (p.several) return fmt::format("load_noting({});", prog);
    const auto says = verdicts.find(i);
    return fmt::format("load_noting({}, {});", prog,
                       says == verdicts.end() ? "TCX_NEXT" : says->second);
  };
  std::vector<std::size_t> loaded;
  for (std::size_t i = 0; i < kMaxProgs; ++i)
    if (p.loaded[i]) loaded.push_back(i);
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    std::size_t last = i;
    while (last + 1 < loaded.size() && one("i", loaded[last + 1]) == one("i", loaded[i])) ++last;
    const bool row = last != i;
    const std::string call = one(row ? "i" : fmt::format("p{}", loaded[i]), loaded[i]);
    if (row) out += fmt::format("\tfor (int i = p{}; i <= p{}; i++)\n\t", loaded[i], loaded[last]);
    out += folded("\t" + call);
    if (call.back() == ')')
      out += fmt::format("\t\t{}err(2, \"could not run: loading a program\");\n", row ? "\t" : "");
    i = last;
  }
  return out;
}

std::string set_up(const CProgram& p) {
  std::string out;
  if (p.hazards) out += kAsk;
  for (const std::string_view space : {"n1", "n0"}) {
    if (p.spaces) out += fmt::format("\topen_space({});\n", space);
    if (!p.spaces && space == "n0")
      out += "\tif (unshare(CLONE_NEWNET))\n\t\terr(2, \"could not run: unshare\");\n";
    if (!p.spaces && (p.sends || p.packets) && space == "n0")
      out += "\tpacket_socket = open_packets();\n";
  }
  for (const std::uint8_t d : p.devices)
    if (d != p.loopback) out += fmt::format("\td{0} = make_device(\"d{0}\", \"wire{0}\");\n", d);
  if (p.packets && p.loopback == kNoDevice)
    for (const std::uint8_t d : p.devices)
      out += fmt::format("\topen_pair(d{0}, if_nametoindex(\"wire{0}\"));\n", d);
  if (p.loads && (p.sends || p.packets)) {
    out +=
        fmt::format("\tmet_map = bpf_map_create(BPF_MAP_TYPE_QUEUE, \"met\", 0, {}, 64, NULL);\n",
                    !p.sends    ? 4
                    : p.carries ? 16
                                : 8);
    if (p.several)
      out += folded(
          "\tverdict_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, \"verdicts\", 4, sizeof(verdicts), "
          "1, "
          "NULL);");
  }
  return out + loads(p);
}

std::string steps(const CProgram& p) {
  std::string out;
  for (std::size_t i = 0; i < p.steps.size(); ++i) {
    const Step& s = p.steps[i];
    if (i == 0) out += "\n";
    out += fmt::format("\t/* {} */\n", for_c_comment(print(s.op)));
    if (const std::size_t run = p.run_of_attaches(i)) {
      const Step& last = p.steps[i + run - 1];
      out += folded(fmt::format("\tattach_all({}, {}, p{}, p{});",
                                device_index(p, s, s.op.point.device), attach_type(s.op.point.hook),
                                s.op.prog.raw, last.op.prog.raw));
      if (p.lists.contains(*last.where))
        out +=
            c_list(p, last, *last.where, fmt::format("\"{}\"", list_text(last.must.after, true)));
      i += run - 1;
      continue;
    }
    out += c_step(p, s);
  }
  return out;
}

// A variable that is only assigned to is none.
void forget_unused(const std::string& name, std::string& body) {
  const std::string code = code_of(body), assigned = fmt::format("\t{} = ", name);
  std::size_t uses = 0;
  for (const std::string_view used : names_in(code)) uses += used == name;
  for (std::size_t at = 0; (at = code.find(assigned, at)) != std::string::npos; ++at) --uses;
  for (std::size_t at = 0; uses == 0 && (at = body.find(assigned)) != std::string::npos;) {
    const bool makes = body.compare(at + assigned.size(), 12, "make_device(") == 0;
    body.erase(makes ? at + 1 : at, makes ? assigned.size() - 1 : body.find('\n', at) + 1 - at);
  }
}

// Whether all uses of a variable are behind its first value.
bool is_assigned_first(std::string_view code, std::string_view name) {
  for (const std::string_view used : names_in(code))
    if (used == name)
      return code.substr(static_cast<std::size_t>(used.data() - code.data()) + used.size(), 3) ==
             " = ";
  return false;
}

// What an array holds where a query writes nothing.
std::string not_written(std::size_t room) {
  return room == 1 ? " = { -1 }" : fmt::format(" = {{ [0 ... {}] = -1 }}", room - 1);
}

constexpr std::string_view kXdpLink =
    R"(	xdp_link = bpf_prog_load(BPF_PROG_TYPE_XDP, "repro", "GPL", return_next, 2, NULL);
	xdp_link = bpf_link_create(xdp_link, LOOPBACK, BPF_XDP, NULL);
	if (xdp_link < 0)
		err(2, "could not run: making a link of XDP");
)";

// What main() has to declare, by the names that it uses.
std::string main_function(const CProgram& p) {
  std::string body = set_up(p) + steps(p);
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) forget_unused(fmt::format("d{}", d), body);
  const std::string code = code_of(body);
  std::set<std::string_view> used;
  for (const std::string_view name : names_in(code)) used.insert(name);
  std::string before;  // of what the steps name beside programs and devices
  const auto made = [&](std::string_view name, const std::string& how) {
    if (used.contains(name)) before += fmt::format("\t{} = {};\n", name, how);
    return used.contains(name);
  };
  Rows ints;
  const auto add_int = [&](bool wanted, std::string_view name) {
    if (wanted) ints.emplace_back(name);
  };
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    const std::string name = fmt::format("d{}", d);
    if (used.contains(name))
      ints.push_back(is_assigned_first(code, name) ? name : name + " = NO_DEVICE");
  }
  add_int(used.contains("ret"), "ret");
  add_int(made("map", "bpf_map_create(BPF_MAP_TYPE_ARRAY, \"repro\", 4, 4, 1, NULL)"), "map");
  if (used.contains("map"))
    before += "\tif (map < 0)\n\t\terr(2, \"could not run: making a BPF map\");\n";
  for (std::size_t f = 0; f < kForeigns; ++f) {
    const std::string name = foreign_name(static_cast<Foreign>(f));
    if (!used.contains(name)) continue;
    ints.push_back(name);
    before += f == std::size_t(Foreign::xdp) ? std::string(kXdpLink)
                                             : fmt::format("\t{0} = make_{0}();\n", name);
  }
  std::string out = p.hazards ? "int main(int argc, char **argv)\n{\n" : "int main(void)\n{\n";
  const auto declare = [&](std::string_view name, std::string_view declaration) {
    if (used.contains(name) && body.find(fmt::format("_opts, {}", name)) == std::string::npos)
      out += fmt::format("\t{};\n", declaration);
  };
  declare("attach", "LIBBPF_OPTS(bpf_prog_attach_opts, attach)");
  declare("detach", "LIBBPF_OPTS(bpf_prog_detach_opts, detach)");
  declare("create", "LIBBPF_OPTS(bpf_link_create_opts, create)");
  declare("update", "LIBBPF_OPTS(bpf_link_update_opts, update)");
  declare("query", "LIBBPF_OPTS(bpf_prog_query_opts, query)");
  declare("attr", "union bpf_attr attr");
  if (used.contains("seen"))
    declare("seen", used.contains("expected") ? "char expected[256], seen[256]" : "char seen[256]");
  else
    declare("expected", "char expected[1024]");
  Rows nests;
  for (const std::string_view nest : {"info", "data", "peer", "inner", "inner_data"})
    if (used.contains(nest)) nests.push_back(fmt::format("*{}", nest));
  if (!nests.empty()) out += fmt::format("\tstruct rtattr {};\n", joined(nests));
  Rows arrays, revisions;
  std::size_t room = 1;
  for (const Step& s : p.steps) room = std::max<std::size_t>(room, s.op.room);
  for (const std::string_view array : {"prog_ids", "link_ids", "prog_flags", "link_flags"})
    if (used.contains(array))
      arrays.push_back(
          fmt::format("{}[{}]{}", array, room, p.queries > 1 ? "" : not_written(room)));
  for (const Point& at : p.lists)
    if (used.contains(place(at)))
      revisions.push_back(fmt::format("{}[{}] = {{ 1 }}", place(at), p.steps.size() + 2));
  if (!arrays.empty()) out += folded(fmt::format("\t__u32 {};", joined(arrays)));
  if (!revisions.empty())
    out += folded(fmt::format("\t__u64 {}; /* revisions */", joined(revisions)));
  if (!ints.empty()) out += folded(fmt::format("\tint {};", joined(ints)));
  // What the steps name is made in the namespace, before anything is loaded.
  const std::size_t space = body.find("\n", body.find(p.spaces ? "open_space(n0)" : "err(2"));
  body.insert(space + 1, before);
  const bool declares = out.back() == '\n' && out.substr(out.size() - 2) != "{\n";
  return out + (declares ? "\n" : "") + body + "\treturn deviations != 0;\n}\n";
}

}  // namespace

std::string c_declarations(const CProgram& p) {
  const Rows names = object_names(p);
  Rows quoted, values = names;
  std::string links;
  for (const std::string& name : names) {
    quoted.push_back(fmt::format("\"{}\"", name));
    if (name[0] == 'l')
      links += fmt::format("{}[{}] = NO_SUCH_ID", links.empty() ? "" : ", ", name);
  }
  values.emplace_back("OBJECTS");
  std::string out = c_attributes() + "\n";
  out += folded(fmt::format("enum {{ {} }};", joined(values))) + "\n";
  out += folded(fmt::format("static const char *const names[] = {{ {} }};", joined(quoted))) + "\n";
  out += fmt::format("static int {}deviations{}{};\n\n", names.empty() ? "" : "fd[OBJECTS], ",
                     (p.sends || p.packets) && !p.spaces ? ", packet_socket" : "",
                     (p.sends || p.packets) && p.loads ? ", met_map" : "");
  if (names.empty()) out += "static int fd[OBJECTS];\n\n";
  out += folded(links.empty() ? "static __u32 id[OBJECTS];"
                              : fmt::format("static __u32 id[OBJECTS] = {{ {} }};", links));
  return out + "\n";
}

std::string write_c(const Trace& trace, std::string_view headline, const ReproOrigin& origin) {
  const CProgram program(trace, plan(trace));
  const std::string head = comment(program, headline, origin);
  const std::string main = main_function(program), code = code_of(main);
  std::set<std::string_view> defined;
  const auto define = [&](bool wanted, std::string_view name) {
    if (wanted) defined.insert(name);
  };
  const bool through_lo = program.packets && program.loopback != kNoDevice;
  define(program.spaces, "TWO_SPACES");
  define(program.several, "SEVERAL");
  define(program.both_hooks, "BOTH_HOOKS");
  define(program.sends, "SENDS");
  define(program.sends || program.packets, "SOCKETS");
  define(program.sends && !program.spaces, "NAMED");
  define(program.carries, "CARRIES");
  define(program.sends || (program.packets && !through_lo), "PAIRS");
  define(program.redirects || through_lo, "USES_LO");
  define(program.redirects, "REDIRECTS");
  define(program.drawn, "DRAWN");
  define(program.long_attributes, "LONG");
  for (const std::string_view name : names_in(code)) {
    if (name == "id_of" || name == "check_entries") defined.insert("IDS");
    // Otherwise the descriptors tell the ids whenever one is asked for.
    if (name == "close_object") defined.insert("CLOSES"), defined.insert("IDS");
  }
  return head + "#define _GNU_SOURCE\n" + with_runtime(c_declarations(program), main, defined);
}

}  // namespace mprogcheck::repro
