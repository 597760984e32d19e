// SPDX-License-Identifier: GPL-2.0-only
// The text form: print and parse are inverse, and every bad input is told where it is bad and why.
#include "model/words/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/judge/check.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/testing.hpp"
#include "model/words/usage.hpp"
#include "model/words/words.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

std::string message_of(std::string_view text) {
  try {
    parse(text, "t.trace");
  } catch (const ParseError& e) {
    return e.what();
  }
  return "no complaint";
}

// A header as every example needs one, so that the line in question is line 4.
std::string after_header(std::string_view line) {
  return "dialect mainline\ndevice d0\nload p0 p1\n" + std::string(line) + "\n";
}

TEST(Text, ALineIsAnOperationAndItsOutcome) {
  const auto traces =
      parse(after_header("attach p1 d0/ingress before rel=p0 rev=2 => EEXIST  # why"), "t.trace");
  ASSERT_EQ(traces.size(), 1U);
  const Operation expected{.verb = Verb::attach,
                           .point = {0, Hook::ingress},
                           .flags = flag::before,
                           .prog = ref(Prog{1}),
                           .link = {},
                           .relative = ref(Prog{0}),
                           .old = {},
                           .revision = 2};
  EXPECT_EQ(traces[0].operations.at(0), expected);
  EXPECT_EQ(traces[0].expected.at(0)->error, Errno::exist);
  EXPECT_EQ(traces[0].comments.at(0).behind, "why");
  EXPECT_EQ(print(expected), "attach p1 d0/ingress before rel=p0 rev=2");
}

struct Bad {
  const char* name;
  std::string text;
  const char* message;
};
void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

class BadInput : public testing::TestWithParam<Bad> {};

