// SPDX-License-Identifier: GPL-2.0-only
// Debian's archive through apt, with lists and settings of our own: what apt knows and keeps on
// this machine stays as it is. Needs no privilege.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "impl/process.hpp"
#include "impl/target.hpp"
#include "impl/vm/offers.hpp"

namespace mprogcheck::vm {

// A package that does not arrive as the list promises it. Perhaps the mirror has dropped it since.
struct NotDelivered : CannotRun {
  using CannotRun::CannotRun;
};

// The suites with kernels that have bpf_mprog, on the mirror apt is configured for. Throws
// CannotRun if there is no apt, or none of its sources is Debian's.
std::vector<Suite> suites_of_mirror();

// Asks the suites what they have now, with apt's lists in `directory`; a suite that the mirror does
// not have is left out. apt verifies each list. Throws CannotRun if the mirror cannot be asked, or
// what it says cannot be verified.
std::vector<Offer> ask(const std::vector<Suite>& suites, const std::filesystem::path& directory,
                       const Tick& tick);

// The packages with the source of a kernel, linux-source-*, in the lists that ask() has brought.
struct SourcePackage {
  std::string package, version, release;
  Parcel parcel;
};
std::vector<SourcePackage> sources_in(const std::vector<Suite>& suites,
                                      const std::filesystem::path& directory);

// Downloads a package of this kernel to a new file; apt compares it with the verified list. Throws
// NotDelivered.
void download(const std::string& kernel, const Parcel& parcel, const std::filesystem::path& file,
              const Tick& tick);

}  // namespace mprogcheck::vm
