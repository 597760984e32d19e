// SPDX-License-Identifier: GPL-2.0-only
// The verb `plan`: its steps, its explanations and what it refuses.
#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

const std::string kWishes =
    "security: fw first\nmetrics: count after fw\nmetrics: count before log\n";

TEST_F(CommandLine, plan_attaches_next_to_what_is_there) {
  write("wishes", kWishes);
  write("t.trace", kSound);
  const Ran r = run("plan wishes --state t.trace --out plan.trace");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("satisfies 3 directives: fw p1 p0 count log"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("attach p2 d0/ingress before rel=p1"), std::string::npos) << r.out;
  EXPECT_EQ(run("replay plan.trace").status, 0) << slurp(work / "plan.trace");
  EXPECT_NE(slurp(work / "plan.trace").find("p2 is fw"), std::string::npos);
  const auto document = nlohmann::json::parse(run("plan wishes --json").out);
  EXPECT_EQ(document["attaches"][0]["operation"], "attach p0 d0/ingress");
  EXPECT_EQ(document["attaches"][2]["list"], document["order"]);
}

TEST_F(CommandLine, plan_names_the_cycle_and_the_smallest_contradiction) {
  write("wishes", kWishes + "tracing: log before fw\n");
  const Ran r = run("plan wishes");
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_NE(r.out.find("log in front of fw  # wishes:4:1: tracing: log before fw\n"),
            std::string::npos)
      << r.out;
  const auto document = nlohmann::json::parse(run("plan wishes --json").out);
  EXPECT_EQ(document["satisfiable"], false);
  ASSERT_EQ(document["core"].size(), 2U);
  EXPECT_EQ(document["core"][1]["line"], 4);
  std::string many;
  for (int i = 0; i < 64; ++i) many += "o: n" + std::to_string(i) + " present\n";
  write("many", many);
  const Ran full = run("plan many");
  EXPECT_EQ(full.status, 2);
  EXPECT_NE(full.err.find("64 programs are wanted on a list of 63 slots"), std::string::npos);
  write("w\xff", kWishes);
  EXPECT_TRUE(nlohmann::json::accept(run("plan 'w\xff' --json").out));
}

TEST_F(CommandLine, plan_is_of_the_point_asked_for) {
  write("wishes", kWishes);
  for (const char* line : {"--point d3/egress", "--kind tcx/egress", "--kind netkit/peer"}) {
    const Ran r = run("plan wishes --out plan.trace " + std::string(line));
    EXPECT_EQ(r.status, 0) << r.err;
    const std::string point = line[2] == 'p' ? "d3/egress" : "d0/egress";
    EXPECT_NE(r.out.find("attach p1 " + point + " after rel=p0"), std::string::npos) << r.out;
    EXPECT_NE(r.out.find("  p0 is fw\n"), std::string::npos) << r.out;
    EXPECT_EQ(run("replay plan.trace").status, 0) << slurp(work / "plan.trace");
    fs::remove(work / "plan.trace");
  }
}

TEST_F(CommandLine, plan_says_who_is_new) {
  write("t.trace", kSound);
  write("typo", "o: p1 before nobody\n");
  const Ran r = run("plan typo --state t.trace");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("the list is [p1 p0]\nnew programs: nobody\n"), std::string::npos) << r.out;
  // The one on the list has no descriptor any more.
  write("link.trace",
        "dialect mainline\ndevice d0\nload p0 p1\nlink_create l0 p0 d0/ingress\nclose p0\n");
  write("p1", "o: p1 present\n");
  const Ran closed = run("plan p1 --state link.trace");
  EXPECT_EQ(closed.status, 0) << closed.err;
  EXPECT_NE(closed.out.find("attach p1 d0/ingress after id rel=p0"), std::string::npos);
}

// As bpftool prints an entry. A link's id is 0 where there is none.
nlohmann::json entry_of(const char* device, const char* kind, const char* name, int id,
                        int link = 0) {
  nlohmann::json e{{"devname", device},
                   {"ifindex", 2},
                   {"kind", kind},
                   {"prog_id", id},
                   {"prog_flags", nlohmann::json::array()},
                   {"link_id", link},
                   {"link_flags", nlohmann::json::array()}};
  if (*name) e["name"] = name;
  return e;
}

std::string net_of(const std::vector<nlohmann::json>& entries) {
  return nlohmann::json{{{"xdp", nlohmann::json::array()}, {"tc", entries}}}.dump(2);
}

