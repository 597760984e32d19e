// SPDX-License-Identifier: GPL-2.0-only
#include "model/judge/difference.hpp"

#include "model/words/forms.hpp"

namespace mprogcheck {
namespace {

// Compared first, in this order, whatever kind the device is of.
struct DeviceField {
  std::string_view word;
  ShownIn in;
};
constexpr DeviceField kPlainFields[] = {
    {"ns", &DeviceView::space},  {"name", &DeviceView::name},
    {"link", &DeviceView::link}, {"primary", &DeviceView::primary},
    {"state", &DeviceView::up},  {"carrier", &DeviceView::carrier},
    {"arp", &DeviceView::arp},   {"address", &DeviceView::address},
    {"mtu", &DeviceView::mtu},
};

// Of what a kernel need not show, only what both devices show counts.
std::string_view difference_between(DeviceView one, DeviceView other) {
  const KeySet both = one.shown & other.shown & kYounger;
  one.shown = (one.shown - kYounger) | both;
  other.shown = (other.shown - kYounger) | both;
  const auto there = difference(one, other);
  return there.empty() ? difference(other, one) : there;
}

}  // namespace

std::string_view difference(const DeviceView& model, const DeviceView& seen) {
  if (model == seen) return "";
  if (model.there != seen.there) return seen.there ? "there" : "gone";
  if (!model.there) return "";
  if (!(model.shown - seen.shown - kYounger).empty() || !(seen.shown - model.shown).empty())
    return "told";
  for (const DeviceField& field : kPlainFields)
    if (field.in.get(model) != field.in.get(seen)) return field.word;
  for (const Key key : model.shown& seen.shown)
    if (row(key).shown_in.get(model) != row(key).shown_in.get(seen)) return row(key).word;
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

std::string_view difference_between(const Operation& op, const Observation* one,
                                    const Observation* other) {
  if (!one || !other) return one == other ? "" : "reached";
  return difference_between(op, *one, *other);
}

std::size_t first_difference(const Trace& trace, Observations one, Observations other) {
  std::size_t step = 0;
  while (step < trace.operations.size() &&
         difference_between(trace.operations[step], one.at(step), other.at(step)).empty())
    ++step;
  return step;
}

}  // namespace mprogcheck
