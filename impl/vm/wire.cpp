// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/wire.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "model/words/text.hpp"

namespace mprogcheck::vm {
namespace {

constexpr std::uint32_t kMagic = 0x6d70726f;  // "orpm"
constexpr std::uint32_t kMaxLength = 256U << 20;

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

// Of an observation all but the entries of its listings, of which only those that are meant travel,
// and what only some verbs have: a journey, devices, words. In one piece: in an emulated guest each
// small one costs as much as a large one.
struct Told {
  std::uint64_t answer_revision, after_revision;
  std::int32_t references;
  Errno error;
  Fate fate;
  Harm harm;
  bool has_after, overran, strayed;
  Point at;
  std::uint8_t answer_count, answer_filled, after_count, after_filled;
  bool has_journey, has_devices, has_filters, has_words;
};

// A journey without its programs, of which only those that were met travel.
struct ToldJourney {
  std::uint32_t sent_bytes, received_bytes;
  std::uint8_t met, sent, dropped, received;
};

Told told_of(const Observation& o) {
  return {.answer_revision = o.answer.revision,
          .after_revision = o.after.revision,
          .references = o.references,
          .error = o.error,
          .fate = o.fate,
          .harm = o.harm,
          .has_after = o.has_after,
          .overran = o.overran,
          .strayed = o.strayed,
          .at = o.at,
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
  out.all(std::span<const Met>(j.progs.data(), j.met));
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
  in.all(std::span(j.progs.data(), j.met));
}

// Which are there, and these.
void write(const std::array<DeviceView, kMaxDevices>& devices, Writer& out) {
  std::uint8_t there = 0;
  for (std::size_t d = 0; d < devices.size(); ++d) there |= devices[d].there ? 1U << d : 0U;
  out << there;
  for (const DeviceView& view : devices)
    if (view.there) out << view;
}

void read(std::array<DeviceView, kMaxDevices>& devices, Reader& in) {
  std::uint8_t there = 0;
  in >> there;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    devices[d] = {};
    if ((there >> d & 1U) != 0) in >> devices[d];
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

std::optional<Frame> Unframer::next() {
  if (buffer_.size() - at_ < sizeof(Head)) return std::nullopt;
  Head head;
  std::memcpy(&head, buffer_.data() + at_, sizeof(head));
  if (head.magic != kMagic || head.kind > static_cast<std::uint32_t>(Frame::Kind::over) ||
      head.length > kMaxLength)
    throw Garbled("bytes that are no frame");
  if (buffer_.size() - at_ - sizeof(head) < head.length) return std::nullopt;
  Frame frame{static_cast<Frame::Kind>(head.kind), buffer_.substr(at_ + sizeof(head), head.length)};
  at_ += sizeof(head) + head.length;
  if (at_ == buffer_.size()) buffer_.clear(), at_ = 0;
  if (checksum_of(frame.payload) != head.checksum)
    throw Garbled("a frame whose checksum is another");
  return frame;
}

std::uint64_t layout() {
  // The version is to be counted up where anything but operations changes and keeps its size.
  constexpr std::uint64_t kVersion = 10;
  static const std::uint64_t operations = operations_fingerprint();
  return operations ^ (kVersion << 48 | std::uint64_t{sizeof(Header)} << 16 |
                       std::uint64_t{sizeof(Observation)});
}

std::string bytes_of(const Hello& hello) {
  return (Writer() << hello.layout << hello.release << hello.capabilities).done();
}

Hello hello_from(std::string_view bytes) {
  Hello hello;
  Reader in(bytes);
  in >> hello.layout;
  if (hello.layout != layout())
    throw Garbled("an agent that was built from another version of mprogcheck");
  in >> hello.release >> hello.capabilities;
  in.end();
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
    if (told.has_filters) out << o.filters;
    if (told.has_words) out << o.extack;
  }
  return out.done();
}

void observations_from(std::string_view bytes, std::vector<Observation>& seen) {
  seen.clear();
  Reader in(bytes);
  while (in.left() != 0) {
    Observation& o = seen.emplace_back();
    Told told;
    in >> told;
    o.error = told.error;
    o.fate = told.fate;
    o.harm = told.harm;
    o.has_after = told.has_after;
    o.overran = told.overran;
    o.strayed = told.strayed;
    o.at = told.at;
    o.references = told.references;
    fill(o.answer, told.answer_revision, told.answer_count, told.answer_filled, in);
    fill(o.after, told.after_revision, told.after_count, told.after_filled, in);
    o.has_devices = told.has_devices;
    o.has_filters = told.has_filters;
    if (told.has_journey) read(o.journey, in);
    if (told.has_devices) read(o.devices, in);
    if (told.has_filters) in >> o.filters;
    if (told.has_words) in >> o.extack;
  }
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

MessageAnswers answers_from(std::string_view bytes) {
  MessageAnswers answers;
  Reader in(bytes);
  in >> answers.family >> answers.prog_ids >> answers.before >> answers.left;
  while (in.left() != 0) {
    MessageReply& reply = answers.replies.emplace_back();
    std::uint32_t count = 0;
    in >> reply.after >> count;
    for (std::uint32_t i = 0; i < count; ++i) in >> reply.datagrams.emplace_back();
  }
  return answers;
}

}  // namespace mprogcheck::vm
