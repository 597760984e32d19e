// SPDX-License-Identifier: GPL-2.0-only
// The documents of --json: all begin with the version of their form, and docs/json.md describes all
// of their members.
#include <set>

#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

using Json = nlohmann::ordered_json;

// Members of objects whose keys are names of something: not described one by one.
const std::set<std::string> kByName{"sometimes", "not_run", "cells", "dialects", "traces"};

void collect(const Json& value, std::set<std::string>& keys) {
  if (value.is_array())
    for (const Json& element : value) collect(element, keys);
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.items()) {
    keys.insert(key);
    if (!member.is_object() || !kByName.contains(key))
      collect(member, keys);
    else
      for (const Json& named : member) collect(named, keys);
  }
}

TEST_F(CommandLine, each_document_names_its_schema_and_is_described) {
  write("t.trace", kSound);
  write("wrong.trace", "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress => EEXIST\n");
  write("rfc2.trace", "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n");
  write("wishes", "a: fw first\nb: count after fw\n");
  write("contradict", "a: fw first\nb: p0 first\n");
  write("h.history",
        "dialect mainline\ndevice d0\nload p0 p1\n0:1-4 attach p0 d0/ingress rev=1 => ok\n");
  const std::string bad = "impl:before_lands_behind";
  run("conform --target " + bad + " --out before");
  run("fuzz --target " + bad + " --traces 20 --seed 1 --out kept");
  run("fuzz --target " + bad + " --traces 20 --seed 1 --out before-kept");
  run("fuzz --target " + bad + " --traces 20 --seed 1 --out hasty --minimize-time 0.0001s");
  const std::pair<std::string, std::string> lines[] = {
      {"fuzz", "--target " + bad + " --traces 20 --seed 1"},
      {"fuzz", "--target " + bad + " --traces 30 --resume --out kept"},
      {"store show", "kept"},
      {"store report", "kept --since before-kept"},
      {"store merge", "merged kept"},
      {"store export", "kept --out exported"},
      {"replay", "t.trace wrong.trace rfc2.trace --target " + bad},
      {"conform", ""},
      {"conform", "--target " + bad},
      {"conform", "--target impl:after_one_too_far --baseline before/report.json"},
      {"table", "t.trace --target impl --target " + bad},
      {"compare", "t.trace --target impl --target " + bad},
      {"minimize", "t.trace"},
      {"minimize", "t.trace --target " + bad},
      {"minimize", "--store hasty"},
      {"bisect", "t.trace --kernels impl," + bad},
      {"repro", "t.trace"},
      {"explore", "--progs 1 --links 0 --capacity 1 --target impl --tour tour"},
      {"explore", "--target impl:detach_before_head_takes_head"},
      {"prove", "--obligation revision"},
      {"spec", ""},
      {"plan", "wishes"},
      {"plan", "contradict --state t.trace"},
      {"stress", "--history h.history"},
      {"faults", ""},
      {"faults", "before_lands_behind --hunt"}};
  const std::string page = slurp(MPROGCHECK_SOURCE_DIR "/docs/json.md");
  for (const auto& [verb, arguments] : lines) {
    const Ran r = run(verb + " --json " + arguments);
    const Json document = Json::parse(r.out, nullptr, false);
    ASSERT_TRUE(document.is_object()) << verb << " " << arguments << "\n" << r.out << r.err;
    EXPECT_EQ(document.begin().key(), "schema") << verb;
    EXPECT_EQ(document["schema"], 1);
    EXPECT_EQ(document["verb"], verb);
    const std::size_t begin = page.find("\n## " + verb + "\n");
    ASSERT_NE(begin, page.npos) << verb;
    // What several verbs have is described in front of the first.
    std::string described = page.substr(0, page.find("\n## fuzz\n")) +
                            page.substr(begin, page.find("\n## ", begin + 1) - begin);
    if (verb == "store report") {  // has what `store show` has
      const std::size_t also = page.find("\n## store show\n");
      described += page.substr(also, begin - also);
    }
    std::set<std::string> keys;
    collect(document, keys);
    for (const std::string& key : keys)
      if (key.find(' ') == key.npos) {  // the name of a clause
        EXPECT_NE(described.find("`" + key + "`"), described.npos) << verb << ": " << key;
      }
  }
}

}  // namespace
}  // namespace mprogcheck
