// SPDX-License-Identifier: GPL-2.0-only
// Targets by name.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "impl/inprocess/inprocess.hpp"
#include "impl/kernel/kernel.hpp"
#include "impl/tree/tree.hpp"
#include "impl/vm/kernels.hpp"
#include "impl/vm/modules.hpp"
#include "impl/vm/vm.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"

namespace mprogcheck::cli {

vm::KernelStore kernel_store(Progress& progress) {
  vm::KernelStore store;
  store.progress = [&](const std::string& text) { progress(text); };
  store.warn = [&](const std::string& text) {
    progress.clear();
    tell(stderr, "mprogcheck: {}\n", text);
  };
  return store;
}

std::filesystem::path image(const std::string& kernel) {
  Progress progress;
  try {
    return vm::image_of(kernel, kernel_store(progress));
  } catch (const std::invalid_argument& e) {
    progress.clear();
    throw BadInput(e.what());
  }
}

std::filesystem::path module_built(const char* name) {
  const auto module = guest_file(name);
  if (!std::filesystem::exists(module))
    throw CannotRun(
        "the module was not built, as there were no kernel headers (Debian: "
        "linux-headers-cloud-amd64 of bookworm-backports, with gcc-12)");
  return module;
}

vm::Boot boot_of(const std::filesystem::path& image) {
  vm::Boot boot;
  boot.kernel = image;
  boot.agent = guest_file("agent");
  return boot;
}

namespace {

void need_fault(const std::string& name, bool in_module) {
  const auto among = [&](std::span<const FaultInfo> faults) {
    return std::any_of(faults.begin(), faults.end(),
                       [&](const FaultInfo& f) { return f.name == name; });
  };
  if (among(InProcess::faults()) || (in_module && among(InProcess::races()))) return;
  std::vector<std::string> names;
  for (const FaultInfo& f : InProcess::faults()) names.emplace_back(f.name);
  throw BadInput(fmt::format("there is no planted fault '{}'{}; 'mprogcheck faults' lists them",
                             name, did_you_mean(name, names)));
}

std::unique_ptr<Target> kmod_named(const std::string& name, const std::string& fault,
                                   const InGuest& guest) {
  VmOptions options;
  options.name = name;
  options.boot = boot_of({});
  options.boot.processors = guest.processors;
  options.boot.append = guest.append;
  options.boot.module = module_built(fault.empty() ? kModule : kFaultyModule);
  options.boot.kernel = image(vm::release_of_module(options.boot.module));
  if (!fault.empty()) {
    if (!vm::faults_of_module(options.boot.module).contains(fault))
      throw CannotRun(fmt::format("the module has no place for the fault '{}'", fault));
    options.boot.append += fmt::format(" {}.fault={}", vm::kOurModule, fault);
  }
  return std::make_unique<Vm>(options);
}

// `name` is a path, or a series whose source package Debian has.
std::filesystem::path tree_folder(const std::string& name) {
  std::error_code none;
  if (name.find('/') != name.npos || std::filesystem::is_directory(name, none)) return name;
  Progress progress;
  try {
    return vm::source_of(name, tree::wanted_files(), kernel_store(progress));
  } catch (const std::invalid_argument& e) {
    progress.clear();
    throw BadInput(fmt::format("{}; a folder's name needs a '/', as in tree:./linux", e.what()));
  }
}

}  // namespace

std::shared_ptr<tree::Builder> builder_named(const std::string& name, bool coverage) {
  constexpr std::string_view kSanitize = "sanitize:";
  std::string tree = name.substr(std::string_view("tree:").size());
  const bool sanitized = tree.starts_with(kSanitize);
  if (sanitized) tree.erase(0, kSanitize.size());
  if (tree.empty())
    throw BadInput("tree: needs the folder of a kernel tree, or a series such as 7.3");
  return std::make_shared<tree::Builder>(
      tree::read_sources(tree_folder(tree)),
      tree::BuildOptions{.shim = data_file("tree"), .sanitize = sanitized, .coverage = coverage});
}

namespace {

TargetFactory tree_named(const std::string& name) {
  const auto builder = builder_named(name, false);
  return [=] {
    return std::make_unique<Tree>(
        TreeOptions{.name = name, .builder = builder, .worker = guest_file("tree_worker")});
  };
}

}  // namespace

TargetFactory target_named(const std::string& name, const InGuest& guest) {
  if (name == "impl") return [] { return std::make_unique<InProcess>(); };
  if (name.starts_with("impl:")) {
    const std::string fault = name.substr(5);
    need_fault(fault, false);
    return [fault] { return std::make_unique<InProcess>(fault); };
  }
  if (name == "kernel") return [] { return std::make_unique<Kernel>(); };
  if (name == "kmod" || name.starts_with("kmod:")) {
    const std::string fault = name == "kmod" ? "" : name.substr(5);
    if (name != "kmod") need_fault(fault, true);
    return [=] { return kmod_named(name, fault, guest); };
  }
  if (name.starts_with("tree:")) return tree_named(name);
  if (name.starts_with("vm:")) {
    const std::string kernel = name.substr(3);
    // A file is looked at now; a name may have to be fetched, when it is wanted.
    if (kernel.empty() || kernel.find('/') != kernel.npos) image(kernel);
    return [name, guest,
            image = std::make_shared<std::filesystem::path>()]() -> std::unique_ptr<Target> {
      if (image->empty()) *image = cli::image(name.substr(3));
      VmOptions options;
      options.name = name;
      options.boot = boot_of(*image);
      options.boot.processors = guest.processors;
      options.boot.append = guest.append;
      return std::make_unique<Vm>(options);
    };
  }
  throw BadInput(
      fmt::format("there is no target '{}'{}; targets are impl, impl:FAULT, kernel, kmod, "
                  "kmod:FAULT, vm:KERNEL and tree:TREE",
                  name, did_you_mean(name, {"impl", "kernel", "kmod"})));
}

}  // namespace mprogcheck::cli
