// SPDX-License-Identifier: GPL-2.0-only
// Stands in QEMU's place and answers as a guest that lies. How it lies is in the environment,
// MPROGCHECK_LIE; see kLies. `honest` answers what the model predicts.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include "impl/vm/wire.hpp"
#include "model/world/testing.hpp"

namespace mprogcheck::vm {
namespace {

using Kind = Frame::Kind;
using Seen = std::vector<Observation>;

// The places of some bytes in the observation of an operation, as wire.cpp writes it.
constexpr std::size_t kHasAfter = 24, kHook = 28, kAnswerFilled = 30, kAfterFilled = 32,
                      kHasJourney = 33, kHasDevices = 34, kHasWords = 36, kToldSize = 40;

int channel = -1;

void put(const std::string& bytes) {
  for (std::string_view left = bytes; !left.empty();) {
    const ssize_t sent = ::write(channel, left.data(), left.size());
    if (sent < 0) std::_Exit(0);  // the harness has gone
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
}
void put(Kind kind, const std::string& payload) {
  put(framed({kind, payload}));
}
[[noreturn]] void wait_for_ever() {
  for (;;) ::pause();
}

std::string hello() {
  Hello hello{.layout = layout(), .release = "6.99.0", .capabilities = {}};
  hello.capabilities.mainline = hello.capabilities.qdiscs = true;
  hello.capabilities.packets = hello.capabilities.netkit = true;
  hello.capabilities.devices = kMaxDevices;
  return bytes_of(hello);
}

// What becomes of the bytes of one observation, the first of a trace.
using Change = std::function<void(std::string& bytes)>;
Change byte(std::size_t at, int value) {
  return [=](std::string& bytes) { bytes.at(at) = static_cast<char>(value); };
}
Change and_then(std::size_t at, int value, std::size_t more, int filler) {
  return [=](std::string& bytes) {
    bytes.at(at) = static_cast<char>(value);
    bytes.insert(kToldSize, more, static_cast<char>(filler));
  };
}

// Lies about what was seen: the frames are well-formed.
const std::map<std::string, Change> kLies = {
    {"honest", [](std::string&) {}},
    {"empty", [](std::string& bytes) { bytes.clear(); }},
    {"short", [](std::string& bytes) { bytes.pop_back(); }},
    {"long", [](std::string& bytes) { bytes += bytes; }},
    {"error", byte(21, 0x80)},
    {"another_error", byte(20, 99)},
    {"fate", byte(22, 77)},
    {"harm", byte(23, 99)},
    {"bool", byte(kHasAfter, 3)},
    {"hook", byte(kHook, 200)},
    {"answer_of_200", and_then(kAnswerFilled, 200, 600, 1)},
    {"list_of_72", and_then(kAfterFilled, 72, 213, 1)},
    {"list_of_70_zeros", and_then(kAfterFilled, 70, 207, 0)},
    {"journey_of_255", and_then(kHasJourney, 1, 1000, 255)},
    {"devices_of_255", and_then(kHasDevices, 1, 400, 255)},
    {"address_of_200", and_then(kHasDevices, 1, 200, 200)},
    {"words", and_then(kHasWords, 1, 60000, 1)},
};

Change lie_about_seen;
std::string lie;

void answer(const Frame& frame) {
  if (frame.kind == Kind::over) return put(Kind::seen, {});
  if (frame.kind != Kind::run && frame.kind != Kind::carefully) return;
  const Seen seen = predicted(trace_from(frame.payload));
  if (lie == "exits") std::_Exit(0);
  if (lie == "killed") ::kill(::getpid(), SIGKILL);
  if (lie == "silent") wait_for_ever();
  if (lie == "other_kind") return put(Kind::timed, std::string(8, 'x'));
  if (lie == "unknown_kind") return put(framed({static_cast<Kind>(99), "x"}));
  if (lie == "checksum") {
    std::string bytes = framed({Kind::seen, bytes_of(seen)});
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    return put(bytes);
  }
  if (lie == "256_megabytes") {
    put(framed({Kind::seen, std::string(256U << 20, 'x')}));
    wait_for_ever();
  }
  if (lie == "endless") {
    const std::string steps = framed(
        {frame.kind == Kind::run ? Kind::seen : Kind::step, bytes_of(std::span(seen.data(), 1))});
    for (;;) put(steps);
  }
  if (lie == "slow") {
    for (const char c : framed({Kind::seen, bytes_of(seen)})) {
      put(std::string(1, c));
      ::usleep(100000);
    }
    return;
  }
  if (lie == "console") {
    const std::string noise(1U << 16, 'x');
    for (;;)
      if (::write(2, noise.data(), noise.size()) < 0) std::_Exit(0);
  }
  if (lie == "panic") {
    const std::string words = "\nKernel panic - not syncing: a lie\n";
    if (::write(2, words.data(), words.size()) < 0) std::_Exit(0);
    wait_for_ever();
  }
  std::string first = bytes_of(std::span(seen.data(), 1));
  if (lie_about_seen) lie_about_seen(first);
  if (frame.kind == Kind::run) return put(Kind::seen, first + bytes_of(std::span(seen).subspan(1)));
  if (lie == "early_end") return put(Kind::seen, {});
  put(Kind::step, first);
}

[[noreturn]] void serve() {
  Unframer arrived;
  Trace trace;
  std::size_t step = 0;
  for (std::string buffer(65536, '\0');;) {
    const ssize_t got = ::read(channel, buffer.data(), buffer.size());
    if (got <= 0) std::_Exit(0);
    arrived.add({buffer.data(), static_cast<std::size_t>(got)});
    while (const auto frame = arrived.next(kMostOfRequest)) {
      if (frame->kind == Kind::carefully) trace = trace_from(frame->payload), step = 0;
      if (frame->kind != Kind::go_on) {
        answer(*frame);
        continue;
      }
      const Seen seen = predicted(trace);
      if (++step < seen.size())
        put(Kind::step, bytes_of(std::span(seen).subspan(step, 1)));
      else
        put(Kind::seen, {});
    }
  }
}

// Lies before anything is asked.
void greet() {
  std::string words = hello();
  const std::size_t bools =
      sizeof(std::uint64_t) + sizeof(std::uint32_t) + 6;  // behind the release
  if (lie == "no_hello") wait_for_ever();
  if (lie == "noise") put(std::string(100000, 'x'));
  if (lie == "other_layout") words[0] = static_cast<char>(words[0] ^ 1);
  if (lie == "hello_bool") words.at(bools) = 7;
  if (lie == "hello_devices") words.back() = static_cast<char>(200);
  if (lie == "hello_short") words.pop_back();
  if (lie == "hello_exit") std::_Exit(0);
  if (lie == "hello_cannot") return put(Kind::cannot, "a lie");
  if (lie == "hello_endless")
    for (;;) put(std::string(65536, '\0'));
  put(Kind::hello, words);
}

}  // namespace
}  // namespace mprogcheck::vm

int main(int argc, char** argv) {
  using namespace mprogcheck::vm;
  constexpr std::string_view kChannel = "socket,id=channel,fd=";
  for (int i = 1; i < argc; ++i)
    if (const std::string_view word = argv[i]; word.starts_with(kChannel))
      channel = std::atoi(argv[i] + kChannel.size());
  const char* const how = std::getenv("MPROGCHECK_LIE");
  if (channel < 0 || !how) return 2;
  ::fcntl(channel, F_SETFL, 0);
  lie = how;
  if (const auto found = kLies.find(lie); found != kLies.end()) lie_about_seen = found->second;
  greet();
  serve();
}