TEST_P(BadInput, IsToldWhereAndWhy) {
  EXPECT_EQ(message_of(GetParam().text), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Text, BadInput,
    testing::Values(
        Bad{"empty", "",
            "t.trace:1:1: no trace here: a trace begins with 'dialect mainline' or 'dialect rfc2'"},
        Bad{"only_comments", "# a\n# b\n",
            "t.trace:3:1: no trace here: a trace begins with 'dialect mainline' or 'dialect rfc2'"},
        Bad{"no_dialect", "device d0\n",
            "t.trace:1:1: expected 'dialect mainline' or 'dialect rfc2' first"},
        Bad{"binary_junk",
            std::string("\x7f"
                        "ELF\x02\x01\x00",
                        7),
            "t.trace:1:1: a control character; traces are plain text"},
        Bad{"junk_inside", after_header("query d0/\x01ingress"),
            "t.trace:4:10: a control character; traces are plain text"},
        Bad{"high_bytes", "\xff\xfe\n", "t.trace:1:1: a control character; traces are plain text"},
        Bad{"dialect_missing", "dialect\n", "t.trace:1:8: expected a dialect: mainline or rfc2"},
        Bad{"dialect_unknown", "dialect cgroup\n",
            "t.trace:1:9: unknown dialect 'cgroup'; there are mainline and rfc2"},
        Bad{"dialect_and_more", "dialect rfc2 mainline\n",
            "t.trace:1:14: did not expect 'mainline'"},
        Bad{"capacity_too_large", "dialect rfc2\ncapacity 64\n",
            "t.trace:2:10: expected a number from 1 to 63, not '64'"},
        Bad{"capacity_twice", "dialect rfc2\ncapacity 3\ncapacity 5\n",
            "t.trace:3:1: 'capacity' is said twice; leave one of them out"},
        Bad{"revision_twice", "dialect rfc2\nrevision 3\ndevice d0\n  revision 3\n",
            "t.trace:4:3: 'revision' is said twice; leave one of them out"},
        Bad{"reason_twice", "dialect rfc2\nreason a\nreason b\n",
            "t.trace:3:1: 'reason' is said twice; leave one of them out"},
        Bad{"target_twice", "dialect rfc2\ntarget impl\ntarget kernel\n",
            "t.trace:3:1: 'target' is said twice; leave one of them out"},
        Bad{"capacity_0", "dialect rfc2\ncapacity 0\n",
            "t.trace:2:10: expected a number from 1 to 63, not '0'"},
        Bad{"revision_0", "dialect mainline\nrevision 0\n",
            "t.trace:2:10: expected a number from 1 to 18446744073709551615, not '0'"},
        Bad{"revision_too_large", "dialect rfc2\nrevision 4294967296\n",
            "t.trace:2:10: expected a number from 1 to 4294967295, not '4294967296'"},
        Bad{"device_out_of_order", "dialect rfc2\ndevice d1\n",
            "t.trace:2:8: devices are declared in order; next is d0"},
        Bad{"device_too_many", "dialect rfc2\ndevice d0 d1 d2 d3 d4\n",
            "t.trace:2:20: expected a name from d0 to d3, not 'd4'"},
        Bad{"device_missing", "dialect rfc2\ndevice\n", "t.trace:2:7: expected a device, d0 to d3"},
        Bad{"loaded_twice", "dialect rfc2\nload p0 p1 p0\n", "t.trace:2:12: p0 is loaded twice"},
        Bad{"load_out_of_range", "dialect rfc2\nload p96\n",
            "t.trace:2:6: expected a name from p0 to p95, not 'p96'"},
        Bad{"load_leading_zero", "dialect rfc2\nload p01\n",
            "t.trace:2:6: expected a name from p0 to p95, not 'p01'"},
        Bad{"load_type", "dialect rfc2\nload p0:tc\n",
            "t.trace:2:9: unknown program type 'tc'; there are sched_cls and xdp"},
        Bad{"verb_unknown", after_header("atach p0 d0/ingress"),
            "t.trace:4:1: unknown operation 'atach'; there are attach, detach, query, link_create, "
            "link_update, "
            "link_detach, info, fdinfo, close, remove, qdisc, packet, create, change, set, send, "
            "filter, filter_link, chain, provoke"},
        Bad{"header_too_late", after_header("query d0/ingress\nload p2"),
            "t.trace:5:1: unknown operation 'load'; there are attach, detach, query, link_create, "
            "link_update, "
            "link_detach, info, fdinfo, close, remove, qdisc, packet, create, change, set, send, "
            "filter, filter_link, chain, provoke"},
        Bad{"truncated_attach", after_header("attach p0"),
            "t.trace:4:10: expected an attach point such as d0/ingress"},
        Bad{"truncated_link", after_header("link_create"),
            "t.trace:4:12: expected the name of the new link, l0 to l249"},
        Bad{"truncated_outcome", after_header("attach p0 d0/ingress =>"),
            "t.trace:4:24: expected what is expected: ok or an error such as EEXIST"},
        Bad{"outcome_instead", after_header("attach p0 => ok"),
            "t.trace:4:11: expected an attach point such as d0/ingress"},
        Bad{"word_unknown", after_header("attach p0 d0/ingress befor"),
            "t.trace:4:22: 'befor' is no option of attach; there are replace, before, after, "
            "first, last, id, link, "
            "bits=0..2^32-1, rel=OBJECT, old=OBJECT, rev=0..2^64-1, size=0..8192, dirty=0..8191, "
            "in=n0|n1, as=root|nobody|userns"},
        Bad{"word_of_another", after_header("query d0/ingress before"),
            "t.trace:4:18: 'before' is no option of query; there are room=0..255, progs, links, "
            "prog_flags, "
            "link_flags, fault, bits=0..2^32-1, size=0..8192, dirty=0..8191, in=n0|n1, "
            "as=root|nobody|userns"},
        Bad{"flag_twice", after_header("attach p0 d0/ingress before rel=p1 before"),
            "t.trace:4:36: 'before' is said twice; leave one of them out"},
        Bad{"relative_twice", after_header("attach p0 d0/ingress rel=p1 rel=p1"),
            "t.trace:4:29: 'rel' is said twice; leave one of them out"},
        Bad{"array_twice", after_header("query d0/ingress progs progs"),
            "t.trace:4:24: 'progs' is said twice; leave one of them out"},
        Bad{"verdict_twice", after_header("packet d0/ingress p0=drop p0=pass"),
            "t.trace:4:27: 'p0' is said twice; leave one of them out"},
        Bad{"outcome_twice", after_header("query d0/ingress => ok rev=1 rev=2"),
            "t.trace:4:30: 'rev' is said twice; leave one of them out"},
        Bad{"fate_twice", after_header("packet d0/ingress => ok passed dropped"),
            "t.trace:4:32: a packet has one fate"},
        Bad{"point_without_hook", after_header("query d0"),
            "t.trace:4:7: expected an attach point such as d0/ingress, not 'd0'"},
        Bad{"hook_unknown", after_header("query d0/in"),
            "t.trace:4:10: unknown hook 'in'; there are ingress, egress, primary, peer and, on "
            "purpose, bogus"},
        Bad{"device_undeclared", after_header("query d1/ingress"),
            "t.trace:4:7: d1 is not declared; add it to the 'device' line, or have a 'create' make "
            "it"},
        Bad{"prog_not_loaded", after_header("attach p2 d0/ingress"),
            "t.trace:4:8: p2 is used before it is loaded; add 'load p2' to the header"},
        Bad{"relative_not_loaded", after_header("attach p0 d0/ingress before rel=p2"),
            "t.trace:4:33: p2 is used before it is loaded; add 'load p2' to the header"},
        Bad{"link_not_created", after_header("link_detach l0"),
            "t.trace:4:13: l0 is used before a link_create names it"},
        Bad{"link_created_twice",
            after_header("link_create l0 p0 d0/ingress\nlink_create l0 p1 d0/ingress"),
            "t.trace:5:13: l0 is created twice"},
        Bad{"link_out_of_range", after_header("link_create l250 p0 d0/ingress"),
            "t.trace:4:13: expected a name from l0 to l249, not 'l250'"},
        Bad{"close_nothing", after_header("close bad"),
            "t.trace:4:7: only a program or a link can be closed"},
        Bad{"number_missing", after_header("attach p0 d0/ingress rev="),
            "t.trace:4:26: expected a number from 0 to 18446744073709551615, not ''"},
        Bad{"number_too_large", after_header("attach p0 d0/ingress rev=18446744073709551616"),
            "t.trace:4:26: expected a number from 0 to 18446744073709551615, not "
            "'18446744073709551616'"},
        Bad{"number_negative", after_header("query d0/ingress room=-1"),
            "t.trace:4:23: expected a number from 0 to 255, not '-1'"},
        Bad{"number_hex_junk", after_header("query d0/ingress bits=0xg"),
            "t.trace:4:23: expected a number from 0 to 4294967295, not '0xg'"},
        Bad{"bits_have_names", after_header("attach p0 d0/ingress bits=0x8"),
            "t.trace:4:27: these bits have names in this dialect; use the names"},
        Bad{"first_in_mainline", after_header("attach p0 d0/ingress first"),
            "t.trace:4:22: dialect mainline has no FIRST and LAST"},
        Bad{"old_in_rfc2",
            "dialect rfc2\ndevice d0\nload p0 p1\nattach p0 d0/ingress replace old=p1\n",
            "t.trace:4:34: dialect rfc2 has no old=: 'replace' means the program that rel= names"},
        Bad{"revision_in_rfc2",
            "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress rev=4294967296\n",
            "t.trace:4:26: revisions have 32 bits in dialect rfc2"},
        Bad{"id_of_another_kind", after_header("attach p0 d0/ingress before id link rel=p1"),
            "t.trace:4:41: with 'id', rel must be a link, bad or none: ids of other kinds are "
            "another number space"},
        Bad{"outcome_unknown", after_header("attach p0 d0/ingress => EEXISTS"),
            "t.trace:4:25: unknown outcome 'EEXISTS'; say ok or an error such as EEXIST"},
        Bad{"outcome_of_another", after_header("attach p0 d0/ingress => ok rev=2"),
            "t.trace:4:28: 'rev=2' is nothing that can be expected of attach"},
        Bad{"outcome_list_hole", after_header("query d0/ingress => ok progs=p0,,p1"),
            "t.trace:4:33: expected a name from p0 to p95, not ''"},
        Bad{"outcome_flag_unknown", after_header("query d0/ingress => ok flags=head"),
            "t.trace:4:30: expected -, first, last or first|last"},
        Bad{"verdict_unknown", after_header("packet d0/ingress p0=reject"),
            "t.trace:4:22: unknown verdict 'reject'; there are pass, drop, unknown, redirect"},
        Bad{"verdict_next", after_header("packet d0/ingress p0=next"),
            "t.trace:4:22: 'next' is what a program says anyway; leave it out"},
        Bad{"verdicts_too_many",
            "dialect rfc2\ndevice d0\nload p0 p1 p2\npacket d0/ingress p0=drop p1=drop p2=drop\n",
            "t.trace:4:35: two programs at most say something other than next"},
        Bad{"long_word_is_cut", after_header(std::string(60, 'x')),
            "t.trace:4:1: unknown operation 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'; there "
            "are attach, detach, "
            "query, link_create, link_update, link_detach, info, fdinfo, close, remove, qdisc, "
            "packet, create, change, set, send, filter, filter_link, chain, provoke"},
        Bad{"filter_change", after_header("filter d0/ingress put p0"),
            "t.trace:4:19: expected add, replace, change or remove, not 'put'"},
        Bad{"filter_priority", after_header("filter d0/ingress add p0 priority=4"),
            "t.trace:4:35: expected a number from 1 to 3, not '4'"},
        Bad{"filter_elsewhere", after_header("filter d0/primary add p0"),
            "t.trace:4:8: filters are at ingress or egress"},
        Bad{"filter_of_no_header", after_header("chain d2/ingress remove"),
            "t.trace:4:7: chains are for devices of the header"},
        Bad{"filter_flag_of_none", after_header("filter d0/ingress remove skip_hw"),
            "t.trace:4:26: 'skip_hw' is no option of filter; there are chain=0..1, priority=1..3, "
            "handle=1..3, "
            "skip_hw, skip_sw, bits=0..2^32-1, as=root|nobody|userns"},
        Bad{"link_in_chain", after_header("filter_link l0 p0 d0/ingress chain=1"),
            "t.trace:4:36: links make filters of chain 0"},
        Bad{"chain_added", after_header("chain d0/ingress add"),
            "t.trace:4:18: expected remove, not 'add'"},
        Bad{"qdisc_changed", after_header("qdisc d0 change clsact"),
            "t.trace:4:10: expected add, replace or remove, not 'change'"}),
    [](const auto& info) { return info.param.name; });

// --- Every trace file in the tree
// ------------------------------------------------------------------------------

std::vector<std::filesystem::path> trace_files(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(MPROGCHECK_SOURCE_DIR) / folder))
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Trace> read(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return parse(text.str(), path.string());
}

