// SPDX-License-Identifier: GPL-2.0-only
// The target tree:TREE on the sources of Linux, where the cache has them: they are too much to be
// fetched for a test ('mprogcheck replay TRACE --target tree:7.3' fetches some).
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "impl/tree/tree.hpp"
#include "impl/vm/cache.hpp"
#include "model/judge/check.hpp"
#include "model/words/releases.hpp"
#include "model/words/text.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = MPROGCHECK_SOURCE_DIR;

std::vector<Trace> traces_in(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return parse(text.str(), file.string());
}

std::vector<fs::path> trees() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(vm::Cache("").directory()))
    if (entry.path().filename().string().starts_with("linux-source-")) out.push_back(entry.path());
  return out;
}

Tree tree_in(const fs::path& folder, bool sanitize) {
  return Tree({.name = "tree:" + folder.string(),
               .builder = std::make_shared<tree::Builder>(
                   tree::read_sources(folder),
                   tree::BuildOptions{.shim = kSource / "impl/tree/shim", .sanitize = sanitize}),
               .worker = MPROGCHECK_TREE_WORKER});
}

// The buckets that are known of a release.
std::set<std::string> known_of(const std::string& release) {
  std::set<std::string> out;
  for (const char* const name : {"known/kernel.trace", "known/vm.trace"})
    for (const Trace& known : traces_in(kSource / name))
      if (lists(known.releases, *release_in(release))) out.insert(known.bucket);
  return out;
}

class RealTrees : public ::testing::TestWithParam<bool> {};

TEST_P(RealTrees, do_what_is_known_of_their_release_and_nothing_else) {
  const auto all = trees();
  if (all.empty())
    GTEST_SKIP() << "no source of Linux is in the cache; any use of --target tree:7.3 fetches one";
  for (const fs::path& folder : all) {
    Tree target = tree_in(folder, GetParam());
    const std::set<std::string> known = known_of(target.release());
    std::set<std::string> shown;
    for (const char* const name :
         {"known/kernel.trace", "known/vm.trace", "traces/suite/mainline.attach.trace",
          "traces/suite/mainline.link_update.trace", "traces/suite/mainline.qdisc.trace",
          "traces/suite/mainline.remove.trace", "traces/suite/mainline.close.trace"}) {
      std::vector<Trace> traces = traces_in(kSource / name);
      std::erase_if(traces,
                    [&](const Trace& t) { return !unsupported(t, target.capabilities()).empty(); });
      ASSERT_FALSE(traces.empty()) << name;
      std::vector<std::vector<Observation>> seen;
      target.run(traces, seen);
      for (std::size_t t = 0; t < traces.size(); ++t)
        for (const Deviation& d : check(traces[t], seen[t], Binding::promises).deviations) {
          const std::string bucket = mprogcheck::bucket(d, traces[t].header.dialect);
          shown.insert(bucket);
          EXPECT_TRUE(known.contains(bucket) || d.breach == Breach::code)
              << folder << ": " << bucket << "\n"
              << print(traces[t]);
        }
    }
    EXPECT_TRUE(shown.contains("mainline.tcx.detach.remove.before_nobody.ERANGE-ok"));
    EXPECT_TRUE(shown.contains("mainline.tcx.attach.relative.type.harm.died"));
    EXPECT_EQ(target.lost(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Tree, RealTrees, ::testing::Bool(), [](const auto& info) {
  return info.param ? "with_sanitizers" : "as_compiled";
});

}  // namespace
}  // namespace mprogcheck
