// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <vector>

#include "impl/target.hpp"
#include "impl/vm/modules.hpp"
#include "impl/vm/pattern.hpp"

namespace mprogcheck::vm {
namespace {

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

constexpr std::size_t kBlock = 1U << 16;
constexpr std::size_t kMostOfFile = 256U << 20;      // of a package
constexpr std::size_t kMostOfLine = 1U << 20;        // of a control file
constexpr std::uint64_t kMostUnpacked = 4ULL << 30;  // of a package, or of a list of packages
constexpr std::size_t kMostEntries = 200'000;        // of a package

[[noreturn]] void broken(const std::filesystem::path& file, archive* a) {
  const char* why = archive_error_string(a);
  throw CannotRun(file.string() + ": cannot be read: " + (why ? why : "its end is missing"));
}

Archive new_archive() {
  Archive a(archive_read_new(), &archive_read_free);
  if (!a) throw CannotRun("libarchive cannot be used");
  archive_read_support_filter_all(a.get());
  return a;
}

// The next entry, or none at the end.
archive_entry* next(const std::filesystem::path& file, archive* a) {
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(a, &entry);
  if (result == ARCHIVE_EOF) return nullptr;
  if (result < ARCHIVE_WARN) broken(file, a);
  return entry;
}

// Throws unless the entry is one that a package may have. Its size counts even if it is passed
// over: that takes as long as unpacking it. `sum` is that of all entries so far.
void check_entry(const std::filesystem::path& package, archive_entry* entry, std::uint64_t& sum) {
  const char* name = archive_entry_pathname(entry);
  const std::filesystem::path path(name ? name : "");
  if (path.empty() || path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end())
    throw CannotRun(package.string() + ": names a path outside of itself, \"" + path.string() +
                    "\"; it is no package of Debian's");
  sum += static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
  if (sum > kMostUnpacked)
    throw CannotRun(package.string() + ": unpacks to more than " +
                    std::to_string(kMostUnpacked >> 30) + " GiB; no kernel needs so much");
}

// A part of the entry at hand; empty at its end.
std::string_view read_part(const std::filesystem::path& file, archive* a,
                           std::vector<char>& buffer) {
  const la_ssize_t got = archive_read_data(a, buffer.data(), buffer.size());
  if (got < 0) broken(file, a);
  return {buffer.data(), static_cast<std::size_t>(got)};
}

// The archive inside the archive: a package is an ar archive whose data.tar holds the files.
struct Inner {
  archive* outer;
  std::vector<char> buffer = std::vector<char>(kBlock);

