// SPDX-License-Identifier: GPL-2.0-only
// Campaigns of messages to something that answers as it is told to: what is wrong with an answer is
// found, with the message that it was the answer to, and what is right is not.
#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cstring>
#include <functional>

#include "impl/module/netlink.h"
#include "props/messages/bytes.hpp"
#include "props/messages/campaign.hpp"
#include "props/messages/draft.hpp"
#include "props/messages/due.hpp"
#include "props/messages/generator.hpp"

namespace mprogcheck {
namespace {

constexpr std::uint16_t kFamily = 31;

// Refuses everything: what is due, and otherwise in these words; the 10th message of a round is the
// odd one.
struct Fake {
  int error = EINVAL;
  std::string words = "no";
  std::int32_t sign = -1;
  bool cut = false;      // the last byte of what answers the odd one
  bool changes = false;  // so does the odd one
  bool keeps = false;    // and it leaves something behind
  bool harms = false;    // and it brings harm
  int losses = 0;        // so often the target is lost
  bool silent = false;   // to the odd one
  bool twice = false;    // answers the odd one
  bool strange = false;  // the number that the odd one is answered with
  // What is answered otherwise than is due.
  std::function<void(Due&)> mistakes = [](Due&) {};
  std::uint64_t at = 0;

  std::string answer(Sender sender, std::string_view message) const {
    std::optional<Due> is_due = due(sender, message, kFamily);
    if (is_due) mistakes(*is_due);
    Draft d;
    d.type = NLMSG_ERROR;
    d.sequence = head_of(message).nlmsg_seq + (strange && at == 10 ? 1000 : 0);
    d.flags = NLM_F_ACK_TLVS;
    nlmsgerr error_body{};
    error_body.error = sign * (is_due ? static_cast<int>(is_due->error) : error);
    d.head.assign(reinterpret_cast<const char*>(&error_body), sizeof(error_body));
    if (is_due && is_due->offset) d.put(NLMSGERR_ATTR_OFFS, *is_due->offset);
    if (is_due && is_due->missing) d.put(NLMSGERR_ATTR_MISS_TYPE, *is_due->missing);
    if (!words.empty()) d.put(NLMSGERR_ATTR_MSG, std::string_view(words.c_str(), words.size() + 1));
    return bytes_of(d);
  }
  Exchanged operator()(const MessageBatch& batch) {
    if (batch.begin) at = 0;
    if (batch.begin && losses > 0) return --losses, Exchanged{};
    Exchanged out;
    out.answers.emplace();
    out.answers->family = kFamily;
    for (const MessageBuffer& buffer : batch.buffers) {
      const bool odd = ++at == 10;
      if (odd && harms) return {.answers = {}, .harm = Harm::died};
      MessageReply& reply = out.answers->replies.emplace_back();
      if (odd && silent) continue;
      for (const std::string_view message : messages_in(buffer.bytes))
        for (int times = odd && twice ? 2 : 1; times > 0; --times)
          reply.datagrams.push_back(answer(buffer.sender, message));
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
  std::uint64_t refused = 0;
  for (const Errno error : {Errno::inval, Errno::perm, Errno::range})
    if (const auto found = r.refused.find(error); found != r.refused.end())
      refused += found->second;
  EXPECT_EQ(refused, r.messages);
}

TEST(Messages, ThatAreRefusedAndChangeSomethingAreFound) {
  const auto r = run({.changes = true});
  const MessageFinding& f = only_finding(r, "changed all the same");
  EXPECT_EQ(f.index, 9U);
  EXPECT_EQ(f.details, "references to links 0 -> 1");
}

TEST(Messages, ThatAreAnsweredWrongAreFound) {
  for (const auto& [what, f] : run({.words = ""}).findings)
    EXPECT_NE(what.find("and no words"), std::string::npos) << what;
  EXPECT_TRUE(run({.words = ""}).findings.contains("refused with EINVAL and no words"));
  only_finding(run({.error = ENOTTY}), "not documented");
  only_finding(run({.sign = 1}), "no errno");
  EXPECT_EQ(only_finding(run({.cut = true}), "length").index, 9U);
}

TEST(Messages, ThatAreNotAnsweredOneByOneAreFound) {
  EXPECT_EQ(only_finding(run({.silent = true}), "does not answer").index, 9U);
  EXPECT_EQ(only_finding(run({.twice = true}), "twice").index, 9U);
  EXPECT_EQ(only_finding(run({.strange = true}), "was not sent").index, 9U);
}

// Each mistake that can be told from the message is drawn, and what is answered it is looked at.
TEST(Messages, OfAWrongShapeAreAnsweredAsIsDueOrFound) {
  const std::string_view mistakes[] = {
      "an attribute that is unknown",    "an attribute of another command",
      "an attribute of another length",  "a number marked as nested",
      "a number out of range",           "a bit that is reserved",
      "bytes behind the last attribute", "an attribute that is there twice",
      "an attribute that is missing",    "a lack of privilege"};
  for (const std::string_view mistake : mistakes) {
    const auto found = [&](auto&& change) {
      Fake fake;
      fake.mistakes = [&](Due& due) {
        if (due.mistake == mistake) change(due);
      };
      const auto r = run(fake, 3 * kMessagesInRound);
      EXPECT_EQ(r.findings.size(), 1U) << mistake;
      return r.findings.empty() ? "" : r.findings.begin()->first;
    };
    const std::string name(mistake);
    EXPECT_EQ(found([](Due& d) { d.error = Errno::busy; }).find(name + " is answered with EBUSY"),
              0U);
    EXPECT_EQ(found([](Due& d) { d.offset = NLMSG_HDRLEN; }),
              "of " + name + " it is told that another is to blame, or none");
    EXPECT_EQ(found([](Due& d) { d.missing = d.missing ? *d.missing + 1 : 1; }),
              "of " + name + " it is told that another is to blame, or none");
  }
}

TEST(Messages, HaveTheRefusalThatIsDue) {
  const auto of = [](const Draft& d) { return due(d.sender, bytes_of(d), kFamily); };
  const auto attach = [] {
    return request(kFamily, MPROGCHECK_CMD_ATTACH)
        .put(MPROGCHECK_A_IFINDEX, 100U)
        .put(MPROGCHECK_A_ATTACH_TYPE, 46U)
        .put(MPROGCHECK_A_PROG_FD, 100U);
  };
  EXPECT_FALSE(of(attach()));
  const auto blamed = [&](const Draft& d) { return of(d).value_or(Due{}).offset.value_or(0); };
  const auto lacking = [&](const Draft& d) { return of(d).value_or(Due{}).missing.value_or(0); };
  EXPECT_EQ(blamed(attach().put(MPROGCHECK_A_IFINDEX, 100U)), attach().offset_of(3));
  EXPECT_EQ(blamed(attach().put(MPROGCHECK_A_ROOM, 1U)), attach().offset_of(3));
  EXPECT_EQ(blamed(attach().put(MPROGCHECK_A_EXPECTED_REVISION, 1U)), attach().offset_of(3));
  EXPECT_EQ(blamed(attach().put(MPROGCHECK_A_MAX + 1, 1U)), attach().offset_of(3));
  // The shape of all counts before one that is there twice, and that before one that is missing.
  Draft several = attach().put(MPROGCHECK_A_IFINDEX, 100U).put(MPROGCHECK_A_DIALECT, 2U);
  EXPECT_EQ(blamed(several), several.offset_of(4));
  EXPECT_EQ(of(several)->error, Errno::range);
  Draft lacks = attach();
  lacks.attributes.pop_back();
  EXPECT_EQ(lacking(lacks), std::uint32_t{MPROGCHECK_A_PROG_FD});
  EXPECT_EQ(blamed(lacks.put(MPROGCHECK_A_IFINDEX, 100U)), lacks.offset_of(2));
  // What the heads are wrong in is not said here, nor what another family would answer.
  Draft reserved = several, other = several, strange = several;
  reserved.head[3] = 1;
  other.type = kFamily + 1;
  strange.flags |= NLM_F_DUMP;
  EXPECT_FALSE(of(reserved) || of(other) || of(strange));
}

TEST(Messages, OfNobodyAreRefusedWhereOfEverybodyPrivilegeIsAsked) {
  const auto error = [](Draft d, Sender sender) {
    d.sender = sender;
    const auto told = due(sender, bytes_of(d), kFamily);
    return told ? told->error : Errno::ok;
  };
  const Draft references = request(kFamily, MPROGCHECK_CMD_REFERENCES);
  EXPECT_EQ(error(references, Sender::generic), Errno::ok);
  EXPECT_EQ(error(references, Sender::generic_unprivileged), Errno::perm);
  EXPECT_EQ(error(request(kFamily, MPROGCHECK_CMD_LINK_INFO).put(MPROGCHECK_A_LINK_FD, 120U),
                  Sender::generic_unprivileged),
            Errno::ok);
  EXPECT_EQ(error(qdisc_at(100), Sender::route), Errno::ok);
  EXPECT_EQ(error(qdisc_at(100), Sender::route_unprivileged), Errno::perm);
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

TEST(Messages, ThatWereFoundAreToldWhereTheTargetFailsLater) {
  MessageCampaignOptions options;
  options.count = 2 * kMessagesInRound;
  int rounds = 0;
  options.exchange = [&, fake = Fake{.changes = true}](const MessageBatch& batch) mutable {
    rounds += batch.begin ? 1 : 0;
    if (rounds > 1) throw CannotRun("gone");
    return fake(batch);
  };
  std::vector<std::string> told;
  options.found = [&](const MessageFinding& f) { told.push_back(f.what); };
  const auto r = run_message_campaign(options);
  EXPECT_EQ(r.broke_off, "gone");
  EXPECT_EQ(told, std::vector<std::string>{r.findings.begin()->first});  // once, at once
  only_finding(r, "changed all the same");
  rounds = 1;
  EXPECT_THROW(run_message_campaign(options), CannotRun);
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

// By any compiler, and so the number here changes only where the generator does.
TEST(Messages, AreTheSameForTheSameSeed) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  MessageCampaignOptions options;
  options.seed = 1;
  options.count = 5 * kMessagesInRound;
  options.exchange = [&, fake = Fake{}](const MessageBatch& batch) mutable {
    for (const MessageBuffer& b : batch.buffers)
      for (const char c : b.bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return fake(batch);
  };
  run_message_campaign(options);
  EXPECT_EQ(sum, 18053861236145922280U);
}

TEST(Messages, AreDumpedSoThatTheyCanBeRead) {
  EXPECT_EQ(hex_dump(std::string_view("\x01mprog-check-17!\xff", 17)),
            "0000  01 6d 70 72 6f 67 2d 63 68 65 63 6b 2d 31 37 21  .mprog-check-17!\n"
            "0010  ff                                               .\n");
}

}  // namespace
}  // namespace mprogcheck
