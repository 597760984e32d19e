// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/initramfs.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "impl/target.hpp"

namespace mprogcheck::vm {

kernel::Descriptor initramfs_with(const std::filesystem::path& init) {
  std::ifstream in(init, std::ios::binary);
  const std::string program((std::istreambuf_iterator<char>(in)), {});
  if (!in || program.empty())
    throw CannotRun("could not read the guest's agent, " + init.string() +
                    "; build it (target 'agent')");
  kernel::Descriptor file(::memfd_create("initramfs", MFD_CLOEXEC));
  const std::unique_ptr<archive, int (*)(archive*)> out(archive_write_new(), archive_write_free);
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                       archive_entry_free);
  archive_entry_set_pathname(entry.get(), "init");
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0755);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(program.size()));
  const bool written = file.is_open() &&
                       archive_write_set_format_cpio_newc(out.get()) == ARCHIVE_OK &&
                       archive_write_open_fd(out.get(), file.number()) == ARCHIVE_OK &&
                       archive_write_header(out.get(), entry.get()) == ARCHIVE_OK &&
                       archive_write_data(out.get(), program.data(), program.size()) ==
                           static_cast<la_ssize_t>(program.size()) &&
                       archive_write_close(out.get()) == ARCHIVE_OK;
  if (!written)
    throw CannotRun(std::string("could not write an initramfs: ") + std::strerror(errno));
  return file;
}

}  // namespace mprogcheck::vm
