// SPDX-License-Identifier: GPL-2.0-only
// The target `kernel`: the tcx and netkit attach points of the kernel this machine runs, in network
// namespaces of its own. It touches no device, sysctl or setting of the host, and leaves nothing
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
  // This kernel does not matter, and may be shown what has crashed kernels.
  bool hazards = false;
  // Devices serve more than one trace, as far as that is safe (devices.hpp). Worth it where they
  // are dear and grace periods short.
  bool reuse = false;
  // Our own implementation as a module, which has to be loaded, and not the kernel's own.
  bool module = false;
};

class Kernel : public Target {
 public:
  // Finds out by trying what can be done here. Throws CannotRun with a sentence about what is
  // missing.
  explicit Kernel(KernelOptions options = {});
  ~Kernel() override;

  std::string name() const override { return "kernel"; }
  Capabilities capabilities() const override { return capabilities_; }

  // Throws CannotRun, before it has run anything, if one of the traces is not for this target:
  // another dialect or capacity, or an operation that is hazardous to a kernel that matters.
  void run(std::span<const Trace> traces,
           std::vector<std::vector<Observation>>& observations) override;

  // One trace, with a call for each operation as soon as its observation is there.
  using Each = std::function<void(std::size_t operation, const Observation& seen)>;
  void run_each(const Trace& trace, const Each& each);

  // Runs the job in the thread in which traces are run. Those that it asks for cost no change of
  // threads, which in an emulated guest takes as long as ten operations.
  void inside(const std::function<void()>& job);

  // Runs the job while no device and no link of the target is there. Afterwards what implements the
  // lists has to be there again, and may be another. Throws CannotRun.
  void without_devices(const std::function<void()>& job);

  // That were needed until now, for all traces together.
  std::uint32_t devices_made() const;

  std::string describe() const override;  // "Linux 6.18.5, x86_64"
  // On this machine, for a minute at most; in namespaces only as far as the program makes its own.
  std::optional<ProgramResult> run_program(const std::filesystem::path& executable) override;

 private:
  struct Inside;  // what belongs to the namespace

  std::unique_ptr<Inside> inside_;
  Capabilities capabilities_;
};

}  // namespace mprogcheck
