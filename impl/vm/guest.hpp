// SPDX-License-Identifier: GPL-2.0-only
// One kernel under QEMU with the agent as its only program. No network, no disk, no shared folder:
// frames go over a virtio port, the kernel's console is read beside it. QEMU runs with as little as
// it needs, see confine.hpp.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "impl/descriptor.hpp"
#include "impl/vm/wire.hpp"

namespace mprogcheck::vm {

struct Boot {
  std::filesystem::path kernel;       // a bzImage; its modules come along, see modules.hpp
  std::filesystem::path agent;        // the static executable that becomes init
  std::filesystem::path module;       // ours, if traces are to be run on that; else empty
  std::string append;                 // more of the kernel's command line
  int processors = 1;                 // virtual ones
  std::chrono::seconds patience{40};  // with one boot, until its hello
  int tries = 5;
};

// The files of a boot, read once for all guests that boot from them. Throws CannotRun.
struct BootFiles {
  explicit BootFiles(const Boot& boot);
  Descriptor kernel;  // unpacked; or not open, and the bzImage itself has to do
  Descriptor image;   // the bzImage
  Descriptor initramfs;
};

class Guest {
 public:
  // Boots, and again where nothing is heard: before the agent's hello a hang or a panic is the
  // emulator's. Throws CannotRun if QEMU cannot be started, if no try comes to a hello, or if the
  // agent says that it can run nothing there.
  Guest(const Boot& boot, const BootFiles& files);
  ~Guest();  // ends QEMU
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  const Hello& hello() const { return hello_; }
  pid_t process() const { return qemu_; }
  int tries() const { return tries_; }
  double seconds_to_hello() const { return seconds_; }

  // Sends what was queued while it reads, until a frame is there, of `most` bytes. Nothing where
  // none will come; see harm(). Throws Garbled.
  void queue(const Frame& frame);
  std::optional<Frame> receive(std::chrono::milliseconds patience, std::size_t most);

  // What became of the guest, so far as is known; read when a frame failed to come, or after one
  // that did.
  Harm harm();
  // Whether QEMU ended for another reason than its guest: a signal from outside, an error of its
  // own, code that it ran while the kernel replaced it. Then harm() says `died`, and it is not the
  // kernel's.
  bool lost();
  std::string why_lost() const;
  // What the kernel wrote to its console since the hello.
  std::string console() const { return console_.substr(hello_at_); }

 private:
  void start(const Boot& boot, const BootFiles& files);
  bool say_hello(const Boot& boot);
  // Moves bytes both ways until something arrived or the time is over.
  void exchange(std::chrono::milliseconds time);
  void note_console(std::string_view bytes);
  void stop();

  pid_t qemu_ = -1;
  int status_ = 0;  // of QEMU, once it has ended
  Descriptor channel_, console_pipe_;
  Unframer arrived_;
  std::string to_send_;
  std::string console_;
  std::size_t hello_at_ = 0;
  bool ended_ = false, silent_ = false;
  Hello hello_;
  int tries_ = 0;
  bool packed_ = false;  // QEMU would not take the kernel unpacked
  double seconds_ = 0;
};

// What the console says of harm: the first line that tells of a warning, an oops, a stall, a leak;
// empty if there is none.
std::string first_splat(std::string_view console);

}  // namespace mprogcheck::vm
