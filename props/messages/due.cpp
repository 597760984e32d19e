// SPDX-License-Identifier: GPL-2.0-only
// The attributes of each command are written down here a second time, and not read from the file
// that the module is generated from (impl/module/mprogcheck.yaml), so that a mistake there shows.
#include "props/messages/due.hpp"

#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <initializer_list>
#include <set>

#include "impl/module/netlink.h"
#include "props/messages/bytes.hpp"

namespace mprogcheck {
namespace {

struct Command {
  std::uint8_t number;
  std::vector<int> takes;
  std::vector<int> needs;  // in the order in which the kernel checks for them
  bool privileged = false;
};

constexpr int kDevice = MPROGCHECK_A_IFINDEX, kPlace = MPROGCHECK_A_ATTACH_TYPE,
              kFlags = MPROGCHECK_A_FLAGS, kProg = MPROGCHECK_A_PROG_FD, kOld = MPROGCHECK_A_OLD_FD,
              kLink = MPROGCHECK_A_LINK_FD, kRelative = MPROGCHECK_A_RELATIVE,
              kRevision = MPROGCHECK_A_EXPECTED_REVISION, kDialect = MPROGCHECK_A_DIALECT,
              kRoom = MPROGCHECK_A_ROOM, kArrays = MPROGCHECK_A_ARRAYS,
              kPriority = MPROGCHECK_A_PRIORITY, kHandle = MPROGCHECK_A_HANDLE,
              kGenFlags = MPROGCHECK_A_GEN_FLAGS;

const Command* command_of(std::uint8_t number) {
  static const Command kCommands[] = {
      {MPROGCHECK_CMD_ATTACH,
       {kDevice, kPlace, kFlags, kProg, kOld, kRelative, kRevision, kDialect},
       {kProg, kDevice, kPlace}},
      {MPROGCHECK_CMD_DETACH,
       {kDevice, kPlace, kFlags, kProg, kOld, kRelative, kRevision, kDialect},
       {kDevice, kPlace}},
      {MPROGCHECK_CMD_QUERY, {kDevice, kPlace, kFlags, kRoom, kArrays}, {kDevice, kPlace}, true},
      {MPROGCHECK_CMD_LINK_CREATE,
       {kDevice, kPlace, kFlags, kProg, kRelative, kRevision, kDialect},
       {kDevice, kPlace, kProg}},
      {MPROGCHECK_CMD_LINK_UPDATE, {kFlags, kProg, kOld, kLink}, {kLink, kProg}},
      {MPROGCHECK_CMD_LINK_DETACH, {kLink}, {kLink}},
      {MPROGCHECK_CMD_LINK_INFO, {kLink}, {kLink}},
      {MPROGCHECK_CMD_FILTER_LINK_CREATE,
       {kDevice, kPlace, kProg, kPriority, kHandle, kGenFlags},
       {kDevice, kPlace, kProg}},
      {MPROGCHECK_CMD_REFERENCES, {}, {}, true},
  };
  const auto* const found = std::ranges::find(kCommands, number, &Command::number);
  return found == std::end(kCommands) ? nullptr : found;
}

// Why generic netlink refuses an attribute, in the order of its checks.
std::optional<Due> due_to(const Command& command, const nlattr& head, std::string_view payload) {
  const int type = head.nla_type & NLA_TYPE_MASK;
  if (type == 0 || type > MPROGCHECK_A_MAX) return Due{.mistake = "an attribute that is unknown"};
  if (std::ranges::find(command.takes, type) == command.takes.end())
    return Due{.mistake = "an attribute of another command"};
  if (payload.size() != (type == kRevision ? 8U : type == kPriority ? 2U : 4U))
    return Due{.mistake = "an attribute of another length"};
  if ((head.nla_type & NLA_F_NESTED) != 0) return Due{.mistake = "a number marked as nested"};
  std::uint32_t value = 0;
  take(payload, value);
  if ((type == kDevice && value == 0) || (type == kDialect && value > MPROGCHECK_DIALECT_RFC2))
    return Due{.error = Errno::range, .mistake = "a number out of range"};
  if (type == kArrays && value > 15) return Due{.mistake = "a bit that is reserved"};
  return {};
}

std::optional<Due> due_to_attributes(const Command& command, std::string_view message) {
  const auto offset_of = [&](std::string_view payload) {
    return static_cast<std::uint32_t>(payload.data() - message.data() - NLA_HDRLEN);
  };
  std::optional<Due> out;
  std::set<int> seen;
  std::optional<std::uint32_t> twice;
  const std::size_t left =
      attributes_in(message.substr(NLMSG_HDRLEN + GENL_HDRLEN),
                    [&](const nlattr& head, std::string_view payload) {
                      if (!seen.insert(head.nla_type & NLA_TYPE_MASK).second && !twice)
                        twice = offset_of(payload);
                      out = due_to(command, head, payload);
                      if (out) out->offset = offset_of(payload);
                      return !out;
                    });
  if (out) return out;
  if (left > 0) return Due{.mistake = "bytes behind the last attribute"};
  if (twice) return Due{.mistake = "an attribute that is there twice", .offset = twice};
  for (const int type : command.needs)
    if (!seen.contains(type))
      return Due{.mistake = "an attribute that is missing",
                 .missing = static_cast<std::uint32_t>(type)};
  return {};
}

constexpr Due kLacksPrivilege{.error = Errno::perm, .mistake = "a lack of privilege"};

std::optional<Due> due_of_route(const nlmsghdr& head, bool privileged) {
  static constexpr std::uint16_t kChanges[] = {RTM_NEWLINK,    RTM_SETLINK,    RTM_DELLINK,
                                               RTM_NEWTFILTER, RTM_DELTFILTER, RTM_NEWQDISC};
  if (privileged || head.nlmsg_len <= NLMSG_HDRLEN ||
      std::ranges::find(kChanges, head.nlmsg_type) == std::end(kChanges))
    return {};
  return kLacksPrivilege;
}

}  // namespace

std::optional<Due> due(Sender sender, std::string_view message, std::uint16_t family) {
  constexpr int kPlainFlags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO;
  const bool privileged = sender == Sender::generic || sender == Sender::route;
  const nlmsghdr head = head_of(message);
  if ((head.nlmsg_flags & NLM_F_REQUEST) == 0) return {};
  if (sender == Sender::route || sender == Sender::route_unprivileged)
    return due_of_route(head, privileged);
  genlmsghdr own;
  std::string_view rest = message.substr(NLMSG_HDRLEN);
  if (head.nlmsg_type != family || (head.nlmsg_flags & ~kPlainFlags) != 0 || !take(rest, own) ||
      own.reserved != 0)
    return {};
  const Command* const command = command_of(own.cmd);
  if (command == nullptr) return {};
  const std::optional<Due> out = due_to_attributes(*command, message);
  if (out) return out;
  return command->privileged && !privileged ? std::optional(kLacksPrivilege) : std::nullopt;
}

}  // namespace mprogcheck
