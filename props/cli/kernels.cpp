// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck kernels: what kernels can be had, and one of them.
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
  vm::KernelStore store;
  store.cache_limit = o.cache_limit;
  store.refresh = o.refresh;
  store.progress = [&](const std::string& text) { progress(text); };
  store.warn = [&](const std::string& text) {
    progress.clear();
    tell(stderr, "mprogcheck: {}\n", text);
  };
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
  auto document = nlohmann::ordered_json::array();
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
    print_json(nlohmann::ordered_json{{"kernels", document}});
    return kConforms;
  }
  for (const auto& k : kernels)
    fmt::print("{:10} {}  {:{}}  {:{}}  {}\n", k.release, k.architecture, k.uname, uname_width,
               k.suite, suite_width, where(k));
  fmt::print("{} of {}\n", times(kernels.size(), "kernel"), times(releases.size(), "release"));
  return kConforms;
}

int fetch(const Options& o) {
  Progress progress;
  try {
    const auto image = vm::image_of(o.kernel, store_of(o, progress));
    const auto header = vm::read_bzimage(image);
    progress.clear();
    if (!o.json) {
      fmt::print("{}\n", image.string());
      return kConforms;
    }
    const nlohmann::ordered_json document{{"release", header.release},
                                          {"uname", header.uname},
                                          {"banner", header.banner},
                                          {"path", image.string()}};
    print_json(document);
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
    const nlohmann::ordered_json document{
        {"release", hello.release}, {"tries", guest.tries()}, {"seconds", guest.seconds_to_hello()},
        {"mainline", can.mainline}, {"packets", can.packets}, {"qdiscs", can.qdiscs},
        {"devices", can.devices},   {"netkit", can.netkit},   {"attributes", attributes}};
    print_json(document);
    return kConforms;
  }
  fmt::print("Linux {}: hello after {:.1f} s in try {}; tcx lists{}{}, {} devices{}{}\n",
             hello.release, guest.seconds_to_hello(), guest.tries(), can.packets ? ", packets" : "",
             can.qdiscs ? ", qdiscs" : "", can.devices, can.netkit ? ", netkit" : "",
             attributes.empty() ? "" : fmt::format(" with {}", fmt::join(attributes, ", ")));
  return kConforms;
}

}  // namespace

void add_kernels(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("kernels", "Kernels that can be had, for vm targets");
  verb->require_subcommand(1);
  const auto with_common = [&](CLI::App* part) {
    part->add_flag("--refresh", o->refresh, "Ask the mirror, also if it was asked lately");
    part->add_flag("--json", o->json, "One JSON document on standard output");
    return part;
  };
  auto* listing = with_common(verb->add_subcommand(
      "list", "Those of Debian's suites, those installed here, and those in the cache"));
  listing->callback([o, &status] { status = list(*o); });
  auto* fetching =
      with_common(verb->add_subcommand("fetch", "Puts one into the cache and says where it is"));
  fetching
      ->add_option("KERNEL", o->kernel,
                   "6.12, 7.3-rc (the newest of them), a release, a uname, or a bzImage")
      ->required();
  fetching
      ->add_option("--cache-limit", o->cache_limit,
                   "Keep so much of the last used: 300M, 2G (default: 512M)")
      ->transform(bytes());
  fetching->callback([o, &status] { status = fetch(*o); });
  auto* booting = verb->add_subcommand(
      "boot", "Boots one under QEMU to its agent, and says what it can be asked");
  booting->add_option("KERNEL", o->kernel, "As for fetch")->required();
  booting->add_flag("--json", o->json, "One JSON document on standard output");
  booting->callback([o, &status] { status = boot(*o); });
}

}  // namespace mprogcheck::cli
