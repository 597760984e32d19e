// SPDX-License-Identifier: GPL-2.0-only
#include "props/messages/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "props/messages/bytes.hpp"
#include "props/messages/generator.hpp"

namespace mprogcheck {
namespace {

constexpr std::size_t kBatch = 50;
// A target that is lost so often in the same round is not lost by chance.
constexpr int kMostLost = 5;

class Campaign {
 public:
  explicit Campaign(const MessageCampaignOptions& options) : o_(options) {}

  MessageCampaignResult run() {
    const std::uint64_t end = o_.first + o_.count;
    try {
      for (std::uint64_t at = o_.first - o_.first % kMessagesInRound; at < end && !stop();
           at += kMessagesInRound)
        whole_round(at, std::min(end - at, kMessagesInRound));
      result_.stopped = stop();
    } catch (const CannotRun& e) {
      // Findings from before the failure are reported all the same.
      if (result_.findings.empty()) throw;
      result_.broke_off = e.what();
    }
    return std::move(result_);
  }

 private:
  struct Lost {};

  void whole_round(std::uint64_t at, std::uint64_t count) {
    if (round(at, count, kBatch)) return;
    // The kernel came to harm. Sent one at a time, the buffers show which of them does it, or the
    // harm belongs to the round as a whole.
    const LastWords words = o_.last_words();
    if (round(at, count, 1)) note({"harm that was not seen again", words.console, at, {}});
  }

  bool stop() const { return o_.stop != nullptr && *o_.stop; }

  // Whether the round ended without harm. When buffers are sent one at a time, harm is a finding.
  bool round(std::uint64_t first, std::uint64_t count, std::size_t batch) {
    for (int tries = 1;; ++tries) {
      const MessageCampaignResult before = result_;
      try {
        return run_round(first, count, batch);
      } catch (const Lost&) {
        result_ = before;
        if (tries == kMostLost)
          throw CannotRun(fmt::format("the target was lost {} times in the same round", tries));
      }
    }
  }

  bool run_round(std::uint64_t first, std::uint64_t count, std::size_t batch) {
    Random random(Random(o_.seed + first).next());
    const auto begun = exchange({.begin = true, .end = false, .buffers = {}});
    if (!begun) return harmed(first, {}, batch);
    family_ = begun->family;
    const Numbers numbers{begun->family, begun->prog_ids};
    MessageGenerator<Random> generator(random, numbers);
    const MessageCampaignResult before = result_;
    Holdings held = begun->before;
    for (std::uint64_t at = 0; at < count && !stop(); at += batch) {
      o_.progress(first + at - std::min(o_.first, first));
      MessageBatch sent;
      for (std::uint64_t i = at; i < std::min<std::uint64_t>(count, at + batch); ++i)
        sent.buffers.push_back(generator.next());
      const auto answers = exchange(sent);
      if (!answers) {
        if (batch > 1) result_ = before;
        return harmed(first + at, sent.buffers[0], batch);
      }
      for (std::size_t i = 0; i < sent.buffers.size(); ++i) {
        judge(first + at + i, sent.buffers[i], answers->replies.at(i), held);
        held = answers->replies[i].after;
      }
    }
    return end_round(first);
  }

  // A module that keeps references complains when it is unloaded; then the numbers say more.
  bool end_round(std::uint64_t first) {
    const Exchanged got = o_.exchange({.begin = false, .end = true, .buffers = {}});
    if (!got.answers && got.harm == Harm::none) throw Lost{};
    const Holdings left = got.answers ? got.answers->left : Holdings{};
    if (left.progs_held + left.links_held != 0)
      note({"references are left when all is closed and deleted",
            fmt::format("to programs {}, to links {}", left.progs_held, left.links_held),
            first,
            {}});
    else if (got.harm != Harm::none)
      note({"harm at the end of a round: " + title(), o_.last_words().console, first, {}});
    return true;
  }

  std::optional<MessageAnswers> exchange(const MessageBatch& batch) {
    Exchanged got = o_.exchange(batch);
    if (!got.answers && got.harm == Harm::none) throw Lost{};
    if (got.harm != Harm::none) return std::nullopt;
    return std::move(got.answers);
  }

  bool harmed(std::uint64_t index, const MessageBuffer& buffer, std::size_t batch) {
    if (batch == 1) note({"harm: " + title(), o_.last_words().console, index, buffer});
    return false;
  }

  std::string title() const {
    const std::string title = o_.last_words().title;
    return title.empty() ? "the kernel fell silent" : title;
  }

  void judge(std::uint64_t index, const MessageBuffer& buffer, const MessageReply& reply,
             const Holdings& before) {
    std::string wrong;
    const std::vector<Answer> answers = answers_in(buffer, reply, wrong);
    ++result_.buffers;
    result_.messages += messages_in(buffer.bytes).size();
    for (const Answer& a : answers) {
      if (a.is_error && a.error != Errno::ok) ++result_.refused[a.error];
      if (a.is_error && a.error == Errno::ok) ++result_.accepted;
    }
    if (wrong.empty()) wrong = wrong_with(buffer, reply, answers, before, family_);
    if (!wrong.empty()) note({wrong, change_of(before, reply.after), index, buffer});
  }

  void note(MessageFinding finding) {
    const auto [at, is_new] = result_.findings.emplace(finding.what, finding);
    if (!is_new) ++at->second.seen;
    // A round that is sent again finds the same again.
    if (found_.insert(at->first).second) o_.found(at->second);
  }

  const MessageCampaignOptions& o_;
  MessageCampaignResult result_;
  std::set<std::string> found_;
  std::uint16_t family_ = 0;  // of this round
};

}  // namespace

MessageCampaignResult run_message_campaign(const MessageCampaignOptions& options) {
  return Campaign(options).run();
}

}  // namespace mprogcheck