std::vector<std::filesystem::path> all_trace_files() {
  auto files = trace_files("traces/tutorial");
  const auto clauses = trace_files("traces/clauses");
  files.insert(files.end(), clauses.begin(), clauses.end());
  return files;
}

class TraceFile : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(TraceFile, SaysTheSameAfterPrintAndParse) {
  std::string printed;
  const auto traces = read(GetParam());
  for (const Trace& trace : traces) printed += print(trace) + "\n";
  EXPECT_EQ(parse(printed, "printed"), traces);
}

TEST_P(TraceFile, HasNoMisprints) {
  for (const Trace& trace : read(GetParam()))
    for (const Misprint& m : misprints(trace))
      ADD_FAILURE() << print(trace.operations[m.step]) << "\n  written " << m.written
                    << "\n  model   " << m.model;
}

TEST_P(TraceFile, ExpectsSomethingOfEveryOperation) {
  for (const Trace& trace : read(GetParam()))
    for (std::size_t i = 0; i < trace.operations.size(); ++i)
      EXPECT_TRUE(!trace.expected.empty() && trace.expected[i]) << print(trace.operations[i]);
}

INSTANTIATE_TEST_SUITE_P(Text, TraceFile, testing::ValuesIn(all_trace_files()),
                         [](const auto& info) {
                           std::string name = info.param.parent_path().stem().string() + "_" +
                                              info.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Text, AWrongOutcomeIsAMisprint) {
  const auto trace =
      parse(after_header("attach p0 d0/ingress => ok\nattach p0 d0/ingress => ok"), "t.trace")
          .at(0);
  const auto found = misprints(trace);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].step, 1U);
  EXPECT_EQ(found[0].written, "ok");
  EXPECT_EQ(found[0].model, "EEXIST");
}

