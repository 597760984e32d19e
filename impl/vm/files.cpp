// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "impl/read_file.hpp"
#include "impl/target.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/bzimage.hpp"

namespace mprogcheck::vm {
namespace {

// Sealed: whoever boots from it cannot change it for the next.
Descriptor in_memory(const char* name, std::string_view bytes) {
  Descriptor file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  while (file.is_open() && !bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written <= 0) file.reset();
    if (file.is_open()) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (file.is_open() && ::fcntl(file.number(), F_ADD_SEALS, kSeals) != 0) file.reset();
  if (!file.is_open())
    throw CannotRun(std::string("could not put ") + name + " into memory: " + std::strerror(errno));
  return file;
}

// Larger is no kernel and no module: a guest's memory could not hold them.
constexpr std::size_t kMostOfKernel = 256U << 20, kMostOfModule = 64U << 20;

std::string content_of(const std::filesystem::path& file, std::size_t most) {
  try {
    return read_file(file, most);
  } catch (const Unreadable& e) {
    throw CannotRun(e.what());
  }
}

constexpr std::string_view kElf(
    "\x7f"
    "ELF");

}  // namespace

Descriptor unpacked_kernel(const std::filesystem::path& image) {
  const std::string kernel =
      unpacked(payload_of(content_of(image, kMostOfKernel), image), image, kMostOfKernel);
  if (!kernel.starts_with(kElf)) return {};
  return in_memory("vmlinux", kernel);
}

Descriptor packed_kernel(const std::filesystem::path& image) {
  return in_memory("bzImage", content_of(image, kMostOfKernel));
}

Descriptor initramfs_with(const std::filesystem::path& init, const ModuleFiles& modules) {
  std::vector<std::pair<std::string, std::string>> files{{"init", content_of(init, kMostOfModule)}};
  if (files[0].second.empty())
    throw CannotRun(init.string() + ": the guest's program is empty; build it (target 'agent')");
  for (const auto& [name, file] : modules) {
    std::string module = content_of(file, kMostOfModule);
    if (!module.starts_with(kElf)) module = unpacked(module, file, kMostOfModule);
    if (!module.starts_with(kElf))
      throw CannotRun(file.string() + ": cannot be read, or is no kernel module; remove it");
    files.emplace_back(name + ".ko", std::move(module));
  }
  return in_memory("initramfs", cpio_of(files));
}

}  // namespace mprogcheck::vm
