// SPDX-License-Identifier: GPL-2.0-only
// An agent for tests: it refuses all it is asked, and before it refuses a stress, a trace, messages
// or a program, its kernel complains on the console.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "impl/descriptor.hpp"
#include "impl/vm/wire.hpp"

using namespace mprogcheck;
using vm::Frame;

int main() {
  ::mkdir("/dev", 0755);
  ::mount("dev", "/dev", "devtmpfs", 0, nullptr);
  Descriptor port;
  for (int i = 0; i < 1000 && !port.is_open(); ++i) {
    port = Descriptor(::open("/dev/vport0p1", O_RDWR | O_CLOEXEC));
    if (!port.is_open()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Descriptor log(::open("/dev/kmsg", O_WRONLY | O_CLOEXEC));
  const auto send = [](const Descriptor& to, std::string_view bytes) {
    if (::write(to.number(), bytes.data(), bytes.size()) < 0) ::reboot(RB_AUTOBOOT);
  };
  vm::Hello hello;
  hello.layout = vm::layout();
  hello.release = "of a refuser";
  send(port, vm::framed({Frame::Kind::hello, vm::bytes_of(hello)}));
  vm::Unframer arrived;
  for (char buffer[4096];;) {
    const ssize_t got = ::read(port.number(), buffer, sizeof(buffer));
    if (got > 0) arrived.add({buffer, static_cast<std::size_t>(got)});
    if (got <= 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    while (const auto frame = arrived.next(vm::kMostOfRequest)) {
      if (frame->kind != Frame::Kind::baseline) send(log, "<2>WARNING: refused by mprogcheck\n");
      send(port, vm::framed({Frame::Kind::cannot, "it is refused"}));
    }
  }
}
