// SPDX-License-Identifier: GPL-2.0-only
// Kernels that suites offer: out of Debian's package lists, and in a short list of our own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "impl/vm/kernels.hpp"

namespace mprogcheck::vm {

// What is needed to fetch a package.
struct Parcel {
  std::string address, sha256;
  std::uint64_t size = 0;
};

// A kernel that a suite offers.
struct Offer {
  KernelPackage kernel;
  Parcel image;
  std::optional<Parcel> modules;  // where they have a package of their own, which the suite offers
};

// Adds what a suite's list of packages (as apt keeps it) offers; a kernel that is there already,
// of an earlier suite, stays one offer. Suites keep some kernels longer than their modules. Throws
// CannotRun if the list cannot be read.
void add_offers(const Suite& suite, const std::filesystem::path& list, std::vector<Offer>& offers);

// Offers in a file, and back. Throw CannotRun.
void write_offers(const std::vector<Offer>& offers, const std::filesystem::path& file);
std::vector<Offer> read_offers(const std::filesystem::path& file);

}  // namespace mprogcheck::vm