  static la_ssize_t read(archive* self, void* data, const void** block) {
    auto& inner = *static_cast<Inner*>(data);
    const la_ssize_t got = archive_read_data(inner.outer, inner.buffer.data(), inner.buffer.size());
    if (got < 0) archive_set_error(self, EIO, "%s", archive_error_string(inner.outer));
    *block = inner.buffer.data();
    return got;
  }
};

void write_entry(const std::filesystem::path& package, archive* a,
                 const std::filesystem::path& into) {
  std::vector<char> buffer(kBlock);
  std::size_t written = 0;
  errno = 0;
  std::ofstream out(into, std::ios::binary | std::ios::trunc);
  for (auto part = read_part(package, a, buffer); !part.empty() && out;
       part = read_part(package, a, buffer)) {
    if ((written += part.size()) > kMostOfFile)
      throw CannotRun(package.string() + ": a file in it has more than " +
                      std::to_string(kMostOfFile >> 20) + " MiB; no kernel has so much");
    out.write(part.data(), static_cast<std::streamsize>(part.size()));
  }
  out.close();
  if (!out) throw CannotRun(into.string() + ": cannot be written: " + std::strerror(errno));
}

}  // namespace

void each_paragraph(const std::filesystem::path& file,
                    const std::function<bool(std::string_view)>& wanted,
                    const std::function<void(const Paragraph&)>& take) {
  const Archive a = new_archive();
  archive_read_support_format_raw(a.get());
  archive_read_support_format_empty(a.get());
  if (archive_read_open_filename(a.get(), file.c_str(), kBlock) != ARCHIVE_OK)
    broken(file, a.get());
  if (!next(file, a.get())) return;
  Paragraph paragraph;
  bool first = true, skip = false;
  const auto end = [&] {
    if (!paragraph.empty()) take(paragraph);
    paragraph.clear();
    first = true;
  };
  const auto line = [&](std::string_view text) {
    if (text.empty()) return end();
    if (first) skip = !wanted(text);
    first = false;
    const std::size_t colon = text.find(':');
    if (skip || text[0] == ' ' || colon == text.npos) return;
    const std::size_t value = std::min(text.find_first_not_of(' ', colon + 1), text.size());
    paragraph.emplace(text.substr(0, colon), text.substr(value));
  };
  std::vector<char> buffer(kBlock);
  std::string rest;
  std::uint64_t sum = 0;
  for (auto part = read_part(file, a.get(), buffer); !part.empty();
       part = read_part(file, a.get(), buffer)) {
    if ((sum += part.size()) > kMostUnpacked)
      throw CannotRun(file.string() + ": unpacks to more than " +
                      std::to_string(kMostUnpacked >> 30) + " GiB; remove the file");
    for (std::size_t newline; (newline = part.find('\n')) != part.npos;) {
      const std::string_view here = part.substr(0, newline);
      line(rest.empty() ? here : std::string_view(rest.append(here)));
      rest.clear();
      part.remove_prefix(newline + 1);
    }
    rest.append(part);
    if (rest.size() > kMostOfLine)
      throw CannotRun(file.string() + ": has a line without end; remove the file");
  }
  if (!rest.empty()) line(rest);
  end();
}

namespace {

// Calls `take` with each file of an archive, and its name, until it has had enough. Throws
// CannotRun if the archive is broken or holds more than a package may.
void each_file(const std::filesystem::path& package, archive* outer,
               const std::function<bool(archive*, const std::filesystem::path&)>& take) {
  Inner inner{outer};
  const Archive tar = new_archive();
  archive_read_support_format_tar(tar.get());
  if (archive_read_open(tar.get(), &inner, nullptr, &Inner::read, nullptr) != ARCHIVE_OK)
    broken(package, tar.get());
  std::uint64_t sum = 0;
  std::size_t entries = 0;
  while (archive_entry* const entry = next(package, tar.get())) {
    if (entries++ == kMostEntries)
      throw CannotRun(package.string() + ": has more than " + std::to_string(kMostEntries) +
                      " entries; no kernel has so many");
    check_entry(package, entry, sum);
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    if (!take(tar.get(), archive_entry_pathname(entry))) return;
  }
}

// The package, at the archive in it that holds its files.
Archive open_data(const std::filesystem::path& package) {
  Archive ar = new_archive();
  archive_read_support_format_ar(ar.get());
  if (archive_read_open_filename(ar.get(), package.c_str(), kBlock) != ARCHIVE_OK)
    broken(package, ar.get());
  archive_entry* entry = nullptr;
  do {
    entry = next(package, ar.get());
    if (!entry) throw CannotRun(package.string() + ": is no Debian package: it has no data.tar");
  } while (!std::string_view(archive_entry_pathname(entry)).starts_with("data.tar"));

  return ar;
}

}  // namespace

bool unpack_kernel(const std::filesystem::path& package, const std::filesystem::path& kernel,
                   const std::filesystem::path& modules) {
  const Archive ar = open_data(package);
  static const Pattern kKernel("^(\\./)?(boot/vmlinuz-[^/]+|usr/lib/modules/[^/]+/vmlinuz)$");
  bool found = false;
  each_file(package, ar.get(), [&](archive* file, const std::filesystem::path& name) {
    const bool is_kernel = kKernel.in(name.string()).has_value();
    if (is_kernel || is_wanted_module(name))
      write_entry(package, file, is_kernel ? kernel : modules / name.filename());
    found |= is_kernel;
    return true;
  });
  return found;
}

void unpack_source(const std::filesystem::path& package, const std::vector<std::string>& wanted,
                   const std::filesystem::path& folder) {
  static const Pattern kSource("^(\\./)?usr/src/linux-source-[^/]+\\.tar\\.[a-z]+$");
  const Archive ar = open_data(package);
  bool found = false;
  std::size_t left = wanted.size();
  each_file(package, ar.get(), [&](archive* source, const std::filesystem::path& name) {
    if (!kSource.in(name.string())) return true;
    found = true;
    each_file(package, source, [&](archive* file, const std::filesystem::path& path) {
      // All of it is in a folder that is named after the release.
      const std::filesystem::path inside = path.lexically_relative(*path.begin());
      if (std::find(wanted.begin(), wanted.end(), inside.string()) == wanted.end()) return true;
      std::filesystem::create_directories((folder / inside).parent_path());
      write_entry(package, file, folder / inside);
      return --left != 0;
    });
    return false;
  });
  if (!found) throw CannotRun(package.string() + ": has no source of a kernel in it");
}

std::string unpacked(std::string_view compressed, const std::filesystem::path& file,
                     std::size_t most) {
  const Archive a = new_archive();
  archive_read_support_format_raw(a.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(a.get(), compressed.data(), compressed.size()) != ARCHIVE_OK ||
      archive_read_next_header(a.get(), &entry) != ARCHIVE_OK || archive_filter_count(a.get()) < 2)
    return {};
  std::string out;
  std::vector<char> buffer(kBlock);
  for (la_ssize_t got; (got = archive_read_data(a.get(), buffer.data(), buffer.size())) != 0;) {
    if (got < 0) return {};
    if (out.size() + static_cast<std::size_t>(got) > most)
      throw CannotRun(file.string() + ": unpacks to more than " + std::to_string(most >> 20) +
                      " MiB, and no guest has room for that; fetch it anew, or name another");
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return out;
}

std::string cpio_of(const std::vector<std::pair<std::string, std::string>>& files) {
  const Archive a(archive_write_new(), &archive_write_free);
  std::size_t room = kBlock, used = 0;
  for (const auto& [name, content] : files) room += name.size() + content.size() + 1024;
  std::string out(room, '\0');
  bool well = archive_write_set_format_cpio_newc(a.get()) == ARCHIVE_OK &&
              archive_write_open_memory(a.get(), out.data(), out.size(), &used) == ARCHIVE_OK;
  for (const auto& [name, content] : files) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0755);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    well = well && archive_write_header(a.get(), entry.get()) == ARCHIVE_OK &&
           archive_write_data(a.get(), content.data(), content.size()) ==
               static_cast<la_ssize_t>(content.size());
  }
  if (!well || archive_write_close(a.get()) != ARCHIVE_OK)
    throw CannotRun("libarchive cannot write an initramfs");
  out.resize(used);
  return out;
}

}  // namespace mprogcheck::vm
