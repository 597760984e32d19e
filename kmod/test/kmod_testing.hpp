// SPDX-License-Identifier: GPL-2.0-only
// What the tests of the module in a guest share. Where the module was not built, or no kernel or no
// QEMU can be had, they skip, with the reason. For tests only.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "impl/vm/agent/testing.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/search/campaign.hpp"
#include "test_paths.hpp"

namespace mprogcheck {

inline std::vector<Trace> traces_of(const std::string& file) {
  std::ifstream in(MPROGCHECK_SOURCE_DIR "/" + file);
  return parse(std::string(std::istreambuf_iterator<char>(in), {}), file);
}

class Module : public InAGuest {
 protected:
  static void SetUpTestSuite() {
    boot_by([] { return guest_with_module(); });
  }

  static void conforms(const std::string& text) { conform(parse(text, "kmod_vm_test")); }
  static void conform(const std::vector<Trace>& traces) {
    const auto seen = run(traces);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const Verdict verdict = check(traces[i], seen.at(i));
      EXPECT_EQ(verdict.judged, traces[i].operations.size());
      for (const Deviation& d : verdict.deviations)
        ADD_FAILURE() << print(traces[i]) << explain(d, traces[i]) << vm_->last_words().console;
    }
  }
  static std::vector<Trace> known(Dialect dialect) {
    std::vector<Trace> all = traces_of("known/kmod.trace");
    std::erase_if(all, [&](const Trace& t) { return t.header.dialect != dialect; });
    return all;
  }
  static void conforms_in_a_campaign(Dialect dialect, const std::string& append = "",
                                     const char* module = MPROGCHECK_MODULE) {
    CampaignOptions options;
    options.dialect = dialect;
    options.seed = 1;
    options.traces = 50;
    options.jobs = 1;
    options.known = known(dialect);
    const CampaignResult r =
        run_campaign([&] { return guest_with_module(append, module); }, options);
    for (const auto& [name, f] : r.findings)
      if (f.known.empty())
        ADD_FAILURE() << name << "\n"
                      << print(f.trace) << explain(f.deviation, f.trace) << f.last_words.console;
    EXPECT_GT(r.coverage.clauses().met, 80U);
  }
};

}  // namespace mprogcheck
