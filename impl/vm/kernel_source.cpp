// SPDX-License-Identifier: GPL-2.0-only
// The sources of kernels that Debian has, of which a few files are kept.
#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>

#include "impl/target.hpp"
#include "impl/vm/apt.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/cache.hpp"
#include "impl/vm/kernels.hpp"
#include "impl/vm/version.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

// Whether a source was the newest so short a time ago that the mirror need not be asked again. That
// takes seconds, and more on a busy machine.
bool is_fresh(const fs::path& place) {
  constexpr auto kFresh = std::chrono::hours(6);
  std::error_code missing;
  const auto found = fs::last_write_time(place, missing);
  return !missing && fs::file_time_type::clock::now() < found + kFresh;
}

// Where a package's files are kept, beside those of kernels.
fs::path place_of(const Cache& cache, const SourcePackage& source) {
  return cache.image(source.package, source.version).parent_path();
}

std::vector<SourcePackage> cached(const Cache& cache) {
  std::vector<SourcePackage> out;
  for (const auto& entry : fs::directory_iterator(cache.directory())) {
    const std::string name = entry.path().filename();
    const auto bar = name.find('_');
    if (!name.starts_with("linux-source-") || bar == name.npos) continue;
    const std::string version = name.substr(bar + 1);
    out.push_back({.package = name.substr(0, bar),
                   .version = version,
                   .release = release_in(version),
                   .parcel = {}});
  }
  return out;
}

const SourcePackage* newest(const std::vector<SourcePackage>& sources, const std::string& name) {
  const SourcePackage* best = nullptr;
  for (const SourcePackage& s : sources)
    if ((means(name, s.release) || name == s.package) &&
        (!best || compare_versions(best->version, s.version) < 0))
      best = &s;
  return best;
}

fs::path fetch(const SourcePackage& source, const std::vector<std::string>& wanted,
               const KernelStore& store, const Cache& cache) {
  const fs::path place = place_of(cache, source);
  const CacheLock lock(
      cache, [&store] { store.progress("waiting for another run that fetches kernels"); });
  std::error_code none;
  if (fs::is_directory(place, none)) return place;  // another run has just fetched it
  const fs::path package = lock.part() / "package.deb", folder = lock.part() / "source";
  download(source.package, source.parcel, package, [&] {
    std::error_code not_yet;
    const auto got = fs::file_size(package, not_yet);
    if (!not_yet)
      store.progress(source.package + ": " +
                     std::to_string(got * 100 / std::max<std::uint64_t>(source.parcel.size, 1)) +
                     " %");
  });
  store.progress(source.package + ": looking for " + std::to_string(wanted.size()) + " files");
  unpack_source(package, wanted, folder);
  fs::remove(package);
  fs::rename(folder, place);
  return place;
}

}  // namespace

fs::path source_of(const std::string& name, const std::vector<std::string>& wanted,
                   const KernelStore& store) {
  const Cache cache(store.cache);
  const std::vector<SourcePackage> here = cached(cache);
  if (const SourcePackage* const kept = newest(here, name); kept && !store.refresh)
    if (is_fresh(place_of(cache, *kept))) return place_of(cache, *kept);
  std::vector<SourcePackage> offered;
  std::string silence;
  try {
    available(store);  // the lists are those of kernels
    offered =
        sources_in(store.suites ? *store.suites : suites_of_mirror(), cache.directory() / "apt");
  } catch (const CannotRun& e) {
    silence = e.what();
  }
  const SourcePackage* const best = newest(offered, name);
  if (best) {
    std::error_code none;
    const fs::path place = place_of(cache, *best);
    if (!fs::is_directory(place, none)) return fetch(*best, wanted, store, cache);
    fs::last_write_time(place, fs::file_time_type::clock::now(), none);
    return place;
  }
  if (const SourcePackage* const kept = newest(here, name)) return place_of(cache, *kept);
  if (!silence.empty()) throw CannotRun(silence + "; of '" + name + "' no source is here");
  std::set<std::string> names;
  for (const SourcePackage& s : offered) names.insert(s.release);
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
  throw std::invalid_argument("Debian has no source of a kernel '" + name + "'; there are: " + all);
}

}  // namespace mprogcheck::vm