TEST_F(CommandLine, plan_reads_what_bpftool_prints) {
  write("net.json",
        net_of({entry_of("eth0", "tcx/ingress", "log", 7), entry_of("eth0", "tcx/egress", "x", 8),
                entry_of("eth0", "tcx/ingress", "fw", 9, 3),
                entry_of("eth0", "tcx/ingress", "", 10), entry_of("eth1", "tcx/ingress", "log", 11),
                entry_of("eth1", "tcx/ingress", "log", 12)}));
  write("wishes", "o: count before fw\no: count after log#7\n");
  const Ran r = run("plan wishes --state net.json --device eth0 --out plan.trace");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("the list is [log fw unnamed]\nnew programs: count\n"), std::string::npos)
      << r.out;
  EXPECT_NE(r.out.find(": log count fw unnamed\n"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("  d0/ingress is tcx/ingress of eth0\n  p0 is log#7\n  p1 is fw#9\n"
                       "  p2 is unnamed#10\n  p3 is count\n"),
            std::string::npos)
      << r.out;
  EXPECT_NE(slurp(work / "plan.trace").find("link_create l0 p1 d0/ingress"), std::string::npos);
  write("of_two", "o: log#12 before log#11\n");
  const Ran two = run("plan of_two --state net.json --device eth1");
  EXPECT_EQ(two.status, 1) << two.err;
  EXPECT_NE(two.out.find("log#11 in front of log#12  # the list of net.json has this order"),
            std::string::npos)
      << two.out;
  // An empty list is one where others are shown.
  const Ran egress = run("plan wishes --state net.json --device eth1 --kind tcx/egress");
  EXPECT_EQ(egress.status, 2) << egress.err;
  EXPECT_NE(egress.err.find("wishes:2:1: no program on the list is log#7"), std::string::npos);
  write("new", "o: count first\n");
  const Ran empty = run("plan new --state net.json --device eth1 --kind tcx/egress");
  EXPECT_EQ(empty.status, 0) << empty.err;
  EXPECT_NE(empty.out.find("d0/egress is tcx/egress of eth1"), std::string::npos) << empty.out;
  // What a terminal would obey is shown, and is the name of one program.
  write("odd.json", net_of({entry_of("eth0", "tcx/ingress", "a\nattach p5 d0/ingress\x1b[31m", 7),
                            entry_of("eth\x1b", "tcx/ingress", "log#7", 8)}));
  const Ran odd = run("plan new --state odd.json --device eth0 --out odd.trace");
  EXPECT_EQ(odd.status, 0) << odd.err;
  EXPECT_NE(odd.out.find("[a\\x0aattach\\x20p5\\x20d0/ingress\\x1b[31m]\n"), std::string::npos)
      << odd.out;
  EXPECT_EQ(run("replay odd.trace").status, 0) << slurp(work / "odd.trace");
}

TEST_F(CommandLine, plan_refuses_what_it_cannot_see) {
  const auto log = [](int id) { return entry_of("eth0", "tcx/ingress", "log", id); };
  write("net.json", net_of({log(7), log(9), entry_of("eth1", "tcx/ingress", "x", 8)}));
  // Of bpftool 7.1, which shows what is attached with a filter and nothing else.
  write("old.json", net_of({entry_of("eth0", "clsact/ingress", "log", 7)}));
  write("none.json", "[{\"xdp\":[],\"tc\":[],\"flow_dissector\":[]}]");
  write("twice.json", net_of({log(7), log(7)}));
  std::vector<nlohmann::json> many;
  for (int i = 1; i <= 40000; ++i) many.push_back(log(i));
  write("many.json", net_of(many));
  write("log", "o: a present\n o: log first\n");
  write("id", "o: log#8 first\n");
  write("broken.json", "[\n  {\"tc\": }\n]\n");
  write("other.json", "\n {}");
  write("half.json", "[{\"tc\": [\n {\"kind\": \"tcx/ingress\", \"devname\": \"eth0\"}]}]");
  write("t.trace", kSound);
  write("rfc2.trace", "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n");
  write("closed.trace", kSound + "detach p0 d0/ingress\nclose p0\n");
  write("p0", "o: p0 present\n");
  const std::pair<const char*, const char*> cases[] = {
      {"log --state net.json", "tcx/ingress of which device? choose with --device: eth0, eth1"},
      {"log --state net.json --device eht0",
       "nothing here is on eht0; there is eth0, eth1; if the"},
      {"log --state net.json --point d0/egress", "say --kind and --device"},
      {"log --state t.trace --device eth0", "for a trace say --point"},
      {"log --kind tcx/egress --point d0/egress", "excludes"},
      {"log --state none.json", "no tcx/ingress here, which does not make the list empty: bpftool"},
      {"log --state old.json --device eth0", "shows tcx from 7.3 on"},
      {"log --state net.json --device eth1 --kind netkit/peer", "netkit from 7.4 on"},
      {"log --state net.json --device eth0", "log:2:2: 2 programs on the list are called log; say"},
      {"id --state net.json --device eth0",
       "id:1:1: no program on the list is log#8; there is log#7, log#9"},
      {"id", "id:1:1: no program on the list is log#8"},
      {"log --state twice.json", "program 7 is twice on tcx/ingress of eth0"},
      {"log --state many.json", "40000 programs on tcx/ingress of eth0, a list of 63 slots"},
      {"log --state ''", "--state: expected a file"},
      {"log --out ''", "--out: expected a file"},
      {"log --state broken.json", "broken.json:2:10: this is no JSON"},
      {"log --state other.json", "other.json:2:2: expected an array; give what 'bpftool -j net'"},
      {"log --state half.json", "half.json:2:2: this has no \"prog_id\""},
      {"log --state rfc2.trace", "rfc2.trace:1:1: plans are made for dialect mainline alone"},
      {"log --state p0", "p0:1:1: expected 'dialect mainline'"},
      {"p0 --state closed.trace", "p0:1:1: p0 cannot be attached: the model says EBADF"},
      {"p0 --state closed.trace --point d1/ingress", "there is no d1/ingress"},
      {"missing", "missing: no such file"},
      {"net.json", "net.json:1:1: expected an owner"},
  };
  for (const auto& [line, says] : cases) {
    const Ran bad = run("plan " + std::string(line));
    EXPECT_EQ(bad.status, 2) << line << "\n" << bad.err;
    EXPECT_NE(bad.err.find(says), std::string::npos) << line << "\n" << bad.err;
  }
}

}  // namespace
}  // namespace mprogcheck
