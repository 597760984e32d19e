// SPDX-License-Identifier: GPL-2.0-only
// To whom a mail about files of a kernel tree goes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mprogcheck::sources {

struct Recipients {
  std::vector<std::string> to, cc;  // maintainers; reviewers and lists
  bool operator==(const Recipients&) const = default;
};

// By the tree's scripts/get_maintainer.pl, or where that or perl is not there by its MAINTAINERS.
// Throws CannotRun if the tree has no MAINTAINERS.
Recipients recipients(const std::filesystem::path& tree, const std::vector<std::string>& files);

// What the sections of a MAINTAINERS say of the files. Of THE REST only its lists.
Recipients recipients_in(std::string_view maintainers, const std::vector<std::string>& files);

// What get_maintainer.pl printed: "Name <a@b> (maintainer:BPF)", "c@d (open list:BPF)".
Recipients recipients_printed(std::string_view lines);

}  // namespace mprogcheck::sources
