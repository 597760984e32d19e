// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck kernels: the kernels that can be fetched, and one of them.
#include "impl/vm/kernels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "impl/vm/bzimage.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string kernel;
  std::uint64_t cache_limit = vm::kCacheLimit;
  bool refresh = false, json = false;
};

vm::KernelStore store_of(const Options& o, Progress& progress) {
  vm::KernelStore store = kernel_store(progress);
  store.cache_limit = o.cache_limit;
  store.refresh = o.refresh;
  return store;
}

std::string where(const vm::KernelPackage& k) {
  if (k.cached) return "in the cache";
  if (!k.path.empty()) return k.path;
  return fmt::format("{:.1f} MB to fetch", static_cast<double>(k.size) / 1e6);
}

int list(const Options& o) {
  Progress progress;
  const auto kernels = vm::available(store_of(o, progress));
  progress.clear();
  Json document = Json::array();
  std::set<std::string> releases;
  std::size_t uname_width = 0, suite_width = 0;
  for (const auto& k : kernels) {
    releases.insert(k.release);
    uname_width = std::max(uname_width, k.uname.size());
    suite_width = std::max(suite_width, k.suite.size());
    document.push_back({{"release", k.release},
                        {"uname", k.uname},
                        {"architecture", k.architecture},
                        {"suite", k.suite},
                        {"package", k.package},
                        {"version", k.version},
                        {"size", k.size},
                        {"cached", k.cached},
                        {"path", k.path}});
  }
  if (o.json) {
    print_json("kernels list", {{"kernels", document}});
    return kConforms;
  }
  for (const auto& k : kernels)
    tell(stdout, "{:10} {}  {:{}}  {:{}}  {}\n", k.release, k.architecture, k.uname, uname_width,
         k.suite, suite_width, where(k));
  tell(stdout, "{} of {}\n", times(kernels.size(), "kernel"), times(releases.size(), "release"));
  return kConforms;
}

int fetch(const Options& o) {
  Progress progress;
  try {
    const auto image = vm::image_of(o.kernel, store_of(o, progress));
    const auto header = vm::read_bzimage(image);
    progress.clear();
    if (!o.json) {
      tell(stdout, "{}\n", image.string());
      return kConforms;
    }
    const Json document{{"release", header.release},
                        {"uname", header.uname},
                        {"banner", header.banner},
                        {"path", image.string()}};
    print_json("kernels fetch", document);
    return kConforms;
  } catch (const std::invalid_argument& e) {
    progress.clear();
    throw BadInput(e.what());
  }
}

int boot(const Options& o) {
  const vm::Boot how = boot_of(image(o.kernel));
  Progress progress;
  progress("booting " + how.kernel.string());
  const vm::BootFiles files(how);
  const vm::Guest guest(how, files);
  progress.clear();
  const vm::Hello& hello = guest.hello();
  const Capabilities& can = hello.capabilities;
  std::vector<std::string_view> attributes;  // of netkit devices, that older kernels do not have
  for (const Key key : can.attributes& kYounger) attributes.push_back(row(key).word);
  if (o.json) {
    const Json document{
        {"release", hello.release}, {"tries", guest.tries()}, {"seconds", guest.seconds_to_hello()},
        {"mainline", can.mainline}, {"packets", can.packets}, {"qdiscs", can.qdiscs},
        {"devices", can.devices},   {"netkit", can.netkit},   {"attributes", attributes}};
    print_json("kernels boot", document);
    return kConforms;
  }
  tell(stdout, "Linux {}: hello after {:.1f} s in try {}; tcx lists{}{}, {} devices{}{}\n",
       hello.release, guest.seconds_to_hello(), guest.tries(), can.packets ? ", packets" : "",
       can.qdiscs ? ", qdiscs" : "", can.devices, can.netkit ? ", netkit" : "",
       attributes.empty() ? "" : fmt::format(" with {}", fmt::join(attributes, ", ")));
  return kConforms;
}

}  // namespace

void add_kernels(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("kernels", "List, fetch and boot the kernels for vm:KERNEL");
  const std::string kernel =
      "A series such as 6.12 or 7.3-rc (its newest release), a release, what 'uname -r' prints, a "
      "package, or the path of a bzImage";
  const char* const refresh = "Ask the mirror again; by default its lists are kept for six hours";

  Command listing = verb.verb(
      "list", "List the kernels of Debian's suites, those installed here and those in the cache");
  listing.flag("--refresh", o->refresh, refresh);
  listing.json(o->json);
  listing.example("mprogcheck kernels list", "Lists them; apt's own lists are not touched.");
  listing.action([o] { return list(*o); });

  Command fetching = verb.verb("fetch", "Put a kernel into the cache and print its path");
  fetching.text("KERNEL", o->kernel, kernel).required();
  fetching.flag("--refresh", o->refresh, refresh);
  fetching.bytes("--cache-limit SIZE", o->cache_limit,
                 "Keep at most SIZE of the kernels used last, in bytes, or with K, M or G in "
                 "powers of 1024 (default: 512M)");
  fetching.json(o->json);
  fetching.example("mprogcheck kernels fetch 6.12", "Fetches the newest 6.12 of Debian.");
  fetching.action([o] { return fetch(*o); });

  Command booting =
      verb.verb("boot", "Boot a kernel under QEMU, and print which capabilities it has");
  booting.text("KERNEL", o->kernel, kernel).required();
  booting.json(o->json);
  booting.example("mprogcheck kernels boot ./bzImage",
                  "Shows whether your own kernel can be a target.");
  booting.action([o] { return boot(*o); });
}

}  // namespace mprogcheck::cli
