// SPDX-License-Identifier: GPL-2.0-only
// The part of a paragraph of a C reproducer that says what the netkit devices are to be: what is
// new of them, against what they were.
#include <fmt/format.h>

#include "props/repro/c_netkit_words.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

using namespace c_words;

// As made() of the C program has it.
DeviceView as_made(const DeviceView& v) {
  DeviceView out;
  const bool single = v.link == kNoDevice;
  out.there = true;
  out.space = v.space;
  out.name = v.name;
  out.link = v.link;
  out.primary = v.primary;
  out.mtu = netkit::default_mtu;
  for (const Key key : single ? kShownOfSingle : kShownData)
    if (key != Key::primary) row(key).shown_in.put(out, row(key).initial);
  if (single) out.pairing = netkit::single;
  return out;
}

// What is different of a device, as assignments.
std::string differences(std::uint8_t d, const DeviceView& from, const DeviceView& to) {
  std::string out;
  const auto number = [&](std::string_view field, auto before, auto after) {
    if (before != after) out += fmt::format("\twant[d{}].{} = {};\n", d, field, int(after));
  };
  if (from.space != to.space) out += fmt::format("\twant[d{}].space = n{};\n", d, to.space);
  if (from.name != to.name)
    out += fmt::format("\tstrcpy(want[d{}].name, \"{}\");\n", d, name_of(to.name));
  number("up", from.up, to.up);
  number("carrier", from.carrier, to.carrier);
  number("arp", from.arp, to.arp);
  if (from.address != to.address)
    out += fmt::format("\twant[d{}].address = {};\n", d,
                       address(static_cast<std::uint32_t>(to.address)));
  number("mtu", from.mtu, to.mtu);
  for (const Key key : kShownData) {
    const std::uint32_t value = row(key).shown_in.get(to);
    if (key != Key::primary && value != row(key).shown_in.get(from))
      out += fmt::format("\twant[d{}].{} = {};\n", d, row(key).word, value_word(key, value));
  }
  return out;
}

}  // namespace

std::string c_devices_after(const Step& step) {
  std::string out;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    const DeviceView &before = step.devices[d], &after = step.must.devices[d];
    if (before.there && !after.there) out += fmt::format("\twant[d{}].there = 0;\n", d);
    if (!after.there) continue;
    if (!before.there)
      out += fmt::format("\twant[d{}] = made(n{}, \"{}\", {}, {});\n", d, after.space,
                         name_of(after.name), other_name(after.link), int(after.primary));
    out += differences(d, before.there ? before : as_made(after), after);
  }
  return out + "\texpect_devices();\n";
}

}  // namespace mprogcheck::repro
