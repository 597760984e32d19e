// SPDX-License-Identifier: GPL-2.0-only
// What goes over the channel comes out as it went in, and nothing else is taken for it.
#include "impl/vm/wire.hpp"

#include <gtest/gtest.h>

#include <random>

#include "model/words/text.hpp"
#include "model/world/testing.hpp"

namespace mprogcheck::vm {
namespace {

Trace some_trace() {
  return parse(
             "dialect mainline\ndevice d0 d1\nload p0 p1 p2:xdp\n"
             "attach p0 d0/ingress rev=18446744073709551615\nlink_create l3 p1 d1/egress before\n"
             "query d1/egress room=4 progs links\npacket d0/ingress p0=drop\nprovoke warn\n",
             "wire_test")
      .at(0);
}

TEST(Wire, ATraceArrivesAsItIs) {
  const Trace trace = some_trace();
  const Trace there = trace_from(bytes_of(trace));
  EXPECT_EQ(there.header, trace.header);
  EXPECT_EQ(there.operations, trace.operations);
}

// A dialect is a reference to a table of this program, which the agent has elsewhere.
TEST(Wire, DialectsTravelByNumber) {
  for (const Dialect dialect : kDialects) {
    Trace trace = some_trace();
    trace.header.dialect = dialect;
    const std::string bytes = bytes_of(trace);
    EXPECT_EQ(bytes.at(0), static_cast<char>(dialect->number));
    EXPECT_EQ(trace_from(bytes).header, trace.header);
    StressOptions options;
    options.header = trace.header;
    options.seed = 7, options.gentle = true;
    const StressOptions there = stress_options_from(bytes_of(options));
    EXPECT_EQ(there.header, options.header);
    EXPECT_EQ(there.seed, options.seed);
    EXPECT_TRUE(there.gentle);
    std::string unknown = bytes;
    unknown[0] = 99;
    EXPECT_THROW(trace_from(unknown), Garbled);
  }
}

TEST(Wire, ObservationsArriveAsTheyAre) {
  auto seen = predicted(some_trace());
  seen.back().harm = Harm::warned;
  std::vector<Observation> there;
  observations_from(bytes_of(seen), seen.size(), there);
  EXPECT_TRUE(there == seen);
}

TEST(Wire, DevicesAndJourneysArriveAsTheyAre) {
  auto seen = predicted(
      parse("dialect mainline\ndevice d0\nload p0 p1\ncreate d1 d2 mode=l2 mtu=900 address=a\n"
            "attach p0 d1/primary\nattach p1 d2/ingress\nset d1 state=up\nset d2 state=up\n"
            "send d1 bytes=914 mark\nremove d2\n",
            "wire_test")
          .at(0));
  ASSERT_TRUE(seen[0].devices[1].there);
  ASSERT_EQ(seen[5].journey.met, 2);
  seen[0].extack = "a word";
  std::vector<Observation> there;
  observations_from(bytes_of(seen), seen.size(), there);
  EXPECT_TRUE(there == seen);
  EXPECT_EQ(there[0].extack, "a word");
}

TEST(Wire, FiltersArriveAsTheyAre) {
  const auto seen =
      predicted(parse("dialect mainline\ndevice d0\nload p0 p1\nqdisc d0 add clsact\n"
                      "filter d0/egress add p0 chain=1 handle=3\nfilter_link l0 p1 d0/ingress\n"
                      "attach p0 d0/ingress\n",
                      "wire_test")
                    .at(0));
  ASSERT_TRUE(seen[2].has_filters);
  std::vector<Observation> there;
  observations_from(bytes_of(seen), seen.size(), there);
  EXPECT_TRUE(there == seen);
}

TEST(Wire, HelloAndProgramsArriveAsTheyAre) {
  Hello hello{.layout = layout(), .release = "7.2.13", .capabilities = {}};
  hello.capabilities.mainline = hello.capabilities.packets = true;
  hello.capabilities.foreign.set(3);
  const Hello there = hello_from(bytes_of(hello));
  EXPECT_EQ(there.release, hello.release);
  EXPECT_EQ(there.capabilities, hello.capabilities);
  const ProgramResult result = result_from(bytes_of(ProgramResult{3, std::string("a\0b", 3)}));
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, std::string("a\0b", 3));
}

TEST(Wire, MessagesAndAnswersArriveAsTheyAre) {
  const MessageBatch batch{
      .begin = true, .end = false, .buffers = {{Sender::route, std::string("a\0b", 3)}, {}}};
  EXPECT_EQ(bytes_of(batch_from(bytes_of(batch))), bytes_of(batch));
  EXPECT_EQ(batch_from(bytes_of(batch)).buffers.at(0).bytes.size(), 3U);
  MessageAnswers answers;
  answers.family = 31;
  answers.left.links_held = 2;
  answers.replies = {{{"one", "two"}, {}}, {}};
  answers.replies[0].after.lists[3] = 7;
  const MessageAnswers arrived = answers_from(bytes_of(answers), answers.replies.size());
  EXPECT_EQ(bytes_of(arrived), bytes_of(answers));
  EXPECT_EQ(arrived.replies.at(0).datagrams.at(1), "two");
  EXPECT_TRUE(arrived.replies[0].after == answers.replies[0].after);
  EXPECT_THROW(answers_from("short", 1), Garbled);
}

TEST(Wire, AnAgentOfAnotherBuildIsRefused) {
  EXPECT_THROW(
      hello_from(bytes_of(Hello{.layout = layout() + 1, .release = "", .capabilities = {}})),
      Garbled);
}

TEST(Wire, FramesComeInPiecesOfAnySize) {
  std::mt19937 random(1);
  std::string stream;
  std::vector<Frame> sent;
  for (int i = 0; i < 200; ++i) {
    sent.push_back({static_cast<Frame::Kind>(random() % 11), std::string(random() % 3000, 'x')});
    for (char& c : sent.back().payload) c = static_cast<char>(random());
    stream += framed(sent.back());
  }
  Unframer unframer;
  std::size_t arrived = 0;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t part = std::min<std::size_t>(1 + random() % 5000, stream.size() - at);
    unframer.add(std::string_view(stream).substr(at, part));
    at += part;
    while (const auto frame = unframer.next(1 << 20)) {
      ASSERT_LT(arrived, sent.size());
      EXPECT_EQ(frame->kind, sent[arrived].kind);
      EXPECT_EQ(frame->payload, sent[arrived++].payload);
    }
  }
  EXPECT_EQ(arrived, sent.size());
}