TEST(Text, TheParserSaysWhereEachExpectationStands) {
  std::vector<Spots> spots;
  parse("# first\n" + after_header("attach p0 d0/ingress  => ok\n  query d0/ingress") +
            "dialect rfc2\ndevice d0\nremove d0 => ok\n",
        "t.trace", &spots);
  ASSERT_EQ(spots.size(), 2U);
  EXPECT_EQ(spots[0].dialect.line, 2U);
  ASSERT_EQ(spots[0].expected.size(), 2U);
  EXPECT_EQ(spots[0].expected[0].line, 5U);
  EXPECT_EQ(spots[0].expected[0].column, 26U);
  EXPECT_EQ(spots[0].expected[1].line, 6U);
  EXPECT_EQ(spots[0].expected[1].column, 3U);
  EXPECT_EQ(spots[1].dialect.line, 7U);
}

TEST(Text, LoadAndDeviceMayTakeSeveralLines) {
  const Trace one = parse("dialect mainline\ndevice d0 d1\nload p0 p1\nremove d1\n", "t").at(0);
  const Trace more =
      parse("dialect mainline\ndevice d0\nload p0\ndevice d1\nload p1\nremove d1\n", "t").at(0);
  EXPECT_EQ(one, more);
}

TEST(Text, EveryPartOfAnAnswerIsLookedAt) {
  const std::string begin =
      "attach p0 d0/ingress\nlink_create l0 p1 d0/ingress\n"
      "query d0/ingress room=4 progs links prog_flags => ";
  const std::string right[] = {"rev=3", "count=2", "progs=p0,p1", "links=-,l0", "flags=-,-"};
  const std::string wrong[] = {"rev=4", "count=3", "progs=p1,p0", "links=l0,-", "flags=-,-,-"};
  for (std::size_t k = 0; k <= std::size(right); ++k) {
    std::string expected = "ok";
    for (std::size_t i = 0; i < std::size(right); ++i)
      expected += " " + (i == k ? wrong[i] : right[i]);
    const auto found = misprints(parse(after_header(begin + expected), "t.trace").at(0));
    EXPECT_EQ(found.size(), k < std::size(right) ? 1U : 0U) << expected;
  }
  const std::string packet = "attach p0 d0/ingress\npacket d0/ingress p0=drop => ok ";
  EXPECT_TRUE(misprints(parse(after_header(packet + "dropped"), "t.trace").at(0)).empty());
  EXPECT_EQ(misprints(parse(after_header(packet + "passed"), "t.trace").at(0)).size(), 1U);
}

