// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/guest.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <x86intrin.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "impl/vm/confine.hpp"
#include "impl/vm/files.hpp"
#include "model/words/plain_text.hpp"

namespace mprogcheck::vm {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// For the rest of its last words.
constexpr milliseconds kAfterPanic{3000};

constexpr std::size_t kMostOfConsole = 4U << 20;

constexpr const char* kQemu = "qemu-system-x86_64";

// The frequency of the time stamp counter, which the emulator shows to its guests as it is. Told,
// a kernel does not measure it: there is nothing to measure it by on a microvm, and the kernel
// hangs.
std::uint64_t tsc_khz() {
  static const std::uint64_t khz = [] {
    const auto begin = Clock::now();
    const std::uint64_t first = __rdtsc();
    while (Clock::now() - begin < milliseconds{50}) {
    }
    const std::uint64_t last = __rdtsc();
    const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
    return static_cast<std::uint64_t>(static_cast<double>(last - first) / took.count());
  }();
  return khz;
}

// Without expedited grace periods an update waits 12 ms; the self-tests of the crypto API and the
// watchdogs cost a third of a boot and mean nothing under emulation.
std::string command_line(const Boot& boot) {
  const std::string line =
      "console=ttyS0 quiet panic=-1 oops=panic rcupdate.rcu_expedited=1 cryptomgr.notests "
      "nowatchdog "
      "ipv6.disable=1 no_timer_check tsc=reliable sysrq_always_enabled tsc_early_khz=" +
      std::to_string(tsc_khz());
  // Where several are emulated, one may have to wait for a busy machine while the others go on.
  const std::string stalls = boot.processors > 1 ? " rcupdate.rcu_cpu_stall_timeout=300" : "";
  return boot.append.empty() ? line + stalls : line + stalls + " " + boot.append;
}

// cx16: QEMU 7.2 restores garbage into the flags behind cmpxchg16b, which the kernel's allocator
// uses; interrupts find them, and guests die of double faults (10.0 is mended).
constexpr const char* kMachine = "microvm,pcie=on,acpi=on,rtc=on,pit=off,pic=off,x-option-roms=off";
constexpr const char* kProcessor = "max,-cx16,-la57,-erms,-fsrm";

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

// A guest that is ended by a signal so often before its hello will not come to one.
constexpr int kMostEnded = 50;

struct Ends {
  Descriptor ours, theirs;
};
Ends socket_pair() {
  int both[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) < 0) cannot("make a socket pair");
  Ends ends{Descriptor(both[0]), Descriptor(both[1])};
  ::fcntl(both[0], F_SETFL, O_NONBLOCK);
  return ends;
}

// A kernel that replaces code which runs keeps other processors off it by a breakpoint. Emulated,
// one of them may come upon that when it is nobody's any more.
bool met_a_breakpoint(std::string_view console) {
  return first_splat(console).starts_with("Oops: int3:");
}

}  // namespace

BootFiles::BootFiles(const Boot& boot) {
  try {
    kernel = unpacked_kernel(boot.kernel);
    image = packed_kernel(boot.kernel);
    ModuleFiles modules = modules_of(boot.kernel);
    if (!boot.module.empty()) modules.emplace_back(kOurModule, boot.module);
    initramfs = initramfs_with(boot.agent, modules);
  } catch (const std::invalid_argument& e) {
    throw CannotRun(e.what());
  }
}

Guest::Guest(const Boot& boot, const BootFiles& files) : packed_(!files.kernel.is_open()) {
  int ended_from_outside = 0;
  for (tries_ = 1;; ++tries_) {
    const auto begin = Clock::now();
    start(boot, files);
    const bool there = say_hello(boot);
    seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
    if (there) return;
    const std::string last =
        console_.substr(console_.size() - std::min<std::size_t>(console_.size(), 2000));
    // That somebody ended it says nothing of the kernel.
    const bool from_outside = ended_ && lost() && WIFSIGNALED(status_);
    stop();
    if (from_outside && ++ended_from_outside < kMostEnded) {
      --tries_;
      continue;
    }
    if (tries_ >= boot.tries)
      throw CannotRun(boot.kernel.string() + " did not boot to its agent in " +
                      std::to_string(tries_) + " tries of up to " +
                      std::to_string(boot.patience.count()) + " s; " +
                      (files.kernel.is_open() ? ""
                                              : "it may be damaged, as it cannot be unpacked here "
                                                "either; ") +
                      "the console ends with:\n" + (last.empty() ? "(nothing)" : plain_text(last)));
  }
}

