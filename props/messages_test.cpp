// SPDX-License-Identifier: GPL-2.0-only
// Campaigns of messages to something that answers as it is told to: what is wrong with an answer is
// found, with the message that it was the answer to, and what is right is not.
#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cstring>

#include "props/messages/campaign.hpp"
#include "props/messages/draft.hpp"
#include "props/messages/generator.hpp"

namespace mprogcheck {
namespace {

// Refuses everything, in these words; the 10th message of a round is the odd one.
struct Fake {
  int error = EINVAL;
  std::string words = "no";
  std::int32_t sign = -1;
  bool cut = false;      // the last byte of what answers the odd one
  bool changes = false;  // so does the odd one
  bool keeps = false;    // and it leaves something behind
  bool harms = false;    // and it brings harm
  int losses = 0;        // so often the target is lost
  std::uint64_t at = 0;

  std::string answer() const {
    Draft d;
    d.type = NLMSG_ERROR;
    d.flags = NLM_F_ACK_TLVS;
    nlmsgerr error_body{};
    error_body.error = sign * error;
    d.head.assign(reinterpret_cast<const char*>(&error_body), sizeof(error_body));
    if (!words.empty()) d.put(NLMSGERR_ATTR_MSG, std::string_view(words.c_str(), words.size() + 1));
    return bytes_of(d);
  }
  Exchanged operator()(const MessageBatch& batch) {
    if (batch.begin) at = 0;
    if (batch.begin && losses > 0) return --losses, Exchanged{};
    Exchanged out;
    out.answers.emplace();
    for (const MessageBuffer& buffer : batch.buffers) {
      const bool odd = ++at == 10;
      if (odd && harms) return {.answers = {}, .harm = Harm::died};
      MessageReply& reply = out.answers->replies.emplace_back();
      for (std::size_t i = 0; i < messages_in(buffer.bytes); ++i)
        reply.datagrams.push_back(answer());
      if (odd && cut && !reply.datagrams.empty()) reply.datagrams[0].pop_back();
      reply.after.links_held = changes && at >= 10 ? 1 : 0;
    }
    if (batch.end && keeps) out.answers->left.progs_held = 1;
    return out;
  }
};

MessageCampaignResult run(Fake fake, std::uint64_t count = kMessagesInRound) {
  MessageCampaignOptions options;
  options.seed = 1;
  options.count = count;
  options.exchange = [&](const MessageBatch& batch) { return fake(batch); };
  return run_message_campaign(options);
}

const MessageFinding& only_finding(const MessageCampaignResult& r, std::string_view what) {
  EXPECT_EQ(r.findings.size(), 1U);
  EXPECT_NE(r.findings.begin()->first.find(what), std::string::npos) << r.findings.begin()->first;
  return r.findings.begin()->second;
}

TEST(Messages, AreRefusedWithWordsAndChangeNothing) {
  const auto r = run({});
  EXPECT_TRUE(r.findings.empty()) << r.findings.begin()->first;
  EXPECT_EQ(r.buffers, kMessagesInRound);
  EXPECT_EQ(r.accepted, 0U);
  EXPECT_EQ(r.refused.at(Errno::inval), r.messages);
}

TEST(Messages, ThatAreRefusedAndChangeSomethingAreFound) {
  const auto r = run({.changes = true});
  const MessageFinding& f = only_finding(r, "changed all the same");
  EXPECT_EQ(f.index, 9U);
  EXPECT_EQ(f.details, "references to links 0 -> 1");
}

TEST(Messages, ThatAreAnsweredWrongAreFound) {
  only_finding(run({.words = ""}), "no words");
  only_finding(run({.error = ENOTTY}), "not documented");
  only_finding(run({.sign = 1}), "no errno");
  EXPECT_EQ(only_finding(run({.cut = true}), "length").index, 9U);
}

TEST(Messages, ThatLeaveReferencesAreFoundAtTheEndOfTheirRound) {
  EXPECT_EQ(only_finding(run({.keeps = true}, 2 * kMessagesInRound), "references are left").seen,
            2U);
}

TEST(Messages, ThatDoHarmAreFoundOneByOne) {
  EXPECT_EQ(only_finding(run({.harms = true}), "harm").index, 9U);
}

TEST(Messages, ToATargetThatIsLostAreSentAgain) {
  EXPECT_TRUE(run({.losses = 2}).findings.empty());
  EXPECT_THROW(run({.losses = 9}), CannotRun);
}

TEST(Messages, EndWhereTheyAreToldTo) {
  std::atomic<bool> stop{false};
  MessageCampaignOptions options;
  options.count = 2 * kMessagesInRound;
  options.exchange = [fake = Fake{}](const MessageBatch& batch) mutable { return fake(batch); };
  options.progress = [&](std::uint64_t done) { stop = done >= 100; };
  options.stop = &stop;
  const auto r = run_message_campaign(options);
  EXPECT_TRUE(r.stopped);
  EXPECT_GT(r.buffers, 0U);
  EXPECT_LT(r.buffers, kMessagesInRound);
}

TEST(Messages, OfARoundAreTheSameWithoutTheRoundsBeforeIt) {
  std::vector<std::string> all, later;
  for (const std::uint64_t first : {std::uint64_t{0}, kMessagesInRound}) {
    MessageCampaignOptions options;
    options.seed = 7;
    options.first = first;
    options.count = 2 * kMessagesInRound - first;
    Fake fake;
    options.exchange = [&](const MessageBatch& batch) {
      for (const MessageBuffer& b : batch.buffers) (first == 0 ? all : later).push_back(b.bytes);
      return fake(batch);
    };
    run_message_campaign(options);
  }
  ASSERT_EQ(later.size(), kMessagesInRound);
  EXPECT_TRUE(std::equal(later.begin(), later.end(), all.begin() + kMessagesInRound));
}

TEST(Messages, AreDumpedSoThatTheyCanBeRead) {
  EXPECT_EQ(hex_dump(std::string_view("\x01mprog-check-17!\xff", 17)),
            "0000  01 6d 70 72 6f 67 2d 63 68 65 63 6b 2d 31 37 21  .mprog-check-17!\n"
            "0010  ff                                               .\n");
}

}  // namespace
}  // namespace mprogcheck
