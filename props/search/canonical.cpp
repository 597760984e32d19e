// SPDX-License-Identifier: GPL-2.0-only
// Names of a trace in the order in which they are used.
#include <map>
#include <vector>

#include "model/words/forms.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {
namespace {

// Names in the order in which they are first met.
class Names {
 public:
  void meet(std::uint8_t name) {
    names_.try_emplace(name, static_cast<std::uint8_t>(names_.size()));
  }
  std::uint8_t operator()(std::uint8_t name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? name : found->second;
  }
  std::uint8_t count() const { return static_cast<std::uint8_t>(names_.size()); }
  auto begin() const { return names_.begin(); }
  auto end() const { return names_.end(); }

 private:
  std::map<std::uint8_t, std::uint8_t> names_;
};

// Calls prog, link or device with each name that stands in a part. A kind of part without an
// overload here does not compile.
template <class Visit>
void each_name(const words::Reference&, Ref& r, Visit&& visit) {
  if (r.kind == Ref::Kind::prog) visit.prog(r.raw);
  if (r.kind == Ref::Kind::link) visit.link(r.raw);
}
template <class Visit>
void each_name(words::AttachPoint, Point& point, Visit&& visit) {
  visit.device(point.device);
}
template <class Visit>
void each_name(words::DeviceName, Point& point, Visit&& visit) {
  visit.device(point.device);
}
template <class Visit>
void each_name(words::DeviceName, std::uint8_t& device, Visit&& visit) {
  visit.device(device);
}
template <class T, class Visit>
void each_name(const words::OneOf<T>&, T&, Visit&&) {}
template <class T, class Visit>
void each_name(const words::Number&, T&, Visit&&) {}
template <class Visit>
void each_name(words::Namespace, std::uint8_t&, Visit&&) {}

template <class M, class Kind, class Visit>
void each_name_of(const words::Operand<M, Kind>& part, Operation& op, Visit&& visit) {
  each_name(part.kind, part.of(op), visit);
}
template <class M, class Kind, class Visit>
void each_name_of(const words::Option<M, Kind>& part, Operation& op, Visit&& visit) {
  each_name(part.kind, part.of(op), visit);
}
template <class M, class Visit>
void each_name_of(const words::Bit<M>&, Operation&, Visit&&) {}
template <class Visit>
void each_name_of(const words::Literal&, Operation&, Visit&&) {}
template <class Visit>
void each_name_of(const words::Attributes&, Operation& op, Visit&& visit) {
  for (Attr& a : op.attrs) {
    if (own_key(a.key) != Key::name) continue;
    auto device = static_cast<std::uint8_t>(a.value);
    visit.device(device);
    a.value = device;
  }
}
template <class Visit>
void each_name_of(const words::Verdicts&, Operation& op, Visit&& visit) {
  for (Says& s : op.says)
    if (s.action != Action::next) visit.prog(s.prog.raw);
}

template <class Visit>
void each_name_of(std::vector<Operation>& operations, Visit&& visit) {
  for (Operation& op : operations)
    visit_form(op.verb, [&](const auto& row) {
      row.parts.each([&](const auto& part) { each_name_of(part, op, visit); });
    });
}

struct Meet {
  Names &progs, &links, &devices;
  std::uint8_t declared;  // devices of the header; the others come behind them
  bool others;

  void prog(std::uint8_t p) { progs.meet(p); }
  void link(std::uint8_t l) { links.meet(l); }
  void device(std::uint8_t d) {
    if (d < kMaxDevices && (others || d < declared)) devices.meet(d);
  }
};

struct Rename {
  const Names &progs, &links, &devices;

  void prog(std::uint8_t& p) const { p = progs(p); }
  void link(std::uint8_t& l) const { l = links(l); }
  void device(std::uint8_t& d) const { d = devices(d); }
};

}  // namespace

Trace canonical(const Trace& trace) {
  Trace out = trace;
  Names progs, links, devices;
  each_name_of(out.operations, Meet{progs, links, devices, trace.header.devices, false});
  out.header.devices = devices.count();
  each_name_of(out.operations, Meet{progs, links, devices, trace.header.devices, true});
  each_name_of(out.operations, Rename{progs, links, devices});
  out.header.loaded.reset();
  out.header.xdp.reset();
  for (const auto& [old, now] : progs) {
    out.header.loaded[now] = true;
    out.header.xdp[now] = trace.header.xdp[old];
  }
  return out;
}

}  // namespace mprogcheck
