// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/offers.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <utility>

#include "impl/safe_file.hpp"
#include "impl/target.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/pattern.hpp"
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
const Pattern& kernel_package() {
  static const Pattern kPackage(
      "^linux-(image|binary|modules)-(unsigned-)?([0-9][^ ]*-cloud-amd64)(-unsigned)?$");
  return kPackage;
}
constexpr std::uint64_t kSmallestKernel = 1U << 20;

constexpr const char* kOfModules = "Modules-";  // before the names of fields in a list of ours

std::uint64_t size_in(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, 10);
}

void add_up(Offer& o) {
  o.kernel.size = o.image.size + (o.modules ? o.modules->size : 0);
}

}  // namespace

void add_offers(const Suite& suite, const fs::path& list, std::vector<Offer>& out) {
  const auto wanted = [](std::string_view line) {
    return line.starts_with("Package: linux-image-") ||
           line.starts_with("Package: linux-binary-") ||
           line.starts_with("Package: linux-modules-");
  };
  std::map<std::pair<std::string, std::string>, Parcel> modules;  // by uname and version
  each_paragraph(list, wanted, [&](Paragraph p) {
    Offer o;
    o.kernel.package = p["Package"];
    const auto name = kernel_package().in(o.kernel.package);
    if (!name) return;
    o.kernel.uname = (*name)[3];
    o.kernel.version = p["Version"];
    o.kernel.release = release_in(o.kernel.version);
    o.kernel.suite = suite.name;
    o.image = {suite.repository + p["Filename"], p["SHA256"], size_in(p["Size"])};
    if (o.image.sha256.empty()) return;
    if ((*name)[1] == "modules") {
      modules[{o.kernel.uname, o.kernel.version}] = o.image;
      return;
    }
    if (o.image.size < kSmallestKernel || o.kernel.release.empty()) return;
    const auto same = std::find_if(out.begin(), out.end(), [&](const Offer& other) {
      return other.kernel.uname == o.kernel.uname && other.kernel.version == o.kernel.version;
    });
    if (same == out.end())
      out.push_back(std::move(o));
    else if (preference(o.kernel.package) < preference(same->kernel.package))
      *same = std::move(o);
  });
  for (Offer& o : out)
    if (const auto own = modules.find({o.kernel.uname, o.kernel.version}); own != modules.end())
      o.modules = own->second;
  for (Offer& o : out) add_up(o);
}

void write_offers(const std::vector<Offer>& offers, const fs::path& file) {
  std::ostringstream out;
  for (const auto& [k, image, modules] : offers) {
    out << "Package: " << k.package << "\nVersion: " << k.version << "\nUname: " << k.uname
        << "\nSuite: " << k.suite << "\n";
    const auto parcel = [&](const char* prefix, const Parcel& p) {
      out << prefix << "Address: " << p.address << "\n"
          << prefix << "SHA256: " << p.sha256 << "\n"
          << prefix << "Size: " << p.size << "\n";
    };
    parcel("", image);
    if (modules) parcel(kOfModules, *modules);
    out << "\n";
  }
  write_whole(file, out.str());
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
        if (k.release.empty()) return;
        const auto parcel = [&](const std::string& prefix) {
          return Parcel{p[prefix + "Address"], p[prefix + "SHA256"], size_in(p[prefix + "Size"])};
        };
        Offer o{std::move(k), parcel(""), {}};
        if (Parcel modules = parcel(kOfModules); !modules.address.empty()) o.modules = modules;
        add_up(o);
        out.push_back(std::move(o));
      });
  return out;
}

}  // namespace mprogcheck::vm
