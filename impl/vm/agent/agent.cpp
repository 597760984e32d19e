// SPDX-License-Identifier: GPL-2.0-only
// The only program of a guest, its init: takes traces from the harness, runs them on the kernel
// target that the harness itself has, and sends what it saw.
#include <fcntl.h>
#include <poll.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "impl/descriptor.hpp"
#include "impl/kernel/baseline_loop.hpp"
#include "impl/kernel/kernel.hpp"
#include "impl/kernel/pair_throughput.hpp"
#include "impl/module/fixture.hpp"
#include "impl/stress/stress.hpp"
#include "impl/vm/agent/leaks.hpp"
#include "impl/vm/modules.hpp"
#include "impl/vm/wire.hpp"

namespace mprogcheck::vm {
namespace {

using Kind = Frame::Kind;

// The console is seen by whoever reads why a guest would not boot. The guest ends.
[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "agent: could not %s: %s\n", what, std::strerror(errno));
  ::reboot(RB_AUTOBOOT);
  std::abort();
}

void mount_what_is_needed() {
  ::mkdir("/dev", 0755), ::mkdir("/proc", 0755), ::mkdir("/sys", 0755), ::mkdir("/tmp", 0755);
  ::mount("dev", "/dev", "devtmpfs", 0, nullptr);
  ::mount("proc", "/proc", "proc", 0, nullptr);
  ::mount("sys", "/sys", "sysfs", 0, nullptr);
  ::mount("tmp", "/tmp", "tmpfs", 0, nullptr);
  ::mkdir("/sys/fs/bpf", 0755);
  ::mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr);
  const Descriptor console(::open("/dev/console", O_RDWR | O_NOCTTY));
  for (const int fd : {0, 1, 2}) ::dup2(console.number(), fd);
}

// What the kernel's command line says for a module, as NAME.PARAMETER=VALUE.
std::string parameters_of(std::string_view name) {
  std::ifstream line("/proc/cmdline");
  std::string parameters, word;
  while (line >> word)
    if (const std::string its = std::string(name) + "."; word.starts_with(its))
      parameters += word.substr(its.size()) + " ";
  return parameters;
}

// Whether the module came along. One that is built in or loaded already is none to load.
bool load_module(std::string_view name) {
  const std::string file = "/" + std::string(name) + ".ko";
  const Descriptor module(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!module.is_open() && errno == ENOENT) return false;
  if (::syscall(SYS_finit_module, module.number(), parameters_of(name).c_str(), 0) != 0 &&
      errno != EEXIST)
    throw CannotRun("the kernel does not load the module " + std::string(name) +
                    " that came along (of another build?): " + std::strerror(errno));
  return true;
}

// On the console, where the kernel complains as well.
void warn(const std::string& what) {
  const std::string words = "<4>WARNING: " + what + "\n";
  const Descriptor log(::open("/dev/kmsg", O_WRONLY | O_CLOEXEC));
  if (::write(log.number(), words.data(), words.size()) < 0)
    throw CannotRun("could not write to /dev/kmsg");
}

constexpr int kLeaksEach = 4;

// Ours, when it should have nothing left to do.
void unload_ours() {
  // Not each time, as it takes longer than all else.
  static int times = 0;
  if (times++ % kLeaksEach == 0)
    for (const std::string& leak : leaks_of(kOurModule)) warn("the module has not freed " + leak);
  if (::syscall(SYS_delete_module, std::string(kOurModule).c_str(), O_NONBLOCK) != 0)
    warn(std::string("the module does not go: ") + std::strerror(errno));
}

