// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "props/cli/cli.hpp"

namespace mprogcheck::cli {

// What `fuzz --messages` is asked for.
struct MessageFuzz {
  std::string target;
  std::uint64_t seed = 0, first = 0, count = 0;
  std::string out;          // the folder for what is found
  std::string append = {};  // of the command line of the guest's kernel
  bool json = false;
};

// The exit status. Throws BadInput where the target takes no messages.
int fuzz_messages(const MessageFuzz& options);

}  // namespace mprogcheck::cli
