// SPDX-License-Identifier: GPL-2.0-only
// Names of a trace in the order in which they are used.
#include <map>

#include "props/search/minimize.hpp"

namespace mprogcheck {
namespace {

// The devices of a trace by their new names: those of the header that it asks for, then those it
// makes, each in the order in which they are first named.
class Devices {
 public:
  explicit Devices(const Trace& trace) {
    const auto name_all = [&](auto&& is_meant) {
      const auto name = [&](std::uint8_t d) {
        if (d < kMaxDevices && is_meant(d))
          names_.try_emplace(d, static_cast<std::uint8_t>(names_.size()));
      };
      for (const Operation& op : trace.operations) {
        name(op.point.device);
        name(op.peer);
        for (const Attr& a : op.attrs)
          if (own_key(a.key) == Key::name) name(static_cast<std::uint8_t>(a.value));
      }
    };
    name_all([&](std::uint8_t d) { return d < trace.header.devices; });
    declared_ = static_cast<std::uint8_t>(names_.size());
    name_all([](std::uint8_t) { return true; });
  }
  std::uint8_t declared() const { return declared_; }
  std::uint8_t operator()(std::uint8_t device) const {
    const auto found = names_.find(device);
    return found == names_.end() ? device : found->second;
  }

 private:
  std::map<std::uint8_t, std::uint8_t> names_;
  std::uint8_t declared_ = 0;
};

}  // namespace

Trace canonical(const Trace& trace) {
  Trace out = trace;
  std::map<std::uint8_t, std::uint8_t> progs, links;
  const Devices devices(trace);
  const auto renamed = [](auto& names, std::uint8_t old) {
    return names.try_emplace(old, static_cast<std::uint8_t>(names.size())).first->second;
  };
  const auto rename = [&](Ref& r) {
    if (r.kind == Ref::Kind::prog) r.raw = renamed(progs, r.raw);
    if (r.kind == Ref::Kind::link) r.raw = renamed(links, r.raw);
  };
  for (Operation& op : out.operations) {
    rename(op.link);
    rename(op.prog);
    rename(op.relative);
    rename(op.old);
    for (Says& s : op.says)
      if (s.action != Action::next) s.prog = Prog{renamed(progs, s.prog.raw)};
    op.point.device = devices(op.point.device);
    op.peer = devices(op.peer);
    for (Attr& a : op.attrs)
      if (own_key(a.key) == Key::name) a.value = devices(static_cast<std::uint8_t>(a.value));
  }
  out.header.loaded.reset();
  out.header.xdp.reset();
  for (const auto& [old, now] : progs) {
    out.header.loaded[now] = true;
    out.header.xdp[now] = trace.header.xdp[old];
  }
  out.header.devices = devices.declared();
  return out;
}

}  // namespace mprogcheck
