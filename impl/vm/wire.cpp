// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/wire.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "model/words/attributes.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::vm {
namespace {

constexpr std::uint32_t kMagic = 0x6d70726f;  // "orpm"

struct Head {
  std::uint32_t magic, kind, length, checksum;
};

std::uint32_t checksum_of(std::string_view payload) {
  return static_cast<std::uint32_t>(crc32_z(
      0, reinterpret_cast<const unsigned char*>(payload.data()), payload.size()));  // NOLINT
}

// What travels as its bytes. A Dialect refers to a table of this program: what holds one travels
// field by field.
template <class T>
concept RefersToTables =
    std::is_same_v<T, Dialect> || std::is_same_v<T, Header> || std::is_same_v<T, StressOptions>;
template <class T>
concept TravelsWhole =
    std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !RefersToTables<T>;

class Writer {
 public:
  template <class T>
  Writer& operator<<(const T& value) {
    static_assert(TravelsWhole<T>);
    const auto* from = reinterpret_cast<const char*>(&value);
    out_.append(from, sizeof(T));
    return *this;
  }
  Writer& operator<<(std::string_view text) {
    *this << static_cast<std::uint32_t>(text.size());
    out_.append(text);
    return *this;
  }
  Writer& operator<<(const std::string& text) { return *this << std::string_view(text); }
  template <class T>
  Writer& all(std::span<const T> values) {
    static_assert(TravelsWhole<T>);
    out_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return *this;
  }
  std::string done() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  template <class T>
  Reader& operator>>(T& value) {
    static_assert(TravelsWhole<T>);
    std::memcpy(&value, take(sizeof(T)), sizeof(T));
    return *this;
  }
  Reader& operator>>(std::string& text) {
    std::uint32_t length = 0;
    *this >> length;
    text.assign(take(length), length);
    return *this;
  }
  template <class T>
  Reader& all(std::span<T> values) {
    static_assert(TravelsWhole<T>);
    std::memcpy(values.data(), take(values.size_bytes()), values.size_bytes());
    return *this;
  }
  std::size_t left() const { return left_.size(); }
  void end() const {
    if (!left_.empty()) throw Garbled("a frame with more bytes than its kind has");
  }

 private:
  const char* take(std::size_t count) {
    if (count > left_.size()) throw Garbled("a frame that ends too early");
    const char* const at = left_.data();
    left_.remove_prefix(count);
    return at;
  }
  std::string_view left_;
};

void write(const Header& header, Writer& out) {
  out << header.dialect->number << header.capacity << header.devices << header.revision
      << header.loaded << header.xdp;
}

void read(Header& header, Reader& in) {
  std::uint8_t number = 0;
  in >> number >> header.capacity >> header.devices >> header.revision >> header.loaded >>
      header.xdp;
  const auto dialect = std::find_if(kDialects.begin(), kDialects.end(),
                                    [&](Dialect d) { return d->number == number; });
  if (dialect == kDialects.end()) throw Garbled("a trace of a dialect that does not exist");
  header.dialect = *dialect;
}

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

template <class T>
T checked(std::uint8_t byte, T last) {
  if (byte > static_cast<std::uint8_t>(last)) throw Garbled("a value that its type does not have");
  return static_cast<T>(byte);
}
bool truth(std::uint8_t byte) {
  return checked(byte, true);
}
void check_keys(KeySet keys) {
  if (!(keys - kAllKeys).empty()) throw Garbled("an attribute that does not exist");
}
std::uint8_t byte_of(auto value) {
  return static_cast<std::uint8_t>(value);
}

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
  if (truth(told.has_journey)) read(o.journey, in);
  if (o.has_devices) read(o.devices, in);
  if (o.has_filters) read(o.filters, in);
  if (!truth(told.has_words)) return;
  in >> o.extack;
  if (o.extack.size() > kMostWords) throw Garbled("too many words beside an error");
}

// As long as one can be.
constexpr std::size_t kMostOfOne = sizeof(Told) + 2 * kMaxListed * sizeof(Entry) +
                                   sizeof(ToldJourney) + kMaxMet * sizeof(ToldMet) + 1 +
                                   kMaxDevices * sizeof(ToldDevice) +
                                   kMaxFilters * sizeof(ToldFilter) + 4 + kMostWords;

}  // namespace

std::string framed(const Frame& frame) {
  const Head head{.magic = kMagic,
                  .kind = static_cast<std::uint32_t>(frame.kind),
                  .length = static_cast<std::uint32_t>(frame.payload.size()),
                  .checksum = checksum_of(frame.payload)};
  std::string out(sizeof(head), '\0');
  std::memcpy(out.data(), &head, sizeof(head));
  return out += frame.payload;
}

std::optional<Frame> Unframer::next(std::size_t most) {
  // What was taken is let go of once it is more than the rest: no byte is moved twice.
  if (at_ > buffer_.size() / 2) buffer_.erase(0, std::exchange(at_, 0));
  if (buffer_.size() - at_ < sizeof(Head)) return std::nullopt;
  Head head;
  std::memcpy(&head, buffer_.data() + at_, sizeof(head));
  if (head.magic != kMagic || head.kind > static_cast<std::uint32_t>(Frame::Kind::over) ||
      head.length > most)
    throw Garbled("bytes that are no frame, or one longer than any answer to this");
  if (buffer_.size() - at_ - sizeof(head) < head.length) return std::nullopt;
  Frame frame{static_cast<Frame::Kind>(head.kind), buffer_.substr(at_ + sizeof(head), head.length)};
  at_ += sizeof(head) + head.length;
  if (checksum_of(frame.payload) != head.checksum)
    throw Garbled("a frame whose checksum is another");
  return frame;
}

