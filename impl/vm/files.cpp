// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

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

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), {});
  return in ? content : std::string();
}

constexpr std::string_view kElf(
    "\x7f"
    "ELF");

}  // namespace

Descriptor unpacked_kernel(const std::filesystem::path& image) {
  const std::string kernel = unpacked(payload_of(image));
  if (!kernel.starts_with(kElf)) return {};
  return in_memory("vmlinux", kernel);
}

Descriptor packed_kernel(const std::filesystem::path& image) {
  return in_memory("bzImage", content_of(image));
}

Descriptor initramfs_with(const std::filesystem::path& init, const ModuleFiles& modules) {
  std::vector<std::pair<std::string, std::string>> files{{"init", content_of(init)}};
  if (files[0].second.empty())
    throw CannotRun("could not read the guest's program, " + init.string() +
                    "; build it (target 'agent')");
  for (const auto& [name, file] : modules) {
    std::string module = content_of(file);
    if (!module.starts_with(kElf)) module = unpacked(module);
    if (!module.starts_with(kElf))
      throw CannotRun(file.string() + ": cannot be read, or is no kernel module; remove it");
    files.emplace_back(name + ".ko", std::move(module));
  }
  return in_memory("initramfs", cpio_of(files));
}

}  // namespace mprogcheck::vm
