// SPDX-License-Identifier: GPL-2.0-only
// Observations as bytes.
#include <span>
#include <string>

#include "impl/vm/bytes.hpp"
#include "impl/vm/wire.hpp"
#include "model/words/plain_text.hpp"

namespace mprogcheck::vm {
namespace {

// What a guest says is checked here and nowhere behind: it may be a kernel that was patched by a
// stranger. Numbers may be any, as whoever names or prints one has to cope with that; bools,
// enumerators and counts may not.
//
// Of an observation all but the entries of its listings, of which only those that are meant travel,
// and what only some verbs have: a journey, devices, words. In one piece: in an emulated guest each
// small one costs as much as a large one. Bools and enumerations are bytes until they are checked.
struct Told {
  std::uint64_t answer_revision, after_revision;
  std::int32_t references;
  std::int16_t error;
  std::uint8_t fate, harm, has_after, overran, strayed;
  std::uint8_t at_device, at_hook;
  std::uint8_t answer_count, answer_filled, after_count, after_filled;
  std::uint8_t has_journey, has_devices, has_filters, has_words;
};

// A journey without its programs, of which only those that were met travel.
struct ToldJourney {
  std::uint32_t sent_bytes, received_bytes;
  std::uint8_t met, sent, dropped, received;
};
struct ToldMet {
  std::uint8_t prog, on, mark, priority;
};
struct ToldDevice {
  KeySet shown;
  std::uint32_t mtu;
  std::uint16_t headroom, tailroom;
  std::uint8_t space, name, link, up, carrier, arp, address, primary;
  std::uint8_t mode, policy, peer_policy, scrub, peer_scrub, pairing;
};
struct ToldFilter {
  std::uint8_t there, prog, link;
};

// What netlink says beside an error is a sentence.
constexpr std::uint32_t kMostWords = 512;

Told told_of(const Observation& o) {
  return {.answer_revision = o.answer.revision,
          .after_revision = o.after.revision,
          .references = o.references,
          .error = static_cast<std::int16_t>(o.error),
          .fate = byte_of(o.fate),
          .harm = byte_of(o.harm),
          .has_after = o.has_after,
          .overran = o.overran,
          .strayed = o.strayed,
          .at_device = o.at.device,
          .at_hook = byte_of(o.at.hook),
          .answer_count = o.answer.count,
          .answer_filled = o.answer.filled,
          .after_count = o.after.count,
          .after_filled = o.after.filled,
          .has_journey = !(o.journey == Journey{}),
          .has_devices = o.has_devices,
          .has_filters = o.has_filters,
          .has_words = !o.extack.empty()};
}

void write(const Journey& j, Writer& out) {
  out << ToldJourney{.sent_bytes = j.sent_bytes,
                     .received_bytes = j.received_bytes,
                     .met = j.met,
                     .sent = j.sent,
                     .dropped = j.dropped,
                     .received = j.received};
  for (const Met& m : std::span(j.progs.data(), j.met))
    out << ToldMet{.prog = m.prog.raw, .on = m.on, .mark = m.mark, .priority = m.priority};
}

void read(Journey& j, Reader& in) {
  ToldJourney told;
  in >> told;
  j.sent_bytes = told.sent_bytes;
  j.received_bytes = told.received_bytes;
  j.met = told.met;
  j.sent = told.sent;
  j.dropped = told.dropped;
  j.received = told.received;
  if (j.met > j.progs.size()) throw Garbled("a packet that met too many programs");
  for (Met& m : std::span(j.progs.data(), j.met)) {
    ToldMet met;
    in >> met;
    m = {
        .prog = {met.prog}, .on = met.on, .mark = truth(met.mark), .priority = truth(met.priority)};
  }
}

// Which are there, and these.
void write(const std::array<DeviceView, kMaxDevices>& devices, Writer& out) {
  std::uint8_t there = 0;
  for (std::size_t d = 0; d < devices.size(); ++d) there |= devices[d].there ? 1U << d : 0U;
  out << there;
  for (const DeviceView& d : devices)
    if (d.there)
      out << ToldDevice{.shown = d.shown,
                        .mtu = d.mtu,
                        .headroom = d.headroom,
                        .tailroom = d.tailroom,
                        .space = d.space,
                        .name = d.name,
                        .link = d.link,
                        .up = d.up,
                        .carrier = d.carrier,
                        .arp = d.arp,
                        .address = byte_of(d.address),
                        .primary = d.primary,
                        .mode = d.mode,
                        .policy = d.policy,
                        .peer_policy = d.peer_policy,
                        .scrub = d.scrub,
                        .peer_scrub = d.peer_scrub,
                        .pairing = d.pairing};
}

void read(DeviceView& d, Reader& in) {
  ToldDevice told;
  in >> told;
  check_keys(told.shown);
  d = {.there = true,
       .space = told.space,
       .name = told.name,
       .link = told.link,
       .up = truth(told.up),
       .carrier = truth(told.carrier),
       .arp = truth(told.arp),
       .address = checked(told.address, Address::random),
       .mtu = told.mtu,
       .shown = told.shown,
       .primary = truth(told.primary),
       .mode = told.mode,
       .policy = told.policy,
       .peer_policy = told.peer_policy,
       .scrub = told.scrub,
       .peer_scrub = told.peer_scrub,
       .pairing = told.pairing,
       .headroom = told.headroom,
       .tailroom = told.tailroom};
}

void read(std::array<DeviceView, kMaxDevices>& devices, Reader& in) {
  std::uint8_t there = 0;
  in >> there;
  if (there >> kMaxDevices != 0) throw Garbled("a device that does not exist");
  for (std::size_t d = 0; d < devices.size(); ++d) {
    devices[d] = {};
    if ((there >> d & 1U) != 0) read(devices[d], in);
  }
}

void write(const Filters& filters, Writer& out) {
  for (const Filter& f : filters)
    out << ToldFilter{.there = f.there, .prog = f.prog.raw, .link = f.link.raw};
}

void read(Filters& filters, Reader& in) {
  for (Filter& f : filters) {
    ToldFilter told;
    in >> told;
    f = {.there = truth(told.there), .prog = {told.prog}, .link = {told.link}};
  }
}

std::span<const Entry> meant(const Listing& list) {
  return {list.entries.data(), list.filled};
}

void fill(Listing& list, std::uint64_t revision, std::uint8_t count, std::uint8_t filled,
          Reader& in) {
  list.revision = revision;
  list.count = count;
  list.filled = filled;
  if (filled > list.entries.size()) throw Garbled("a list with too many entries");
  in.all(std::span(list.entries.data(), filled));
}

void read(Observation& o, Reader& in) {
  Told told;
  in >> told;
  if (told.error < 0) throw Garbled("an error below 0");
  o.error = static_cast<Errno>(told.error);
  o.fate = checked(told.fate, Fate::damaged);
  o.harm = checked(told.harm, Harm::silent);
  o.has_after = truth(told.has_after);
  o.overran = truth(told.overran);
  o.strayed = truth(told.strayed);
  o.at = {told.at_device, checked(told.at_hook, Hook::bogus)};
  o.references = told.references;
  fill(o.answer, told.answer_revision, told.answer_count, told.answer_filled, in);
  fill(o.after, told.after_revision, told.after_count, told.after_filled, in);
  o.has_devices = truth(told.has_devices);
  o.has_filters = truth(told.has_filters);
  o.journey.start();
  o.extack.clear();
  if (truth(told.has_journey)) read(o.journey, in);
  if (o.has_devices) read(o.devices, in);
  if (o.has_filters) read(o.filters, in);
  if (!truth(told.has_words)) return;
  in >> o.extack;
  if (o.extack.size() > kMostWords) throw Garbled("too many words beside an error");
  o.extack = plain_text(o.extack);
}

// As long as one can be.
constexpr std::size_t kMostOfOne = sizeof(Told) + 2 * kMaxListed * sizeof(Entry) +
                                   sizeof(ToldJourney) + kMaxMet * sizeof(ToldMet) + 1 +
                                   kMaxDevices * sizeof(ToldDevice) +
                                   kMaxFilters * sizeof(ToldFilter) + 4 + kMostWords;

}  // namespace

std::string bytes_of(std::span<const Observation> seen) {
  Writer out;
  for (const Observation& o : seen) {
    const Told told = told_of(o);
    (out << told).all(meant(o.answer)).all(meant(o.after));
    if (told.has_journey) write(o.journey, out);
    if (told.has_devices) write(o.devices, out);
    if (told.has_filters) write(o.filters, out);
    if (told.has_words) out << std::string_view(o.extack).substr(0, kMostWords);
  }
  return out.done();
}

std::size_t most_bytes_of_observations(std::size_t operations) {
  return operations * kMostOfOne;
}

void observations_from(std::string_view bytes, std::size_t operations,
                       std::vector<Observation>& seen) {
  // More than all of them cannot be, however many are asked for: `operations` is ours.
  seen.resize(operations);
  Reader in(bytes);
  for (Observation& o : seen) read(o, in);
  in.end();
}

}  // namespace mprogcheck::vm
