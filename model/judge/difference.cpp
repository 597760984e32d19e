// SPDX-License-Identifier: GPL-2.0-only
#include "model/judge/difference.hpp"

#include "model/words/forms.hpp"

namespace mprogcheck {
namespace {

// Attributes that came later than netkit itself.
constexpr std::uint32_t kLater = told(Key::headroom) | told(Key::tailroom) | told(Key::pairing);

// What both devices tell, of those.
std::string_view difference_between(DeviceView one, DeviceView other) {
  const std::uint32_t later = one.told & other.told & kLater;
  one.told = (one.told & ~kLater) | later;
  other.told = (other.told & ~kLater) | later;
  const auto there = difference(one, other);
  return there.empty() ? difference(other, one) : there;
}

}  // namespace

std::string_view difference(const DeviceView& model, const DeviceView& seen) {
  if (model.there != seen.there) return seen.there ? "there" : "gone";
  if (!model.there) return "";
  if ((model.told & ~seen.told & ~kLater) || (seen.told & ~model.told)) return "told";
  const auto tells = [&](Key key) { return (model.told & seen.told & told(key)) != 0; };
  if (model.space != seen.space) return "ns";
  if (model.name != seen.name) return "name";
  if (model.link != seen.link) return "link";
  if (model.primary != seen.primary) return "primary";
  if (model.up != seen.up) return "state";
  if (model.carrier != seen.carrier) return "carrier";
  if (model.arp != seen.arp) return "arp";
  if (model.address != seen.address) return "address";
  if (model.mtu != seen.mtu) return "mtu";
  if (tells(Key::mode) && model.mode != seen.mode) return "mode";
  if (tells(Key::policy) && model.policy != seen.policy) return "policy";
  if (tells(Key::peer_policy) && model.peer_policy != seen.peer_policy) return "peer_policy";
  if (tells(Key::scrub) && model.scrub != seen.scrub) return "scrub";
  if (tells(Key::peer_scrub) && model.peer_scrub != seen.peer_scrub) return "peer_scrub";
  if (tells(Key::headroom) && model.headroom != seen.headroom) return "headroom";
  if (tells(Key::tailroom) && model.tailroom != seen.tailroom) return "tailroom";
  if (tells(Key::pairing) && model.pairing != seen.pairing) return "pairing";
  return "";
}

std::string_view difference(const Journey& model, const Journey& seen) {
  if (model == seen) return "";
  if (model.met != seen.met) return "order";
  for (std::size_t i = 0; i < model.met; ++i) {
    const Met &wanted = model.progs[i], &met = seen.progs[i];
    if (wanted.prog != met.prog) return "order";
    if (wanted.on != met.on) return "on";
    if (wanted.mark != met.mark || wanted.priority != met.priority) return "scrub";
  }
  return "counted";
}

std::string_view difference(const Filters& model, const Filters& seen) {
  for (std::size_t i = 0; i < model.size(); ++i) {
    if (model[i].there != seen[i].there) return seen[i].there ? "there" : "gone";
    if (!model[i].there) continue;
    if (model[i].prog != seen[i].prog) return "prog";
    if (model[i].link != seen[i].link) return "owner";
  }
  return "";
}

std::string_view difference(const Operation& op, const Observation& model,
                            const Observation& seen) {
  if (has_trait(op.verb, Trait::packet) && model.fate != seen.fate) return "fate";
  if (op.verb == Verb::send) return difference(model.journey, seen.journey);
  if (op.verb == Verb::qdisc) return "";
  if (seen.overran) return "overrun";
  // Refused as the interface permits: then nothing is told.
  if (seen.error != model.error && seen.error != Errno::nospc) return "";
  if (model.at != seen.at) return "place";
  if (model.answer == seen.answer && model.fate == seen.fate) return "";
  if (has_trait(op.verb, Trait::packet)) return "order";
  if (model.answer.revision != seen.answer.revision) return "revision";
  if (model.answer.count != seen.answer.count || model.answer.filled != seen.answer.filled)
    return "count";
  const auto differ = [&](auto Entry::*field) {
    for (std::size_t i = 0; i < model.answer.filled; ++i)
      if (model.answer.entries[i].*field != seen.answer.entries[i].*field) return true;
    return false;
  };
  return differ(&Entry::prog) ? "progs" : differ(&Entry::link) ? "links" : "flags";
}

std::string_view difference_between(const Operation& op, const Observation& one,
                                    const Observation& other) {
  if (one.harm != other.harm) return "harm";
  if (one.error != other.error) return "error";
  if (one.references >= 0 && other.references >= 0 && one.references != other.references)
    return "references";
  if (one.overran != other.overran || one.strayed != other.strayed) return "overrun";
  if (const auto answer = difference(op, one, other); !answer.empty()) return answer;
  if (one.answer != other.answer) return "answer";
  if (one.has_after != other.has_after || (one.has_after && one.after != other.after))
    return "list";
  if (one.has_devices != other.has_devices || one.has_filters != other.has_filters) return "told";
  for (std::size_t i = 0; one.has_devices && i < one.devices.size(); ++i) {
    const auto device = difference_between(one.devices[i], other.devices[i]);
    if (!device.empty()) return device;
  }
  return one.has_filters ? difference(one.filters, other.filters) : "";
}

}  // namespace mprogcheck