Guest::~Guest() {
  stop();
}

void Guest::start(const Boot& boot, const BootFiles& files) {
  Ends channel = socket_pair(), console = socket_pair();
  const std::string initrd = "/proc/self/fd/" + std::to_string(files.initramfs.number()),
                    chardev = "socket,id=channel,fd=" + std::to_string(channel.theirs.number()),
                    serial = "socket,id=console,fd=" + std::to_string(console.theirs.number()),
                    append = command_line(boot), processors = std::to_string(boot.processors),
                    image = "/proc/self/fd/" +
                            std::to_string((packed_ ? files.image : files.kernel).number());
  std::vector<const char*> arguments{kQemu};
  for (const char* a :
       {"-sandbox", kSandbox, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-M", kMachine, "-accel", "tcg", "-cpu", kProcessor, "-m", "256"})
    arguments.push_back(a);
  for (const auto& [option, value] :
       {std::pair<const char*, const std::string*>{"-smp", &processors},
        {"-kernel", &image},
        {"-initrd", &initrd},
        {"-append", &append},
        {"-chardev", &serial},
        {"-chardev", &chardev}})
    arguments.insert(arguments.end(), {option, value->c_str()});
  for (const char* a : {"-serial", "chardev:console", "-device", "virtio-serial-pci", "-device",
                        "virtserialport,chardev=channel,name=mprogcheck"})
    arguments.push_back(a);
  arguments.push_back(nullptr);

  const pid_t ours = ::getpid();
  qemu_ = ::fork();
  if (qemu_ < 0) cannot("start a process");
  if (qemu_ == 0) {
    // No signal of the terminal reaches it. Should we be gone, it goes: an agent that notices may
    // be dead itself. (A thread that ends before its guest takes it along as well: then it is lost,
    // and another boots.)
    ::setpgid(0, 0);
    for (const int fd : {channel.theirs.number(), console.theirs.number(), files.initramfs.number(),
                         files.kernel.number(), files.image.number()})
      ::fcntl(fd, F_SETFD, 0);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1}) ::dup2(null, fd);
    ::dup2(console.theirs.number(), 2);  // what QEMU itself complains of
    confine(ours);
    ::execvp(kQemu, const_cast<char* const*>(arguments.data()));
    ::_exit(127);
  }
  channel_ = std::move(channel.ours);
  console_pipe_ = std::move(console.ours);
  arrived_ = {};
  to_send_.clear();
  console_.clear();
  ended_ = silent_ = false;
}

bool Guest::say_hello(const Boot& boot) {
  hello_at_ = 0;
  std::optional<Frame> frame;
  try {
    frame = receive(boot.patience, kMostOfHello);
  } catch (const Garbled&) {
    return false;
  }
  if (!frame && lost() && WIFEXITED(status_)) {
    if (WEXITSTATUS(status_) == 127)
      throw CannotRun("there is no qemu-system-x86_64 (Debian: qemu-system-x86)");
    if (packed_)
      throw CannotRun("QEMU would not start " + boot.kernel.string() + ": " + plain_text(console_));
    packed_ = true;  // it has no PVH note
  }
  if (!frame) return false;
  if (frame->kind == Frame::Kind::cannot)
    throw CannotRun(boot.kernel.string() + ": " + plain_text(frame->payload));
  if (frame->kind != Frame::Kind::hello) return false;
  try {
    hello_ = hello_from(frame->payload);
    hello_.release = plain_text(hello_.release);
  } catch (const Garbled& e) {
    throw CannotRun(boot.kernel.string() + ": its hello is " + e.what());
  }
  hello_at_ = console_.size();
  return true;
}

void Guest::stop() {
  channel_.reset();
  console_pipe_.reset();
  if (qemu_ < 0) return;
  ::kill(qemu_, SIGKILL);
  ::waitpid(qemu_, nullptr, 0);
  qemu_ = -1;
}

bool Guest::lost() {
  if (!ended_) return false;
  if (qemu_ >= 0) {
    // Both pipes are closed a moment before the process is gone.
    ::waitpid(qemu_, &status_, 0);
    qemu_ = -1;
  }
  return !(WIFEXITED(status_) && WEXITSTATUS(status_) == 0) || met_a_breakpoint(console());
}

