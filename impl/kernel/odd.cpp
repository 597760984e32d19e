// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/odd.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "model/attribute.hpp"

namespace mprogcheck::kernel {
namespace {

// Bytes on either side of an attribute, and what stands in them.
constexpr std::size_t kAround = 64;
constexpr std::uint8_t kUnwritten = 0xa5;

constexpr int kNobody = 65534;
constexpr std::size_t kStack = 64 << 10;

struct Errand {
  Caller caller;
  int command;
  void* attribute;
  std::size_t size;
  int result, error;
};

int bpf(Errand& errand) {
  errand.result =
      static_cast<int>(::syscall(SYS_bpf, errand.command, errand.attribute, errand.size));
  errand.error = errno;
  return 0;
}

// In a process that shares memory and descriptors with its maker, who waits; so nothing but system
// calls, and those that the C library would make for all threads made directly.
int run_errand(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  errand.result = -1;
  if (errand.caller == Caller::nobody &&
      (::syscall(SYS_setresgid, kNobody, kNobody, kNobody) < 0 ||
       ::syscall(SYS_setresuid, kNobody, kNobody, kNobody) < 0)) {
    errand.error = 0;
    return 1;
  }
  return bpf(errand);
}

void send(Errand& errand) {
  std::vector<char> stack(kStack);
  const int userns = errand.caller == Caller::userns ? CLONE_NEWUSER : 0;
  const pid_t child = ::clone(run_errand, stack.data() + stack.size(),
                              CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD | userns, &errand);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
    throw CannotRun(std::string("could not make a process of another user: ") +
                    std::strerror(errno));
}

}  // namespace

OddResult make_oddly(const Operation& op, abi::Call& call) {
  const std::size_t size = op.odd_attribute() ? bytes_given(op) : call.size;
  const std::size_t fields = std::min<std::size_t>(size, call.size);
  alignas(8) std::array<std::uint8_t, kAround + kLongestAttribute + kAround> memory;
  memory.fill(kUnwritten);
  std::uint8_t* const attribute = memory.data() + kAround;
  std::fill_n(attribute, size, std::uint8_t{0});
  std::memcpy(attribute, call.words.data(), fields);
  if (op.dirty < size) attribute[op.dirty] = 1;

  Errand errand{op.caller, static_cast<int>(call.command), attribute, size, -1, 0};
  if (op.caller == Caller::root)
    bpf(errand);
  else
    send(errand);

  std::memcpy(call.words.data(), attribute, fields);
  const auto written = [](std::uint8_t byte) { return byte != kUnwritten; };
  OddResult out;
  out.result = errand.result;
  out.strayed = std::any_of(memory.data(), attribute, written) ||
                std::any_of(attribute + size, memory.data() + memory.size(), written);
  errno = errand.error;
  return out;
}

}  // namespace mprogcheck::kernel
