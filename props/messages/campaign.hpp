// SPDX-License-Identifier: GPL-2.0-only
// A campaign of messages: rounds, each from fresh material to its end, so that a round can be
// repeated without those before it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "props/messages/answer.hpp"

namespace mprogcheck {

inline constexpr std::uint64_t kMessagesInRound = 1000;

struct MessageCampaignOptions {
  std::uint64_t seed = 0;
  std::uint64_t first = 0;  // buffers before that one are left out, as whole rounds
  std::uint64_t count = 1000;
  std::function<Exchanged(const MessageBatch&)> exchange;
  std::function<LastWords()> last_words = [] { return LastWords{}; };
  std::function<void(std::uint64_t done)> progress = [](std::uint64_t) {};
  // Set by another thread or a signal: no batch begins any more.
  const std::atomic<bool>* stop = nullptr;
};

struct MessageFinding {
  std::string what;     // the same for the same mistake
  std::string details;  // what changed, or what the kernel said
  std::uint64_t index = 0;
  MessageBuffer buffer;  // of one that shows only at the end of its round, without bytes
  std::uint64_t seen = 1;
  std::uint64_t round() const { return index - index % kMessagesInRound; }
};

struct MessageCampaignResult {
  std::uint64_t buffers = 0, messages = 0, accepted = 0;
  std::map<Errno, std::uint64_t> refused;
  std::map<std::string, MessageFinding> findings;  // the first of each kind
  bool stopped = false;                            // before all was sent
  std::string broke_off;  // why the target failed in the middle, after something was found
};

// Throws CannotRun where the target fails as such, and nothing was found before.
MessageCampaignResult run_message_campaign(const MessageCampaignOptions& options);

}  // namespace mprogcheck
