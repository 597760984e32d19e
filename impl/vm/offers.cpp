// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/offers.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <regex>

#include "impl/target.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/version.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

// The smaller the better: the package with the kernel, signed; or unsigned where there is no other.
int preference(std::string_view package) {
  return (package.starts_with("linux-binary-") ? 0 : 1) +
         (package.find("-unsigned") == package.npos ? 0 : 2);
}

// Of a kernel's packages those without it are pointers of a few kB, or hold its debug symbols.
const std::regex kKernelPackage(
    R"(linux-(image|binary)-(unsigned-)?(\d\S*-cloud-amd64)(-unsigned)?)");
constexpr std::uint64_t kSmallestKernel = 1U << 20;

}  // namespace

void add_offers(const Suite& suite, const fs::path& list, std::vector<Offer>& out) {
  const auto wanted = [](std::string_view line) {
    return line.starts_with("Package: linux-image-") || line.starts_with("Package: linux-binary-");
  };
  each_paragraph(list, wanted, [&](Paragraph p) {
    Offer o;
    o.kernel.package = p["Package"];
    std::smatch name;
    if (!std::regex_match(o.kernel.package, name, kKernelPackage)) return;
    o.kernel.uname = name[3];
    o.kernel.version = p["Version"];
    o.kernel.release = release_in(o.kernel.version);
    o.kernel.suite = suite.name;
    o.kernel.size = std::strtoull(p["Size"].c_str(), nullptr, 10);
    o.address = suite.repository + p["Filename"];
    o.sha256 = p["SHA256"];
    if (o.kernel.size < kSmallestKernel || o.kernel.release.empty() || o.sha256.empty()) return;
    const auto same = std::find_if(out.begin(), out.end(), [&](const Offer& other) {
      return other.kernel.uname == o.kernel.uname && other.kernel.version == o.kernel.version;
    });
    if (same == out.end())
      out.push_back(std::move(o));
    else if (preference(o.kernel.package) < preference(same->kernel.package))
      *same = std::move(o);
  });
}

void write_offers(const std::vector<Offer>& offers, const fs::path& file) {
  std::ofstream out(file, std::ios::trunc);
  for (const auto& [k, address, sha256] : offers)
    out << "Package: " << k.package << "\nVersion: " << k.version << "\nUname: " << k.uname
        << "\nSuite: " << k.suite << "\nSize: " << k.size << "\nAddress: " << address
        << "\nSHA256: " << sha256 << "\n\n";
  out.close();
  if (!out) throw CannotRun(file.string() + ": cannot be written: " + std::strerror(errno));
}

std::vector<Offer> read_offers(const fs::path& file) {
  std::vector<Offer> out;
  each_paragraph(
      file, [](std::string_view) { return true; },
      [&](Paragraph p) {
        KernelPackage k;
        k.package = p["Package"];
        k.version = p["Version"];
        k.release = release_in(k.version);
        k.uname = p["Uname"];
        k.suite = p["Suite"];
        k.size = std::strtoull(p["Size"].c_str(), nullptr, 10);
        if (!k.release.empty()) out.push_back({std::move(k), p["Address"], p["SHA256"]});
      });
  return out;
}

}  // namespace mprogcheck::vm
