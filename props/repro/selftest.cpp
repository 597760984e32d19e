// SPDX-License-Identifier: GPL-2.0-only
// The reproducer as a test in the manner of the kernel's tc_opts.c and tc_links.c, for those who
// would keep it there: programs of the test_tc_link skeleton, attached with libbpf's options.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "model/words/text.hpp"
#include "props/repro/selftest_steps.hpp"
#include "props/repro/selftest_text.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

constexpr std::size_t kSkeletonPrograms = 6;  // tc1 to tc6

template <class T>
void add_once(std::vector<T>& all, const T& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

SelftestNeeds needs_of(const Trace& trace, const std::vector<Step>& steps) {
  SelftestNeeds needs;
  needs.devices = trace.header.devices;
  needs.own_devices = trace.header.devices > 1;
  for (const Step& s : steps) {
    require_selftest_step(trace, s);
    needs.own_devices |= has_trait(s.op.verb, Trait::lifetime);
    for (const Ref r : {s.op.prog, s.op.link, s.op.relative, s.op.old})
      if (r.kind == Ref::Kind::prog) add_once(needs.progs, r.raw);
    if (has_trait(s.op.verb, Trait::makes_link)) needs.links.push_back(s.op.link.raw);
    if (!s.where) continue;
    add_once(needs.points, *s.where);
    needs.most_revision = std::max(needs.most_revision, s.revision_after);
  }
  std::sort(needs.progs.begin(), needs.progs.end());
  if (needs.progs.size() > kSkeletonPrograms)
    throw std::invalid_argument(
        fmt::format("this trace has to do with {} programs; the skeleton that selftests of tcx "
                    "use has {}; try --format c",
                    needs.progs.size(), kSkeletonPrograms));
  return needs;
}

std::string comment(const std::vector<Step>& steps, std::string_view headline,
                    const ReproOrigin& origin) {
  std::string out = "// SPDX-License-Identifier: GPL-2.0-only\n/*\n";
  const auto paragraph = [&](std::string_view text) {
    out += wrapped(for_c_comment(text), " * ", 98);
  };
  if (!headline.empty()) paragraph(headline);
  if (!steps.empty()) {
    const Clause& clause = steps.back().clause;
    paragraph(fmt::format("Of the last step: {} ({}; {})", clause.sentence, clause.id,
                          source_of(clause)));
  }
  paragraph(provenance(origin));
  return out + std::string(selftest_text::kUsage);
}

// "\tint fd1 = -1, fd2 = -1;\n"
std::string declaration(std::string_view type, const std::vector<std::string>& names) {
  return names.empty() ? "" : fmt::format("\t{} {};\n", type, fmt::join(names, ", "));
}

std::string declarations(const SelftestNeeds& needs) {
  std::string out;
  const auto options = [&](bool used, std::string_view type, std::string_view name) {
    if (used) out += fmt::format("\tLIBBPF_OPTS({}, {});\n", type, name);
  };
  options(needs.attaches, "bpf_prog_attach_opts", "opta");
  options(needs.detaches, "bpf_prog_detach_opts", "optd");
  options(needs.queries, "bpf_prog_query_opts", "optq");
  options(needs.creates, "bpf_link_create_opts", "optl");
  options(needs.updates, "bpf_link_update_opts", "optu");
  std::vector<std::string> revisions, fds, ids, link_fds, arrays, ifindexes;
  for (const Point& p : needs.points)
    revisions.push_back(
        fmt::format("{}[{}] = {{}}", selftest_revisions(p), needs.most_revision + 1));
  for (const std::uint8_t p : needs.progs) {
    fds.push_back(fmt::format("fd{} = -1", needs.tc(p)));
    if (needs.prog_ids[p]) ids.push_back(fmt::format("id{}", needs.tc(p)));
  }
  for (const std::uint8_t l : needs.links) {
    link_fds.push_back(fmt::format("lfd{} = 1000000", l));
    if (needs.link_ids[l]) ids.push_back(fmt::format("lid{} = 0x7ffffff0", l));
  }
  static constexpr std::pair<std::uint8_t, std::string_view> kArrays[] = {
      {array::progs, "prog_ids"},
      {array::links, "link_ids"},
      {array::prog_flags, "prog_attach_flags"},
      {array::link_flags, "link_attach_flags"}};
  for (const auto& [bit, name] : kArrays)
    if (needs.arrays & bit) arrays.push_back(fmt::format("{}[256]", name));
  for (int d = 0; needs.own_devices && d < needs.devices; ++d)
    ifindexes.push_back(fmt::format("ifindex{} = 0", d));
  out += declaration("__u64", revisions) + declaration("__u32", arrays) +
         declaration("__u32", ids) + declaration("int", fds) + declaration("int", link_fds) +
         declaration("int", ifindexes);
  if (needs.infos) out += "\tstruct bpf_link_info info;\n\t__u32 info_len;\n";
  if (needs.file) out += "\tint null_fd = open(\"/dev/null\", O_RDWR);\n";
  return out + "\tstruct test_tc_link *skel;\n\tint err;\n\n";
}

std::string preparations(const SelftestNeeds& needs) {
  std::string out =
      "\tskel = test_tc_link__open_and_load();\n"
      "\tif (!ASSERT_OK_PTR(skel, \"skel_load\"))\n\t\tgoto cleanup;\n\n";
  for (int d = 0; needs.own_devices && d < needs.devices; ++d)
    out += fmt::format(
        "\terr = system(\"ip link add dev repro_d{0} type veth peer name repro_peer{0}\");\n"
        "\tif (!ASSERT_OK(err, \"add veth\"))\n\t\tgoto cleanup;\n"
        "\tifindex{0} = if_nametoindex(\"repro_d{0}\");\n"
        "\tASSERT_NEQ(ifindex{0}, 0, \"ifindex{0}\");\n\n",
        d);
  for (const std::uint8_t p : needs.progs) {
    out += fmt::format("\tfd{0} = bpf_program__fd(skel->progs.tc{0});\n", needs.tc(p));
    if (needs.prog_ids[p]) out += fmt::format("\tid{0} = id_from_prog_fd(fd{0});\n", needs.tc(p));
  }
  out += "\n";
  for (const Point& p : needs.points)
    out += fmt::format("\t{}[1] = assert_list({}, {}, NULL, NULL, 0);\n", selftest_revisions(p),
                       selftest_device(needs, p), selftest_target(p.hook));
  return out + "\n";
}

// What is attached without a link would outlive the test, on loopback.
std::string cleanup(const SelftestNeeds& needs) {
  std::string out = "cleanup:\n";
  for (const std::uint8_t l : needs.links) out += fmt::format("\tclose(lfd{});\n", l);
  for (const Point& p : needs.points)
    for (const std::uint8_t prog : needs.progs)
      if (!needs.own_devices)
        out += fmt::format("\tbpf_prog_detach_opts(fd{}, loopback, {}, NULL);\n", needs.tc(prog),
                           selftest_target(p.hook));
  for (int d = 0; needs.own_devices && d < needs.devices; ++d)
    out += fmt::format(
        "\tif (if_nametoindex(\"repro_d{0}\"))\n"
        "\t\tASSERT_OK(system(\"ip link del dev repro_d{0}\"), \"del veth\");\n",
        d);
  if (needs.file) out += "\tclose(null_fd);\n";
  return out + "\ttest_tc_link__destroy(skel);\n}\n";
}

}  // namespace

std::string write_selftest(const Trace& trace, std::string_view headline,
                           const ReproOrigin& origin) {
  const std::vector<Step> steps = plan(trace);
  SelftestNeeds needs = needs_of(trace, steps);
  std::string body;
  for (const Step& s : steps) body += selftest_paragraph(s, needs);
  std::string out = comment(steps, headline, origin) + std::string(selftest_text::kHeaders);
  if (!needs.points.empty()) out += selftest_text::kAssertList;
  if (needs.new_revisions) out += selftest_text::kAssertNewRevision;
  out += "\nvoid serial_test_tc_mprog_repro(void)\n{\n";
  return out + declarations(needs) + preparations(needs) + body + cleanup(needs);
}

}  // namespace mprogcheck::repro