std::string Guest::why_lost() const {
  if (met_a_breakpoint(console())) return "a breakpoint that no kernel sets for good";
  if (WIFSIGNALED(status_)) return "signal " + std::to_string(WTERMSIG(status_));
  return "exit status " + std::to_string(WEXITSTATUS(status_));
}

void Guest::queue(const Frame& frame) {
  to_send_ += framed(frame);
}

// A kernel that has panicked ends QEMU, but some hang in the attempt.
std::optional<Frame> Guest::receive(milliseconds patience, std::size_t most) {
  auto end = Clock::now() + patience;
  bool panicked = false;
  for (;;) {
    if (auto frame = arrived_.next(most)) return frame;
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (ended_) return std::nullopt;
    if (left.count() <= 0) {
      silent_ = true;
      return std::nullopt;
    }
    exchange(std::min(left, milliseconds{1000}));
    if (!panicked && console_.find("Kernel panic", hello_at_) != std::string::npos) {
      panicked = true;
      end = std::min(end, Clock::now() + kAfterPanic);
    }
  }
}

// Of a kernel that never stops complaining the beginning and the end are kept.
void Guest::note_console(std::string_view bytes) {
  console_.append(bytes);
  if (console_.size() > hello_at_ + kMostOfConsole)
    console_.erase(hello_at_ + kMostOfConsole / 4, kMostOfConsole / 4);
}

void Guest::exchange(milliseconds time) {
  std::array<pollfd, 2> wait{
      pollfd{.fd = channel_.number(),
             .events = static_cast<short>(POLLIN | (to_send_.empty() ? 0 : POLLOUT)),
             .revents = 0},
      pollfd{.fd = console_pipe_.number(), .events = POLLIN, .revents = 0}};
  if (::poll(wait.data(), wait.size(), static_cast<int>(time.count())) <= 0) return;
  std::array<char, 65536> buffer;
  if (wait[1].revents != 0) {
    const ssize_t got = ::read(console_pipe_.number(), buffer.data(), buffer.size());
    if (got > 0) note_console({buffer.data(), static_cast<std::size_t>(got)});
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) ended_ = true;
  }
  if ((wait[0].revents & POLLOUT) != 0) {
    const ssize_t sent = ::send(channel_.number(), to_send_.data(), to_send_.size(), MSG_NOSIGNAL);
    if (sent > 0) to_send_.erase(0, static_cast<std::size_t>(sent));
  }
  if ((wait[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    const ssize_t got = ::read(channel_.number(), buffer.data(), buffer.size());
    if (got > 0) arrived_.add({buffer.data(), static_cast<std::size_t>(got)});
    if (got == 0) ended_ = true;
  }
}

Harm Guest::harm() {
  // What the console still holds belongs to what came before.
  for (int i = 0; i < 50 && ended_; ++i) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(console_pipe_.number(), buffer.data(), buffer.size());
    if (got <= 0) break;
    note_console({buffer.data(), static_cast<std::size_t>(got)});
  }
  if (ended_) return Harm::died;
  if (silent_) return first_splat(console()).empty() ? Harm::silent : Harm::died;
  return first_splat(console()).empty() ? Harm::none : Harm::warned;
}

std::string first_splat(std::string_view console) {
  // Of lib/bug.c, kernel/panic.c, kernel/rcu, kernel/locking, mm/: how each begins.
  static constexpr std::string_view kSigns[] = {"WARNING:",
                                                "BUG:",
                                                "] BUG ",  // of a slab
                                                "Oops",
                                                "Kernel panic",
                                                "kernel BUG at",
                                                "general protection fault",
                                                "double fault",
                                                "refcount_t:",
                                                "rcu: INFO: rcu_",
                                                "rcu_preempt self-detected stall",
                                                "INFO: task ",
                                                "INFO: possible rec",
                                                "UBSAN:",
                                                "KASAN:",
                                                "list_add corruption",
                                                "list_del corruption",
                                                "soft lockup",
                                                "Unable to handle kernel",
                                                "unregister_netdevice: waiting for"};
  std::size_t first = std::string_view::npos;
  for (const std::string_view sign : kSigns) first = std::min(first, console.find(sign));
  if (first == std::string_view::npos) return {};
  const std::size_t begin = console.rfind('\n', first) + 1;  // npos + 1 is 0
  std::string line(console.substr(begin, console.find_first_of("\r\n", first) - begin));
  if (line.starts_with("[") && line.find("] ") != std::string::npos)
    line.erase(0, line.find("] ") + 2);
  return line;
}

}  // namespace mprogcheck::vm