// --- Any trace at all
// ------------------------------------------------------------------------------------------

// Even at every size, and 0 is the simplest.
unsigned choose(std::size_t n) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0U, static_cast<unsigned>(n)));
}
bool sometimes() {
  return choose(2) == 1;
}

template <class T, std::size_t N>
T any_word(const words::Pair<T> (&table)[N]) {
  return table[choose(N)].second;
}

Ref any_ref() {
  switch (choose(3)) {
    case 0: {
      const Ref::Kind kind = any_word(words::kRefs);
      const bool foreign = kind == Ref::Kind::foreign;
      return {kind, foreign ? static_cast<std::uint8_t>(choose(kForeigns)) : std::uint8_t{0}};
    }
    case 1:
      return ref(Prog{static_cast<std::uint8_t>(choose(6))});
    default:
      return ref(Link{static_cast<std::uint8_t>(choose(6))});
  }
}

std::uint64_t any_number(std::uint64_t most) {
  const std::uint64_t interesting[] = {
      0, 1, 2, 0x7fffffff, 0xffffffffU, 0x100000000U, ~std::uint64_t{0}};
  const std::uint64_t n = interesting[choose(std::size(interesting))];
  return n > most ? most : n;
}

Attr any_attr(Key key) {
  Attr a{key, Form::whole, 0};
  const auto values = row(key).values;
  a.value = static_cast<std::uint32_t>(
      any_number(width_of(key) < 4 ? (1U << 8 * width_of(key)) - 1 : 0xffffffffU));
  if (!values.empty()) a.value = values[choose(values.size())].value;
  if (own_key(key) == Key::name) a.value = sometimes() ? kMadeUpName : choose(kMaxDevices);
  if (choose(4) == 0) a.form = any_word(words::kForms);
  return a;
}

