// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/wire.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "impl/vm/bytes.hpp"
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
  constexpr std::uint64_t kVersion = 12;
  static const std::uint64_t operations = operations_fingerprint();
  return operations ^ (kVersion << 48 | std::uint64_t{sizeof(Header)} << 16 |
                       std::uint64_t{sizeof(Observation)});
}

// The bools of Capabilities, in their order.
template <class Capabilities_>
auto bools_of(Capabilities_& c) {
  return std::array{&c.mainline, &c.rfc2,    &c.any_capacity, &c.capacities, &c.memory,
                    &c.hazards,  &c.packets, &c.qdiscs,       &c.netkit,     &c.filters};
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