std::uint64_t layout() {
  // The version is to be counted up where anything but operations changes and keeps its size.
  constexpr std::uint64_t kVersion = 11;
  static const std::uint64_t operations = operations_fingerprint();
  return operations ^ (kVersion << 48 | std::uint64_t{sizeof(Header)} << 16 |
                       std::uint64_t{sizeof(Observation)});
}

// The bools of Capabilities, in their order.
template <class Capabilities_>
auto bools_of(Capabilities_& c) {
  return std::array{&c.mainline, &c.rfc2,   &c.any_capacity, &c.memory, &c.hazards,
                    &c.packets,  &c.qdiscs, &c.netkit,       &c.filters};
}

std::string bytes_of(const Hello& hello) {
  Writer out;
  out << hello.layout << hello.release;
  for (const bool* const can : bools_of(hello.capabilities)) out << byte_of(*can);
  return (out << hello.capabilities.foreign << hello.capabilities.attributes
              << hello.capabilities.devices)
      .done();
}

Hello hello_from(std::string_view bytes) {
  Hello hello;
  Reader in(bytes);
  in >> hello.layout;
  if (hello.layout != layout())
    throw Garbled("an agent that was built from another version of mprogcheck");
  in >> hello.release;
  for (bool* const can : bools_of(hello.capabilities)) {
    std::uint8_t byte = 0;
    in >> byte;
    *can = truth(byte);
  }
  std::uint64_t foreign = 0;
  static_assert(sizeof(foreign) == sizeof(hello.capabilities.foreign));
  in >> foreign >> hello.capabilities.attributes >> hello.capabilities.devices;
  in.end();
  if (foreign >> kForeigns != 0) throw Garbled("a foreign type that does not exist");
  hello.capabilities.foreign = foreign;
  if (hello.capabilities.devices > kMaxDevices) throw Garbled("more devices than a trace can have");
  check_keys(hello.capabilities.attributes);
  return hello;
}

std::string bytes_of(const Trace& trace) {
  Writer out;
  write(trace.header, out);
  return out.all(std::span<const Operation>(trace.operations)).done();
}

Trace trace_from(std::string_view bytes) {
  Trace trace;
  Reader in(bytes);
  read(trace.header, in);
  trace.operations.resize((in.left() + sizeof(Operation) - 1) / sizeof(Operation));
  in.all(std::span(trace.operations));
  return trace;
}

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
  seen.clear();
  Reader in(bytes);
  for (std::size_t i = 0; i < operations; ++i) read(seen.emplace_back(), in);
  in.end();
}

std::string bytes_of(const ProgramResult& result) {
  return (Writer() << result.status << result.output).done();
}

ProgramResult result_from(std::string_view bytes) {
  ProgramResult result;
  Reader in(bytes);
  in >> result.status >> result.output;
  in.end();
  return result;
}

std::string bytes_of(const StressOptions& options) {
  Writer out;
  write(options.header, out);
  return (out << options.seed << options.processes << options.calls << options.module
              << options.gentle)
      .done();
}

StressOptions stress_options_from(std::string_view bytes) {
  StressOptions options;
  Reader in(bytes);
  read(options.header, in);
  in >> options.seed >> options.processes >> options.calls >> options.module >> options.gentle;
  in.end();
  return options;
}

std::string bytes_of(const StressRound& round) {
  return (Writer() << round.figures << round.history).done();
}

StressRound stress_round_from(std::string_view bytes) {
  StressRound round;
  Reader in(bytes);
  in >> round.figures >> round.history;
  in.end();
  return round;
}

std::string bytes_of(const MessageBatch& batch) {
  Writer out;
  out << batch.begin << batch.end;
  for (const MessageBuffer& buffer : batch.buffers) out << buffer.sender << buffer.bytes;
  return out.done();
}

MessageBatch batch_from(std::string_view bytes) {
  MessageBatch batch;
  Reader in(bytes);
  in >> batch.begin >> batch.end;
  while (in.left() != 0) {
    MessageBuffer& buffer = batch.buffers.emplace_back();
    in >> buffer.sender >> buffer.bytes;
  }
  return batch;
}

std::string bytes_of(const MessageAnswers& answers) {
  Writer out;
  out << answers.family << answers.prog_ids << answers.before << answers.left;
  for (const MessageReply& reply : answers.replies) {
    out << reply.after << static_cast<std::uint32_t>(reply.datagrams.size());
    for (const std::string& datagram : reply.datagrams) out << datagram;
  }
  return out.done();
}

MessageAnswers answers_from(std::string_view bytes, std::size_t buffers) {
  MessageAnswers answers;
  Reader in(bytes);
  in >> answers.family >> answers.prog_ids >> answers.before >> answers.left;
  while (in.left() != 0) {
    if (answers.replies.size() == buffers) throw Garbled("more replies than buffers");
    MessageReply& reply = answers.replies.emplace_back();
    std::uint32_t count = 0;
    in >> reply.after >> count;
    for (std::uint32_t i = 0; i < count; ++i) in >> reply.datagrams.emplace_back();
  }
  return answers;
}

}  // namespace mprogcheck::vm
