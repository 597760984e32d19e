// SPDX-License-Identifier: GPL-2.0-only
// Looks up in a kernel tree, and in manual pages, what the clauses refer to.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/source.hpp"

namespace mprogcheck::sources {

// A release, such as 6.12. Point releases are none of their own here.
struct Release {
  int version = 0, patchlevel = 0;
  auto operator<=>(const Release&) const = default;
};
std::optional<Release> release_from(std::string_view text);

enum class Found {
  yes,
  no,
  younger,    // the tree is of a release that does not have it yet
  elsewhere,  // a commit or posting, which no tree has; a manual page that is not here
};

class Library {
 public:
  // Throws CannotRun if `tree` is none of a kernel, or `man` no folder. Without `man`: the pages
  // installed on this machine.
  Library(std::filesystem::path tree, std::filesystem::path man = {});

  Release release() const { return release_; }
  std::string release_text() const {
    return std::to_string(release_.version) + "." + std::to_string(release_.patchlevel);
  }
  Found look_up(const Reference& reference);
  // Of a reference that was not found: why, for people.
  std::string why_not(const Reference& reference);

 private:
  const std::optional<std::string>& file(const std::string& path);
  const std::optional<std::string>& page(const std::string& page);

  std::filesystem::path tree_, man_;
  Release release_;
  std::map<std::string, std::optional<std::string>> files_, pages_;
};

// Identifiers as whole words, anything else verbatim.
bool has(std::string_view text, std::string_view word);

// The words of a manual page without its markup, one blank between two of them.
std::string without_markup(std::string_view roff);

// A file that may be compressed with gzip; none if it cannot be read.
std::optional<std::string> read_page(const std::filesystem::path& path);

}  // namespace mprogcheck::sources
