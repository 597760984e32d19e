// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/kernels.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "impl/target.hpp"
#include "impl/vm/apt.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/bzimage.hpp"
#include "impl/vm/cache.hpp"
#include "impl/vm/version.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

using std::chrono::hours, std::chrono::minutes;
using Clock = fs::file_time_type::clock;

constexpr auto kFresh = hours(6);        // the mirror's lists are asked for again after that
constexpr auto kTryAgain = minutes(10);  // and after that where it could not be asked

bool is_fresh(const fs::path& offers) {
  std::error_code missing;
  const auto written = fs::last_write_time(offers, missing);
  return !missing && Clock::now() < written + kFresh;
}

Tick waiting(const KernelStore& store) {
  return [&store] { store.progress("waiting for another run that fetches kernels"); };
}

void refresh(const KernelStore& store, const Cache& cache, bool forced) {
  const CacheLock lock(cache, waiting(store));
  if (!forced && is_fresh(cache.offers())) return;  // another run has just done it
  const auto start = std::chrono::steady_clock::now();
  const auto found =
      ask(store.suites ? *store.suites : suites_of_mirror(), cache.directory() / "apt", [&] {
        const auto took = std::chrono::steady_clock::now() - start;
        store.progress(
            "asking Debian's mirror what there is: " +
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(took).count()) + " s");
      });
  write_offers(found, lock.part() / "offers");
  fs::rename(lock.part() / "offers", cache.offers());
}

struct Known {
  std::vector<Offer> offers;
  std::string
      silence;  // why the mirror could not be asked; the offers are of earlier then, or none
};

Known known(const KernelStore& store, const Cache& cache, bool forced) {
  Known out;
  std::error_code none;
  if (forced || !is_fresh(cache.offers())) {
    try {
      refresh(store, cache, forced);
    } catch (const CannotRun& e) {
      out.silence = e.what();
      if (!fs::exists(cache.offers(), none)) return out;
      fs::last_write_time(cache.offers(), Clock::now() - kFresh + kTryAgain, none);
      store.warn(out.silence + "; what is said of it here is what it said before");
    }
  }
  out.offers = read_offers(cache.offers());
  return out;
}

std::optional<BzImage> usable(const fs::path& file) {
  try {
    return read_bzimage(file);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

// One row for each uname and version, from wherever it can be had.
class Rows {
 public:
  explicit Rows(const std::vector<Offer>& offers) {
    for (const Offer& o : offers) row(o.kernel);
  }

  void add_cached(const Cache& cache) {
    for (const fs::path& file : cache.images()) {
      const std::string name = file.parent_path().filename();
      const auto bar = name.find('_');
      if (bar == name.npos) continue;
      KernelPackage k;
      k.package = name.substr(0, bar);
      k.version = name.substr(bar + 1);
      k.suite = "gone";
      k.cached = true;
      add_image(file, std::move(k));
    }
  }

  void add_installed(const fs::path& root) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(root / "boot", none))
      if (entry.path().filename().string().starts_with("vmlinuz-"))
        add_installed_image(entry.path());
    for (const auto& entry : fs::directory_iterator(root / "usr/lib/modules", none))
      if (fs::exists(entry.path() / "vmlinuz", none)) add_installed_image(entry.path() / "vmlinuz");
  }

  std::vector<KernelPackage> newest_first() const {
    std::vector<KernelPackage> out;
    for (const auto& [key, row] : rows_) out.push_back(row);
    std::sort(out.begin(), out.end(), [](const KernelPackage& a, const KernelPackage& b) {
      const auto order = [](const KernelPackage& k) { return in_debian_order(k.release); };
      const int releases = compare_versions(order(a), order(b));
      const int builds = compare_versions(a.version, b.version);
      return releases ? releases > 0 : builds ? builds > 0 : a.uname < b.uname;
    });
    return out;
  }

 private:
  KernelPackage& row(const KernelPackage& k) {
    return rows_.try_emplace(k.uname + " " + k.version, k).first->second;
  }

  void add_installed_image(const fs::path& file) {
    KernelPackage k;
    k.suite = "installed";
    add_image(file, std::move(k));
  }

  // Files that are no bzImage (of another machine, not readable for us) are passed over.
  void add_image(const fs::path& file, KernelPackage k) {
    const auto image = usable(file);
    if (!image) return;
    k.release = image->release;
    k.uname = image->uname;
    if (k.version.empty()) k.version = image->version.empty() ? image->uname : image->version;
    KernelPackage& at = row(k);
    if (!at.path.empty()) return;
    at.path = file;
    at.cached = k.cached;
    std::error_code gone;
    at.size = fs::file_size(file, gone);
  }

  std::map<std::string, KernelPackage> rows_;
};

Rows here_already(const KernelStore& store, const Cache& cache, const std::vector<Offer>& known) {
  Rows rows(known);
  rows.add_cached(cache);
  rows.add_installed(store.root);
  return rows;
}

bool is_meant(const std::string& name, const KernelPackage& k) {
  return means(name, k.release) || means(name, k.uname) || name == k.package;
}

