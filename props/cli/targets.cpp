// SPDX-License-Identifier: GPL-2.0-only
// Targets by name.
#include <fmt/format.h>

#include "impl/inprocess.hpp"
#include "impl/kernel/kernel.hpp"
#include "impl/vm/vm.hpp"
#include "model/text.hpp"
#include "props/cli/cli.hpp"

namespace mprogcheck::cli {

namespace {

// The program of the guests is built beside this one.
std::filesystem::path agent() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "agent";
}

}  // namespace

TargetFactory target_named(const std::string& name) {
  if (name == "impl") return [] { return std::make_unique<InProcess>(); };
  if (name.starts_with("impl:")) {
    const std::string fault = name.substr(5);
    for (const FaultInfo& f : InProcess::faults())
      if (f.name == fault) return [fault] { return std::make_unique<InProcess>(fault); };
    throw BadInput(
        fmt::format("there is no planted fault '{}'; 'mprogcheck faults' lists them", fault));
  }
  if (name == "kernel") return [] { return std::make_unique<Kernel>(); };
  if (name.starts_with("vm:")) {
    VmOptions options;
    options.name = name;
    options.boot.kernel = name.substr(3);
    options.boot.agent = agent();
    return [options] { return std::make_unique<Vm>(options); };
  }
  throw BadInput(fmt::format(
      "there is no target '{}'; there are impl, impl:FAULT, kernel and vm:KERNEL", name));
}

std::string unsupported(const Trace& trace, const Capabilities& can) {
  const Header& h = trace.header;
  if (!(h.dialect == Dialect::mainline ? can.mainline : can.rfc2))
    return fmt::format("does not speak dialect {}", word(h.dialect));
  if (!can.any_capacity && (h.capacity != kMaxCapacity || h.revision != 1))
    return "has capacity 63 and first revision 1, and no other";
  if (h.devices > can.devices) return fmt::format("has {} devices at most", can.devices);
  for (const Operation& op : trace.operations) {
    if (op.hazardous() && !can.hazards)
      return fmt::format("does not run what may harm it: {}", print(op));
    if (op.verb == Verb::packet && !can.packets) return "cannot send packets";
  }
  return {};
}

std::vector<Trace> known_deviations(const std::vector<std::string>& files) {
  std::vector<Trace> out;
  for (const std::string& file : files) {
    std::vector<Spots> spots;
    auto traces = read_traces(file, &spots);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const auto refuse = [&](std::string_view why) {
        throw ParseError(fmt::format("{}: {}", where(file, spots[i].dialect), why));
      };
      if (traces[i].reason.empty())
        refuse("a known deviation without a reason; add a line 'reason ...' below 'dialect'");
      if (traces[i].target.empty())
        refuse(
            "a known deviation of no target; add a line such as 'target kernel' below 'dialect'");
      try {
        target_named(traces[i].target);
      } catch (const BadInput& e) {
        refuse(e.what());
      }
      out.push_back(std::move(traces[i]));
    }
  }
  return out;
}

}  // namespace mprogcheck::cli