// The port is made while the kernel goes on to init.
Descriptor open_port() {
  for (int i = 0; i < 1000; ++i) {
    Descriptor port(::open("/dev/vport0p1", O_RDWR | O_CLOEXEC));
    if (port.is_open()) return port;
    for (int k = 1; k < 8 && !port.is_open(); ++k) {
      const std::string name = "/dev/vport" + std::to_string(k) + "p1";
      port = Descriptor(::open(name.c_str(), O_RDWR | O_CLOEXEC));
    }
    if (port.is_open()) return port;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  give_up("open the virtio port (needs CONFIG_VIRTIO_PCI and CONFIG_VIRTIO_CONSOLE built in)");
}

class Agent {
 public:
  explicit Agent(Descriptor port) : port_(std::move(port)) {}

  void serve() {
    try {
      for (const std::string_view name : kModules) load_module(name);
      module_ = load_module(kOurModule);
      kernel_.emplace(module_ ? kModuleOptions : kOptions);
      utsname machine{};
      ::uname(&machine);
      send({Kind::hello, bytes_of(Hello{.layout = layout(),
                                        .release = machine.release,
                                        .capabilities = kernel_->capabilities()})});
    } catch (const CannotRun& e) {
      send({Kind::cannot, e.what()});
    }
    flush();
    if (kernel_) kernel_->inside([this] { answer_all(); });
    answer_all();
  }

 private:
  [[noreturn]] void answer_all() {
    for (;;) {
      // What was answered goes out when nothing more is asked for.
      std::optional<Frame> frame;
      while (!(frame = arrived_.next(kMostOfRequest))) {
        if (!more_is_there()) flush();
        receive();
      }
      try {
        answer(*frame);
      } catch (const std::exception& e) {
        send({Kind::cannot, e.what()});
      }
    }
  }

  void answer(const Frame& frame) {
    switch (frame.kind) {
      case Kind::run: {
        traces_.assign(1, trace_from(frame.payload));
        kernel_->run(traces_, seen_);
        return send({Kind::seen, bytes_of(seen_[0])});
      }
      case Kind::carefully:
        kernel_->run_each(trace_from(frame.payload), [&](std::size_t, const Observation& seen) {
          send({Kind::step, bytes_of(std::span(&seen, 1))});
          flush();
          wait_to_go_on();
        });
        if (module_) renew_module();
        return send({Kind::seen, {}});
      case Kind::over:
        renew_module();
        return send({Kind::seen, {}});
      case Kind::program:
        return send({Kind::ran, bytes_of(run_program(frame.payload))});
      case Kind::stress:
        return send(
            {Kind::round, bytes_of(kernel::run_stress(stress_options_from(frame.payload)))});
      case Kind::baseline: {
        if (!baseline_) baseline_.emplace(kOptions.reuse);
        const auto result = baseline_->run(trace_from(frame.payload), 1);
        const double figures[] = {result.seconds, result.around, static_cast<double>(result.calls)};
        std::string bytes(sizeof(figures), '\0');
        std::memcpy(bytes.data(), figures, sizeof(figures));
        return send({Kind::timed, bytes});
      }
      case Kind::messages:
        return send({Kind::told, bytes_of(exchange(batch_from(frame.payload)))});
      case Kind::throughput: {
        std::uint32_t asked[2];
        if (frame.payload.size() != sizeof(asked)) throw Garbled("a frame of another length");
        std::memcpy(asked, frame.payload.data(), sizeof(asked));
        const kernel::PairThroughput throughput =
            kernel::measure_pair_throughput(asked[0], asked[1]);
        const double figures[] = {throughput.netkit, throughput.module};
        return send({Kind::timed, {reinterpret_cast<const char*>(figures), sizeof(figures)}});
      }
      default:
        throw Garbled("a frame that no agent is sent");
    }
  }

  // Its going shows whether anything is left.
  void renew_module() {
    kernel_->without_devices([] {
      unload_ours();
      load_module(kOurModule);
    });
  }

  MessageAnswers exchange(const MessageBatch& batch) {
    if (batch.begin) kernel_->without_devices([] {});
    if (!message_fixture_) message_fixture_.emplace();
    return kernel::answers_to(batch, *message_fixture_, [this] { renew_module(); });
  }

  ProgramResult run_program(const std::string& executable) {
    constexpr const char* kPath = "/tmp/program";
    {
      const Descriptor file(::open(kPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755));
      if (::write(file.number(), executable.data(), executable.size()) !=
          static_cast<ssize_t>(executable.size()))
        throw CannotRun("could not write the program");
    }
    return kernel_->run_program(kPath).value();
  }

  void send(const Frame& frame) {
    to_send_ += framed(frame);
    if (to_send_.size() > kEnough) flush();
  }

  void flush() {
    for (std::string_view left = to_send_; !left.empty();) {
      const ssize_t sent = ::write(port_.number(), left.data(), left.size());
      if (sent < 0) give_up("write to the port");
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
    to_send_.clear();
  }

  // What the console says until then is of the operation that was answered last.
  void wait_to_go_on() {
    std::optional<Frame> frame;
    while (!(frame = arrived_.next(kMostOfRequest))) receive();
    if (frame->kind != Kind::go_on) throw Garbled("a frame in the middle of a trace");
  }

  bool more_is_there() const {
    pollfd wait{.fd = port_.number(), .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, 0) > 0 && (wait.revents & POLLIN) != 0;
  }

  void receive() {
    const ssize_t got = ::read(port_.number(), buffer_.data(), buffer_.size());
    if (got < 0) give_up("read from the port");
    if (got == 0) nobody_is_there();
    heard_ = heard_ || got > 0;
    arrived_.add({buffer_.data(), static_cast<std::size_t>(got)});
  }

  // Before the port is connected, or once the harness has gone; then the guest ends.
  void nobody_is_there() {
    if (heard_ || ++deaf_ == 2000) ::reboot(RB_AUTOBOOT);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  static constexpr std::size_t kEnough = 64 << 10;
  static constexpr KernelOptions kOptions{.hazards = true, .reuse = true};
  static constexpr KernelOptions kModuleOptions{.hazards = true, .module = true};

  Descriptor port_;
  std::optional<Kernel> kernel_;
  std::optional<kernel::BaselineLoop> baseline_;
  std::optional<kernel::MessageFixture> message_fixture_;
  Unframer arrived_;
  std::string to_send_;
  bool module_ = false;  // traces are run on our module
  bool heard_ = false;
  int deaf_ = 0;
  std::array<char, 64 << 10> buffer_;
  std::vector<Trace> traces_;
  std::vector<std::vector<Observation>> seen_;
};

}  // namespace
}  // namespace mprogcheck::vm

int main() {
  mprogcheck::vm::mount_what_is_needed();
  // `quiet` on the command line is for the boot alone: from here on the console shows warnings.
  ::klogctl(8, nullptr, 5);
  static mprogcheck::vm::Agent agent(mprogcheck::vm::open_port());
  agent.serve();
}