Ref any_ref(words::Reference::Accepts accepts) {
  using Accepts = words::Reference::Accepts;
  const Ref link = ref(Link{static_cast<std::uint8_t>(choose(6))});
  if (accepts == Accepts::anything) return any_ref();
  if (accepts != Accepts::prog_or_link || sometimes()) return link;
  return ref(Prog{static_cast<std::uint8_t>(choose(6))});
}

// A value of the kind; most are well formed.
void any_value(const words::Reference& kind, Verb, Field, Ref& out) {
  out = any_ref(kind.accepts);
}
void any_value(words::AttachPoint, Verb, Field, Point& out) {
  out = {choose(4) == 0   ? kNoDevice
         : choose(6) == 0 ? kLoopback
                          : static_cast<std::uint8_t>(choose(kMaxDevices)),
         any_word(words::kHooks)};
}
void any_value(words::DeviceName kind, Verb, Field, Point& out) {
  const bool all = kind.all && choose(4) == 0;
  out = {all ? kAllDevices : static_cast<std::uint8_t>(choose(kMaxDevices)), Hook::ingress};
}
void any_value(words::DeviceName, Verb, Field, std::uint8_t& out) {
  out = static_cast<std::uint8_t>(choose(kMaxDevices));
}
template <class T>
void any_value(const words::OneOf<T>& kind, Verb, Field, T& out) {
  out = kind.names[choose(kind.names.size())].second;
}
void any_value(words::Namespace, Verb, Field, std::uint8_t& out) {
  out = static_cast<std::uint8_t>(choose(kMaxSpaces));
}
template <class T>
void any_value(const words::Number& kind, Verb verb, Field field, T& out) {
  if (field == Field::size && sometimes())
    out = static_cast<T>(sizes_of(verb)[choose(sizes_of(verb).size())]);
  else if (field == Field::size)
    out = static_cast<T>(100 + choose(kLongestAttribute - 99));
  else if (field == Field::dirty)
    out = static_cast<T>(choose(200));
  else
    out = static_cast<T>(std::max(kind.least, any_number(kind.most)));
}

template <class M, class Kind>
void any_part(const words::Operand<M, Kind>& part, Operation& op) {
  if (part.occurs == words::Occurs::unless_removed && op.change == TcChange::remove) return;
  if (part.occurs == words::Occurs::optionally && choose(4) == 0) return;
  any_value(part.kind, op.verb, part.field, part.of(op));
}
template <class M, class Kind>
void any_part(const words::Option<M, Kind>& part, Operation& op) {
  if (part.occurs == words::Occurs::unless_removed && op.change == TcChange::remove) return;
  const bool odd = part.field == Field::size || part.field == Field::dirty;
  if (choose(odd ? 5 : 2) == 1) any_value(part.kind, op.verb, part.field, part.of(op));
}
template <class M>
void any_part(const words::Bit<M>& part, Operation& op) {
  if (part.occurs == words::Occurs::unless_removed && op.change == TcChange::remove) return;
  if (choose(4) == 0) part.set(op);
}
void any_part(const words::Literal&, Operation&) {}
void any_part(const words::Attributes&, Operation& op) {
  const KeySet keys = op.verb == Verb::change ? kInData : kAllKeys;
  const std::vector<Key> some(keys.begin(), keys.end());
  const std::size_t count = op.verb == Verb::set ? 1 : choose(kMaxAttrs + 1);
  for (std::size_t i = 0; i < count; ++i) op.attrs[i] = any_attr(some[choose(some.size())]);
}
void any_part(const words::Verdicts&, Operation& op) {
  for (std::size_t i = 0, n = choose(3); i < n; ++i)
    op.says[i] = {Prog{static_cast<std::uint8_t>(choose(6))},
                  words::kActions[1 + choose(4)].second};
}