TEST(Wire, NoBitCanBeTurnedUnnoticed) {
  const std::string whole = framed({Frame::Kind::seen, "what was seen"});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string turned = whole;
    turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1 << bit % 8));
    Unframer unframer;
    unframer.add(turned);
    try {
      const auto frame = unframer.next(1 << 20);
      // A longer length waits for more; the kind is not covered, and is checked by who gets it.
      EXPECT_TRUE(!frame || frame->payload == "what was seen") << bit;
    } catch (const Garbled&) {
    }
  }
}

// Before a byte of it is kept.
TEST(Wire, AFrameLongerThanAnAnswerCanBeIsRefused) {
  Unframer unframer;
  unframer.add(framed({Frame::Kind::seen, std::string(100, 'x')}).substr(0, 20));
  EXPECT_EQ(unframer.next(100), std::nullopt);
  EXPECT_THROW(unframer.next(99), Garbled);
}

TEST(Wire, BytesThatEndTooEarlyAreRefused) {
  const std::string trace = bytes_of(some_trace());
  EXPECT_THROW(trace_from(trace.substr(0, trace.size() - 1)), Garbled);
  const std::string seen = bytes_of(predicted(some_trace()));
  std::vector<Observation> there;
  const std::size_t operations = some_trace().operations.size();
  EXPECT_THROW(observations_from(seen.substr(0, seen.size() - 1), operations, there), Garbled);
  EXPECT_THROW(observations_from(seen, operations - 1, there), Garbled);
  EXPECT_THROW(observations_from(seen, operations + 1, there), Garbled);
  EXPECT_THROW(hello_from("short"), Garbled);
}

}  // namespace
}  // namespace mprogcheck::vm
