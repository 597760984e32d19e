// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer: whatever a guest sends, the harness reads it or refuses it with Garbled; and whatever
// it reads, the judge can judge and print. The first byte says what the rest is taken for. Half of
// the inputs begin as what a conforming guest sends.
#include <cstdlib>
#include <cstring>
#include <random>

#include "impl/vm/wire.hpp"
#include "model/judge/check.hpp"
#include "model/words/history.hpp"
#include "model/words/text.hpp"
#include "model/world/testing.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace mprogcheck::vm {
namespace {

const std::vector<Trace>& traces() {
  static const std::vector<Trace> all = parse(
      R"(dialect mainline
device d0 d1
load p0 p1 p2:xdp
attach p0 d0/ingress
link_create l0 p1 d0/ingress before
query d0/ingress room=4 progs links
packet d0/ingress p0=drop
info l0
link_detach l0
remove d0
dialect mainline
device d0
load p0 p1
create d1 d2 mode=l2 mtu=900 address=a
attach p0 d1/primary
attach p1 d2/ingress
set d1 state=up
set d2 state=up
send d1 bytes=914 mark
remove d2
dialect mainline
device d0
load p0 p1
qdisc d0 add clsact
filter d0/egress add p0 chain=1 handle=3
filter_link l0 p1 d0/ingress
attach p0 d0/ingress
dialect rfc2
device d0
load p0 p1
attach p0 d0/ingress first
query d0/ingress room=4 progs prog_flags
)",
      "border_fuzzer");
  return all;
}

// The readers, by the first byte.
void read(std::uint8_t what, std::string_view bytes) {
  const std::size_t n = traces().size();
  if (what < n) {
    const Trace& trace = traces()[what];
    std::vector<Observation> seen;
    observations_from(bytes, trace.operations.size(), seen);
    const Verdict verdict = check(trace, seen);
    for (const Deviation& d : verdict.deviations) bucket(d, trace.header.dialect);
    for (std::size_t i = 0; i < seen.size(); ++i) describe(trace.operations[i], seen[i]);
    return;
  }
  if (what == n) hello_from(bytes);
  if (what == n + 1) result_from(bytes);
  if (what == n + 2) answers_from(bytes, 3);
  if (what == n + 3) stress_round_from(bytes);
  if (what == n + 4) {
    Unframer unframer;
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
      unframer.add(bytes.substr(at, 7));
      while (unframer.next(1000)) {
      }
    }
  }
}

std::string beginning(std::mt19937& random) {
  const std::size_t n = traces().size();
  const auto what = static_cast<std::uint8_t>(random() % (n + 5));
  std::string bytes(1, static_cast<char>(what));
  if (what < n) bytes += bytes_of(predicted(traces()[what]));
  if (what == n) bytes += bytes_of(Hello{.layout = layout(), .release = "7.2", .capabilities = {}});
  if (what == n + 1) bytes += bytes_of(ProgramResult{1, "said"});
  if (what == n + 2) {
    MessageAnswers answers;
    answers.replies.push_back({.datagrams = {"one", ""}, .after = {}});
    bytes += bytes_of(answers);
  }
  if (what == n + 3) bytes += bytes_of(StressRound{.figures = {}, .history = "history"});
  if (what == n + 4)
    bytes +=
        framed({Frame::Kind::seen, "seen"}) + framed({Frame::Kind::step, std::string(99, 'x')});
  return bytes;
}

}  // namespace
}  // namespace mprogcheck::vm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mprogcheck::vm;
  if (size == 0) return 0;
  try {
    read(data[0], {reinterpret_cast<const char*>(data + 1), size - 1});
  } catch (const Garbled&) {
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 2 == 0) {
    const std::string bytes = mprogcheck::vm::beginning(random);
    if (bytes.size() <= most) {
      std::memcpy(data, bytes.data(), bytes.size());
      size = bytes.size();
    }
  }
  return LLVMFuzzerMutate(data, size, most);
}
