// SPDX-License-Identifier: GPL-2.0-only
// With toy-verb.patch applied: the toy verb is read, printed, described, predicted and judged.
#include <cstdio>
#include <string>
#include <vector>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "model/world/world.hpp"

using namespace mprogcheck;

int main() {
  int failed = 0;
  const auto expect = [&](bool held, const char* what) {
    if (!held) std::fprintf(stderr, "not so: %s\n", what), ++failed;
  };
  const std::string text =
      "dialect mainline\ndevice d0\nload p0\n\n"
      "link_create l0 p0 d0/ingress\npeek l0\nclose l0\npeek l0\n";
  const Trace trace = parse(text, "toy").at(0);
  expect(print(trace) == text, "print undoes parse");
  expect(language_reference().find("### peek") != std::string::npos, "the reference has it");

  World world;
  world.reset(trace.header);
  std::vector<Observation> seen;
  Prediction prediction;
  for (const Operation& op : trace.operations) {
    world.step(op, prediction);
    seen.push_back(prediction.observation);
  }
  expect(seen[1].error == Errno::ok && seen[1].at == Point{0, Hook::ingress},
         "it tells where the link is");
  expect(seen[3].error == Errno::noent, "a closed link is refused");
  expect(check(trace, seen).deviations.empty(), "what the model predicts conforms");
  seen[1].at.hook = Hook::egress;
  expect(check(trace, seen).deviations.size() == 1, "another answer deviates");
  return failed == 0 ? 0 : 1;
}