// Every field the verb has, with any value.
Operation any_operation(Verb v) {
  Operation op;
  op.verb = v;
  visit_form(
      v, [&](const auto& row) { row.parts.each([&](const auto& part) { any_part(part, op); }); });
  return op;
}

std::string any_prose() {
  const char* const some[] = {"", "a", "why not", "=> ok", "dialect rfc2", "# twice", "p0,  p1"};
  return some[choose(std::size(some))];
}

template <class T>
std::vector<T> any_list(const std::vector<T>& of) {
  std::vector<T> out(choose(4));
  for (T& x : out) x = of[choose(of.size())];
  return out;
}

Expected any_expected(const Operation& op) {
  Expected e;
  e.error = kErrnoNames[choose(std::size(kErrnoNames))].first;
  const bool packet = has_trait(op.verb, Trait::packet);
  if (packet) e.fate = static_cast<Fate>(choose(4));
  const bool tells = has_trait(op.verb, Trait::tells_link);
  if (tells && sometimes())
    e.at = Point{static_cast<std::uint8_t>(sometimes() ? kNoDevice : choose(3)),
                 any_word(words::kHooks)};
  if (!packet && op.verb != Verb::query && !tells) return e;
  if (sometimes()) e.revision = any_number(~std::uint64_t{0});
  if (sometimes()) e.count = static_cast<std::uint8_t>(choose(kMaxCapacity + 1));
  if (sometimes()) e.progs = any_list<Prog>({Prog{0}, Prog{95}, kStrangeProg});
  if (sometimes()) e.links = any_list<Link>({kNoLink, Link{0}, Link{249}, kStrangeLink});
  if (sometimes())
    e.entry_flags = any_list<std::uint8_t>({0, flag::first, flag::last, flag::first | flag::last});
  return e;
}

Trace any_trace() {
  Trace t;
  t.header.dialect = kDialects[choose(kDialects.size())];
  t.header.capacity = static_cast<std::uint8_t>(kMaxCapacity - choose(kMaxCapacity));
  t.header.devices = static_cast<std::uint8_t>(choose(choose(2) ? 3 : kMaxDevices + 1));
  t.header.revision =
      1 + any_number(t.header.dialect == Dialect::rfc2 ? 0xfffffffeU : ~std::uint64_t{0} - 1);
  for (std::size_t p = 0; p < 6; ++p) t.header.loaded[p] = choose(5) != 0;
  for (std::size_t p = 0; p < 6; ++p) t.header.xdp[p] = t.header.loaded[p] && choose(5) == 0;
  if (sometimes()) t.reason = "differs  in d0, since p1 went";
  if (sometimes()) t.target = "kmod vm:7.2";
  if (sometimes()) t.releases = "6.6 to 6.12.113, 6.16, from 7.3-rc2";
  if (sometimes()) t.bucket = "mainline.tcx.detach.remove.tail.error.ok-ERANGE";
  while (choose(3) == 0) t.preface.push_back(any_prose());

  NameCheck names(t.header);
  for (unsigned i = 0, n = choose(30); i < n; ++i) {
    // Links and devices first: most of the others want one.
    const Verb verb = i < 6    ? Verb::link_create
                      : i < 10 ? Verb::create
                               : static_cast<Verb>(choose(kVerbs));
    Operation op = any_operation(verb);
    bool named = !names.next(op);
    for (int tries = 0; !named && tries < 6; ++tries) named = !names.next(op = any_operation(verb));
    if (!named) continue;
    t.operations.push_back(op);
    t.expected.push_back(sometimes() ? std::optional(any_expected(op)) : std::nullopt);
    t.comments.emplace_back();
    if (choose(4) == 0) t.comments.back().above.push_back(any_prose());
    if (choose(4) == 0) t.comments.back().behind = any_prose();
  }
  // As the parser has it: nothing said at all is no list of nothings.
  if (std::none_of(t.expected.begin(), t.expected.end(),
                   [](const auto& e) { return e.has_value(); }))
    t.expected.clear();
  if (std::all_of(t.comments.begin(), t.comments.end(), [](const auto& c) { return c.empty(); }))
    t.comments.clear();
  return t;
}

