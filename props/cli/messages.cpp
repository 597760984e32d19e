// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck fuzz --messages: netlink messages, good and bad, to an implementation that takes them.
#include "props/cli/messages.hpp"

#include <fmt/format.h>

#include <cctype>
#include <chrono>
#include <filesystem>

#include "impl/vm/vm.hpp"
#include "model/words/plain_text.hpp"
#include "props/cli/report.hpp"
#include "props/messages/campaign.hpp"
#include "props/messages/draft.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

std::string again(const MessageFuzz& o, const MessageFinding& f) {
  return fmt::format("mprogcheck fuzz --target {} --messages {} --seed {} --first {}", o.target,
                     f.buffer.bytes.empty() ? kMessagesInRound : f.index - f.round() + 1, o.seed,
                     f.round());
}

std::string sender_of(const MessageBuffer& buffer) {
  switch (buffer.sender) {
    case Sender::generic:
      return "to the family";
    case Sender::route:
      return "to rtnetlink";
    case Sender::generic_unprivileged:
      return "to the family, without privilege";
    case Sender::route_unprivileged:
      return "to rtnetlink, without privilege";
  }
  return {};
}

Json json_of(const MessageFuzz& o, const MessageCampaignResult& r) {
  Json errors = Json::object(), findings = Json::array();
  for (const auto& [error, count] : r.refused) errors[to_string(error)] = count;
  for (const auto& [what, f] : r.findings)
    findings.push_back({{"what", what},
                        {"details", f.details},
                        {"seen", f.seen},
                        {"message", f.index},
                        {"dump", hex_dump(f.buffer.bytes)},
                        {"again", again(o, f)}});
  return {{"seed", o.seed},         {"target", o.target},      {"buffers", r.buffers},
          {"messages", r.messages}, {"accepted", r.accepted},  {"refused", errors},
          {"findings", findings},   {"interrupted", r.stopped}};
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return fmt::format(
      "{:.1f} %", whole == 0 ? 0.0 : 100 * static_cast<double>(part) / static_cast<double>(whole));
}

// The finding, and how to see it again. `what` may be coloured.
std::string text_of(const std::string& what, const MessageFuzz& o, const MessageFinding& f) {
  std::string out = fmt::format("  {}, {} {}\n", what, f.seen, f.seen == 1 ? "time" : "times");
  if (!f.details.empty()) out += fmt::format("    {}\n", f.details);
  if (!f.buffer.bytes.empty())
    out += fmt::format("    message {}, {}:\n{}", f.index, sender_of(f.buffer),
                       hex_dump(f.buffer.bytes));
  return out + fmt::format("    again: {}\n", again(o, f));
}

// On disk before it is told.
void keep(const MessageFuzz& o, const MessageFinding& f) {
  note_deviation();
  constexpr std::size_t kLongestName = 60;
  std::string name = f.what.substr(0, kLongestName);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '-';
  const std::string text = plain_text(text_of(f.what, o, f));
  try {
    need_writable(o.out);
    const std::filesystem::path file =
        std::filesystem::path(o.out) / (free_stem(o.out, name, ".message", text) + ".message");
    write_new(file, text);
    tell(stderr, "found {}: it is in {}\n", f.what, file.string());
  } catch (const BadInput& e) {
    tell(stderr, "mprogcheck: {}\n", e.what());
  }
}

void print(FILE* prose, const MessageFuzz& o, const MessageCampaignResult& r, double seconds) {
  std::string errors;
  for (const auto& [error, count] : r.refused)
    errors += fmt::format("{}{} {}", errors.empty() ? "" : ", ", to_string(error), count);
  tell(prose, "{}: {} messages in {} buffers ({:.0f} per second), {} accepted; refused: {}\n",
       o.target, r.messages, r.buffers, static_cast<double>(r.messages) / seconds,
       share(r.accepted, r.messages), errors);
  for (const auto& [what, f] : r.findings) tell(prose, "{}", text_of(bad(prose, what), o, f));
  if (r.findings.empty())
    tell(prose, "  {}\n",
         r.stopped ? unsure(prose, "interrupted") + ": nothing was found so far"
                   : good(prose, "conforms"));
}

}  // namespace

int fuzz_messages(const MessageFuzz& o) {
  FILE* prose = o.json ? stderr : stdout;
  tell(prose, "seed {}\n", o.seed);
  flush(prose);
  const std::unique_ptr<Target> target = target_named(o.target, {.append = o.append})();
  auto* const vm = dynamic_cast<Vm*>(target.get());
  if (vm == nullptr || !vm->takes_messages())
    throw BadInput(fmt::format("{} takes no messages; kmod does", o.target));
  Progress progress;
  const auto begin = std::chrono::steady_clock::now();
  MessageCampaignOptions options;
  options.seed = o.seed;
  options.first = o.first;
  options.count = o.count;
  options.exchange = [&](const MessageBatch& batch) { return vm->exchange(batch); };
  options.last_words = [&] { return vm->last_words(); };
  options.found = [&](const MessageFinding& f) {
    progress.clear();
    keep(o, f);
  };
  options.stop = &end_on_signals();
  options.progress = [&](std::uint64_t done) {
    progress.show(fmt::format("{}: {} of {} messages", o.target, done, o.count));
  };
  const MessageCampaignResult result = run_message_campaign(options);
  progress.clear();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print(prose, o, result, took.count());
  if (o.json) print_json("fuzz", json_of(o, result));
  const std::string incomplete = result.stopped ? "interrupted before the end" : result.broke_off;
  if (!incomplete.empty()) tell(stderr, "mprogcheck: could not run to the end: {}\n", incomplete);
  return !result.findings.empty() ? kDeviates : incomplete.empty() ? kConforms : kCannotRun;
}

}  // namespace mprogcheck::cli
