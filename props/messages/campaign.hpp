// SPDX-License-Identifier: GPL-2.0-only
// A campaign of messages consists of rounds. Each begins with a new fixture, so that it can be
// repeated without the rounds before it.
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

struct MessageFinding {
  std::string what;     // the same for the same mistake
  std::string details;  // what changed, or what the kernel said
  std::uint64_t index = 0;
  MessageBuffer buffer;  // without bytes if the finding shows only at the end of its round
  std::uint64_t seen = 1;
  std::uint64_t round() const { return index - index % kMessagesInRound; }
};

struct MessageCampaignOptions {
  std::uint64_t seed = 0;
  std::uint64_t first = 0;  // the campaign begins with the round of this buffer
  std::uint64_t count = 1000;
  std::function<Exchanged(const MessageBatch&)> exchange;
  std::function<LastWords()> last_words = [] { return LastWords{}; };
  std::function<void(std::uint64_t done)> progress = [](std::uint64_t) {};
  // Called with the first of each kind, at once.
  std::function<void(const MessageFinding&)> found = [](const MessageFinding&) {};
  // When another thread or a signal sets it, no further batch begins.
  const std::atomic<bool>* stop = nullptr;
};

struct MessageCampaignResult {
  std::uint64_t buffers = 0, messages = 0, accepted = 0;
  std::map<Errno, std::uint64_t> refused;
  std::map<std::string, MessageFinding> findings;  // the first of each kind
  bool stopped = false;                            // before all was sent
  std::string broke_off;  // why the target failed in the middle, after something was found
};

// Throws CannotRun if the target fails before anything was found.
MessageCampaignResult run_message_campaign(const MessageCampaignOptions& options);

}  // namespace mprogcheck
