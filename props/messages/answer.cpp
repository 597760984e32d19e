// SPDX-License-Identifier: GPL-2.0-only
#include "props/messages/answer.hpp"

#include <fmt/format.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>

#include "props/messages/bytes.hpp"
#include "props/messages/due.hpp"

namespace mprogcheck {
namespace {

// The errors with which a request to the family may be refused: those that the operations promise,
// and that of generic netlink for a command that does not exist.
constexpr int kOfFamily[] = {EPERM,  ENOENT, ENXIO,  EBADF,  EACCES, EBUSY,   EEXIST,
                             ENODEV, EINVAL, ENOSPC, ERANGE, ESTALE, ENOLINK, EOPNOTSUPP};
// The errors for requests to rtnetlink about devices of our kind: in addition those for attributes
// that every device has.
constexpr int kOfRoute[] = {ESRCH,  EPERM,      ENOENT,        ENXIO,        EBADF,     EACCES,
                            EBUSY,  EEXIST,     ENODEV,        EINVAL,       ERANGE,    ENOTCONN,
                            ENOSPC, EOPNOTSUPP, EADDRNOTAVAIL, EAFNOSUPPORT, EOVERFLOW, EMSGSIZE};

bool is_routed(const MessageBuffer& buffer) {
  return buffer.sender == Sender::route || buffer.sender == Sender::route_unprivileged;
}

constexpr std::size_t kShortest = NLMSG_HDRLEN + GENL_HDRLEN;

std::optional<std::uint32_t> number_in(std::string_view payload) {
  std::uint32_t value = 0;
  return payload.size() == sizeof(value) && take(payload, value) ? std::optional(value)
                                                                 : std::nullopt;
}

std::string read_error(const nlmsghdr& head, std::string_view body, Answer& answer) {
  nlmsgerr error;
  if (!take(body, error)) return "an error that is cut";
  if (error.error > 0 || error.error < -4095) return "an error that is no errno";
  answer.error = static_cast<Errno>(-error.error);
  if ((head.nlmsg_flags & NLM_F_ACK_TLVS) == 0)
    return body.empty() ? "" : "an error with bytes behind it";
  bool sound = true;
  const std::size_t left = attributes_in(body, [&](const nlattr& one, std::string_view payload) {
    const int type = one.nla_type & NLA_TYPE_MASK;
    if (type == NLMSGERR_ATTR_MSG) {
      sound &= !payload.empty() && payload.back() == '\0';
      answer.words = std::string(payload.substr(0, payload.find('\0')));
    } else if (type == NLMSGERR_ATTR_OFFS) {
      answer.offset = number_in(payload);
      sound &= answer.offset.has_value();
    } else if (type == NLMSGERR_ATTR_MISS_TYPE) {
      answer.missing = number_in(payload);
      sound &= answer.missing.has_value();
    }
    return true;
  });
  return left == 0 && sound ? "" : "an error whose attributes are malformed";
}

// A dump has the body of an rtnetlink message; a reply of the family has attributes alone.
std::string read_one(const nlmsghdr& head, std::string_view body, bool routed, Answer& answer) {
  answer.sequence = head.nlmsg_seq;
  answer.is_error = head.nlmsg_type == NLMSG_ERROR;
  if (answer.is_error) return read_error(head, body, answer);
  if (head.nlmsg_type == NLMSG_DONE) return "";
  if (head.nlmsg_type < NLMSG_MIN_TYPE) return "an answer of no known type";
  if (routed) return "";
  genlmsghdr own;
  if (!take(body, own)) return "a reply that is cut";
  return attributes_in(body, [](const nlattr&, std::string_view) { return true; }) == 0
             ? ""
             : "a reply with malformed attributes";
}

// Generic netlink gives no text when a message has no command or an unknown one, or when it is for
// a family that does not exist (bytes behind a spoiled length may be such a message).
bool is_of_core(const MessageBuffer& buffer, Errno error) {
  const std::vector<std::string_view> messages = messages_in(buffer.bytes);
  const auto any = [&](auto&& is) { return std::ranges::any_of(messages, is, head_of); };
  return error == Errno::opnotsupp ||
         (error == Errno::inval &&
          any([](const nlmsghdr& head) { return head.nlmsg_len < kShortest; })) ||
         (error == Errno::noent && any([&](const nlmsghdr& head) {
            return head.nlmsg_type != head_of(messages[0]).nlmsg_type;
          }));
}

std::string wrong_with_refusal(const MessageBuffer& buffer, const Answer& answer) {
  const int error = static_cast<int>(answer.error);
  const bool routed = is_routed(buffer);
  const bool known = routed ? std::ranges::find(kOfRoute, error) != std::end(kOfRoute)
                            : std::ranges::find(kOfFamily, error) != std::end(kOfFamily);
  if (!known) return "refused with " + to_string(answer.error) + ", which is not documented";
  if (answer.offset && (*answer.offset < NLMSG_HDRLEN || *answer.offset >= buffer.bytes.size()))
    return "names an attribute outside of the message";
  if (!routed && answer.words.empty() && !is_of_core(buffer, answer.error))
    return "refused with " + to_string(answer.error) + " and no words";
  return "";
}

std::string wrong_with(const Due& due, const Answer& answer) {
  const std::string of(due.mistake);
  if (answer.error != due.error)
    return fmt::format("{} is answered with {} and not with {}", of, to_string(answer.error),
                       to_string(due.error));
  if (answer.offset != due.offset || answer.missing != due.missing)
    return "of " + of + " it is told that another is to blame, or none";
  return "";
}

// Each message must get exactly one reply, with its sequence number, and the refusal that is due.
// If several messages have the same number, which only spoiled bytes cause, a reply cannot be
// assigned to one of them. A dump is its own reply.
std::string wrong_with_order(const MessageBuffer& buffer, const std::vector<Answer>& answers,
                             std::uint16_t family) {
  const std::vector<std::string_view> messages = messages_in(buffer.bytes);
  const auto number_of = [](std::string_view message) { return head_of(message).nlmsg_seq; };
  for (const Answer& answer : answers)
    if (std::ranges::find(messages, answer.sequence, number_of) == messages.end())
      return "answers a message that was not sent";
  for (const std::string_view message : messages) {
    const nlmsghdr head = head_of(message);
    const auto of_same = std::ranges::count(messages, head.nlmsg_seq, number_of);
    const Answer* verdict = nullptr;
    std::ptrdiff_t verdicts = 0, told = 0;
    for (const Answer& answer : answers) {
      if (answer.sequence != head.nlmsg_seq) continue;
      ++told;
      if (!answer.is_error) continue;
      verdict = &answer;
      ++verdicts;
    }
    if (verdicts > of_same) return "answers a message twice";
    if (of_same > 1) continue;
    const bool dumped = (head.nlmsg_flags & NLM_F_DUMP) != 0 && told > 0;
    if ((head.nlmsg_flags & NLM_F_ACK) != 0 && verdicts == 0 && !dumped)
      return "does not answer a message";
    const std::optional<Due> expected = due(buffer.sender, message, family);
    if (!expected) continue;
    const std::string wrong = verdict == nullptr
                                  ? fmt::format("{} is not refused", expected->mistake)
                                  : wrong_with(*expected, *verdict);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace

std::vector<Answer> answers_in(const MessageBuffer& buffer, const MessageReply& reply,
                               std::string& malformed) {
  std::vector<Answer> out;
  for (const std::string& datagram : reply.datagrams) {
    std::string_view left = datagram;
    while (!left.empty()) {
      std::string_view rest = left;
      nlmsghdr head;
      if (!take(rest, head) || head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > left.size()) {
        malformed = "an answer with a length that is not its own";
        return out;
      }
      const std::string wrong = read_one(head, rest.substr(0, head.nlmsg_len - NLMSG_HDRLEN),
                                         is_routed(buffer), out.emplace_back());
      if (!wrong.empty()) malformed = wrong;
      left.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), left.size()));
    }
  }
  return out;
}

bool refused(const MessageBuffer& buffer, const std::vector<Answer>& answers) {
  return answers.size() >= messages_in(buffer.bytes).size() &&
         std::ranges::all_of(answers,
                             [](const Answer& a) { return a.is_error && a.error != Errno::ok; });
}

std::string change_of(const Holdings& before, const Holdings& after) {
  std::string out;
  const auto tell = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (before.progs_held != after.progs_held)
    tell(fmt::format("references to programs {} -> {}", before.progs_held, after.progs_held));
  if (before.links_held != after.links_held)
    tell(fmt::format("references to links {} -> {}", before.links_held, after.links_held));
  if (before.devices != after.devices) tell("the devices there are");
  if (before.filters != after.filters) tell("the filters");
  for (std::size_t i = 0; i < before.lists.size(); ++i)
    if (before.lists[i] != after.lists[i])
      tell("the list " + std::string(message_fixture::kLists[i].name));
  return out;
}

std::string wrong_with(const MessageBuffer& buffer, const MessageReply& reply,
                       const std::vector<Answer>& answers, const Holdings& before,
                       std::uint16_t family) {
  for (const Answer& answer : answers) {
    if (!answer.is_error || answer.error == Errno::ok) continue;
    const std::string wrong = wrong_with_refusal(buffer, answer);
    if (!wrong.empty()) return wrong;
  }
  const std::string wrong = wrong_with_order(buffer, answers, family);
  if (!wrong.empty()) return wrong;
  if (answers.empty() || !refused(buffer, answers) || before == reply.after) return "";
  return "refused with " + to_string(answers[0].error) + " (" + answers[0].words +
         "), and changed all the same";
}

}  // namespace mprogcheck
