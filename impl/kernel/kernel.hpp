// SPDX-License-Identifier: GPL-2.0-only
// The target `kernel`: the tcx and netkit attach points of the kernel of this machine, in network
// namespaces of its own. It changes no device, sysctl or setting of the host, and leaves nothing
// behind.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck {

struct KernelOptions {
  // This kernel may be sent requests that have crashed kernels.
  bool hazards = false;
  // Devices serve more than one trace, as far as that is safe (devices.hpp). Pays off where devices
  // are expensive and grace periods short.
  bool reuse = false;
  // Tests our own implementation, as a module that must be loaded, and not the kernel's.
  bool module = false;
};

class Kernel : public Target {
 public:
  // Finds out the capabilities by trying. Throws CannotRun with a sentence about what is missing.
  explicit Kernel(KernelOptions options = {});
  ~Kernel() override;

  std::string name() const override { return "kernel"; }
  Capabilities capabilities() const override { return capabilities_; }

  // Throws CannotRun, before it runs anything, if one of the traces is unsupported() here.
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& observations) override;

  // Runs one trace and calls `each` after each operation.
  using Each = std::function<void(std::size_t operation, const Observation& seen)>;
  void run_each(const Trace& trace, const Each& each);

  // Runs the job in the thread in which traces run. Traces that the job runs need no switch of
  // threads, which in an emulated guest takes as long as ten operations.
  void inside(const std::function<void()>& job);

  // Runs the job while the target has no device and no link, so that it can load the module again.
  // Throws CannotRun.
  void without_devices(const std::function<void()>& job);

  // How many devices were created so far.
  std::uint32_t devices_made() const;

  std::string release() const override;
  std::string describe() const override;  // "Linux 6.18.5, x86_64"
  // On this machine, for a minute at most; in network namespaces only if the program creates them.
  std::optional<ProgramResult> run_program(const std::filesystem::path& executable) override;

 private:
  struct Inside;  // what belongs to the namespace

  std::unique_ptr<Inside> inside_;
  Capabilities capabilities_;
};

}  // namespace mprogcheck