// Every verb has its section, and an example that is valid and is printed as it was written.
TEST(Text, TheReferenceHasAnExampleOfEveryVerb) {
  const std::string reference = language_reference();
  for (const auto& head : kHeads) {
    const std::string word(head.word), example(head.example);
    EXPECT_NE(reference.find("\n### " + word + "\n"), std::string::npos) << word;
    EXPECT_NE(reference.find("Example: `" + example + "`\n"), std::string::npos) << word;
    const auto traces =
        parse(after_header("link_create l0 p0 d0/ingress\ncreate d1 d2\n" + example), "reference");
    ASSERT_EQ(traces.at(0).operations.size(), 3U) << example;
    EXPECT_EQ(traces[0].operations[2].verb, head.verb);
    EXPECT_EQ(print(traces[0].operations[2]), example);
  }
}

TEST(Text, EveryFieldOfEveryVerbIsWrittenAndRead) {
  std::size_t fields = 0, read = 0;
  words_testing::each_field([&](const Trace& without, const Operation& with, const auto& part) {
    ++fields;
    const std::string text = print(with);
    EXPECT_NE(text, print(without.operations.back()));
    if constexpr (requires { part.word; }) {
      const std::string word = " " + std::string(part.word);
      EXPECT_NE(text.find(word), std::string::npos) << text;
    }
    Trace trace = without;
    trace.operations.back() = with;
    if (complaint(trace)) return;  // FIRST in mainline, and whatever else is no request
    ++read;
    EXPECT_EQ(parse(print(trace), "test").at(0).operations.back(), with) << text;
  });
  EXPECT_GT(fields, 80U);
  EXPECT_GT(read, fields * 3 / 4);
}

TEST(Text, ParseUndoesPrintOnEveryTrace) {
  std::array<int, kVerbs> met{};
  EXPECT_TRUE(rc::check("parse undoes print on every trace", [&] {
    // Several at a time: every check of a process starts from the same seed.
    for (int times = 0; times < 8; ++times) {
      const Trace trace = any_trace();
      ASSERT_FALSE(complaint(trace)) << complaint(trace)->second.text;
      for (const Operation& op : trace.operations) ++met[static_cast<std::size_t>(op.verb)];
      const auto again = parse(print(trace), "printed");
      RC_ASSERT(again.size() == 1U);
      RC_ASSERT(print(again[0]) == print(trace));
      RC_ASSERT(again[0] == trace);
    }
  }));
  for (std::size_t verb = 0; verb < kVerbs; ++verb)
    EXPECT_GT(met[verb], 5) << word(static_cast<Verb>(verb));
}

TEST(Text, ATraceCutShortIsReadOrRefusedAndNeverElse) {
  int read_anyway = 0, refused = 0;
  EXPECT_TRUE(rc::check("a trace cut short, or with a byte changed, is read or refused", [&] {
    std::string text = print(any_trace());
    if (sometimes()) text.resize(choose(text.size() + 1));
    if (sometimes() && !text.empty()) text[choose(text.size())] = static_cast<char>(choose(256));
    try {
      parse(text, "t");
      ++read_anyway;
    } catch (const ParseError& e) {
      RC_ASSERT(std::string_view(e.what()).starts_with("t:"));
      ++refused;
    }
  }));
  EXPECT_GT(read_anyway, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace mprogcheck
