// SPDX-License-Identifier: GPL-2.0-only
// Kernels that suites offer: out of Debian's package lists, and in a short list of our own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "impl/vm/kernels.hpp"

namespace mprogcheck::vm {

// A kernel that a suite offers, and what is needed to fetch it.
struct Offer {
  KernelPackage kernel;
  std::string address, sha256;
};

// Adds what a suite's list of packages (as apt keeps it) offers; a kernel that is there already,
// of an earlier suite, stays one offer. Throws CannotRun if the list cannot be read.
void add_offers(const Suite& suite, const std::filesystem::path& list, std::vector<Offer>& offers);

// Offers in a file, and back. Throw CannotRun.
void write_offers(const std::vector<Offer>& offers, const std::filesystem::path& file);
std::vector<Offer> read_offers(const std::filesystem::path& file);

}  // namespace mprogcheck::vm