const KernelPackage* newest_meant(const std::string& name, const std::vector<KernelPackage>& rows) {
  const auto at = std::find_if(rows.begin(), rows.end(),
                               [&](const KernelPackage& k) { return is_meant(name, k); });
  return at == rows.end() ? nullptr : &*at;
}

[[noreturn]] void no_such_kernel(const std::string& name, const std::vector<KernelPackage>& rows) {
  std::string nearest, version = name;
  if (name.starts_with("linux-"))  // a package
    version.erase(0, std::min(name.find_first_of("0123456789"), name.size()));
  if (!release_in(version + (version.find('.') == version.npos ? ".0" : "")).empty()) {
    const auto older = std::find_if(rows.begin(), rows.end(), [&](const KernelPackage& k) {
      return compare_versions(in_debian_order(k.release), in_debian_order(version)) < 0;
    });
    if (older != rows.begin()) nearest = std::prev(older)->release;
    if (older != rows.end()) nearest = older->release + (nearest.empty() ? "" : " and " + nearest);
  }
  std::error_code none;
  throw std::invalid_argument(
      "there is no kernel '" + name + "'; " +
      (fs::is_directory(name, none) ? "a folder of that name is none; " : "") +
      (nearest.empty() ? "" : "the nearest: " + nearest + "; ") +
      "'mprogcheck kernels list' names all");
}

fs::path fetch(const Offer& offer, const KernelStore& store, const Cache& cache) {
  const KernelPackage& k = offer.kernel;
  const fs::path image = cache.image(k.package, k.version);
  const CacheLock lock(cache, waiting(store));
  if (usable(image)) return image;  // another run has just fetched it
  const fs::path package = lock.part() / "package.deb", folder = lock.part() / "kernel",
                 unpacked = folder / image.filename();
  fs::create_directory(folder);
  std::uint64_t fetched = 0;
  const auto unpack = [&](const Parcel& parcel) {
    download(k.package, parcel, package, [&] {
      std::error_code not_yet;
      const auto got = fs::file_size(package, not_yet);
      if (!not_yet)
        store.progress(k.package + ": " +
                       std::to_string((fetched + got) * 100 / std::max<std::uint64_t>(k.size, 1)) +
                       " %");
    });
    fetched += parcel.size;
    bool has_kernel = false;
    try {
      has_kernel = unpack_kernel(package, unpacked, folder);
    } catch (const CannotRun& e) {
      throw CannotRun(k.package + ": cannot be unpacked: " + e.what());
    }
    fs::remove(package);
    return has_kernel;
  };
  if (!unpack(offer.image)) throw CannotRun(k.package + ": has no kernel in it");
  if (offer.modules) unpack(*offer.modules);
  try {
    read_bzimage(unpacked);
  } catch (const std::invalid_argument& e) {
    throw CannotRun(k.package + ": what is in it cannot be used: " + e.what());
  }
  fs::remove_all(image.parent_path());  // there is no usable kernel in it
  fs::rename(folder, image.parent_path());
  cache.evict(store.cache_limit, image);
  return image;
}

}  // namespace

std::vector<KernelPackage> available(const KernelStore& store) {
  const Cache cache(store.cache);
  const Known from_mirror = known(store, cache, store.refresh);
  auto rows = here_already(store, cache, from_mirror.offers).newest_first();
  if (rows.empty()) throw CannotRun(from_mirror.silence);
  if (!from_mirror.silence.empty() && from_mirror.offers.empty())
    store.warn(from_mirror.silence + "; only what is here already is listed");
  return rows;
}

fs::path image_of(const std::string& name, const KernelStore& store) {
  if (std::error_code none; name.find('/') != name.npos || fs::is_regular_file(name, none)) {
    read_bzimage(name);
    return fs::absolute(name);
  }
  const Cache cache(store.cache);
  const auto use = [](const KernelPackage& k) {
    if (k.cached) Cache::touch(k.path);
    return k.path;
  };
  // A whole name means one kernel: if it is here, nobody need be asked.
  for (const KernelPackage& k : here_already(store, cache, {}).newest_first())
    if (name == k.uname || name == k.package) return use(k);
  for (bool forced = store.refresh;; forced = true) {
    const auto [offers, silence] = known(store, cache, forced);
    const auto rows = here_already(store, cache, offers).newest_first();
    const KernelPackage* k = newest_meant(name, rows);
    if (!k && !silence.empty()) throw CannotRun(silence + "; of '" + name + "' nothing is here");
    if (!k) no_such_kernel(name, rows);
    if (!k->path.empty()) return use(*k);
    const auto offer = std::find_if(offers.begin(), offers.end(), [&](const Offer& o) {
      return o.kernel.uname == k->uname && o.kernel.version == k->version;
    });
    try {
      return fetch(*offer, store, cache);
    } catch (const NotDelivered& e) {
      const auto here = std::find_if(rows.begin(), rows.end(), [&](const KernelPackage& row) {
        return !row.path.empty() && is_meant(name, row);
      });
      if (forced && here != rows.end())
        throw CannotRun(std::string(e.what()) + "; of that name " + here->uname + " is here");
      // Mirrors drop old packages, and what we know may be of before that.
      if (forced) throw;
      store.warn(std::string(e.what()) + "; asking the mirror again");
    }
  }
}

}  // namespace mprogcheck::vm
