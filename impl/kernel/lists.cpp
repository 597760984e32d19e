// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/lists.hpp"

#include <linux/genetlink.h>
#include <netlink/attr.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "impl/module/netlink.h"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

// Of the module's devices, behind those of netkit (kmod/device.h).
constexpr int kDialect = 48, kCapacity = 49, kRevision = 50;

using Attributes = std::array<nlattr*, MPROGCHECK_A_MAX + 1>;

Attributes attributes_in(std::span<const char> body) {
  Attributes found{};
  if (body.size() < GENL_HDRLEN) return found;
  auto* const first = reinterpret_cast<nlattr*>(const_cast<char*>(body.data()) + GENL_HDRLEN);
  nla_parse(found.data(), MPROGCHECK_A_MAX, first, static_cast<int>(body.size() - GENL_HDRLEN),
            nullptr);
  return found;
}

std::uint32_t number(const Attributes& found, int type) {
  return found[type] != nullptr ? nla_get_u32(found[type]) : 0;
}

// As a system call ends.
int result_of(Errno error) {
  if (error == Errno::ok) return 0;
  errno = static_cast<int>(error);
  return -1;
}

// Dialects are numbered alike in the module's messages.
std::uint32_t dialect_of(const Header& header) {
  return header.dialect->number;
}
static_assert(MPROGCHECK_DIALECT_MAINLINE == 0 && MPROGCHECK_DIALECT_RFC2 == 1);

int descriptor_in(Netns& here, Message& message) {
  std::span<const char> body;
  const Errno error = here.generic().exchange(message, body);
  if (error != Errno::ok) return result_of(error);
  return static_cast<int>(number(attributes_in(body), MPROGCHECK_A_LINK_FD));
}

}  // namespace

std::uint16_t family_named(Netns& here, const char* name) {
  Message message(GENL_ID_CTRL);
  message.command(CTRL_CMD_GETFAMILY);
  message.put(CTRL_ATTR_FAMILY_NAME, std::string(name));
  std::span<const char> body;
  if (here.generic().exchange(message, body) != Errno::ok || body.size() < GENL_HDRLEN) return 0;
  const auto* const first = reinterpret_cast<const nlattr*>(body.data() + GENL_HDRLEN);
  const nlattr* const id =
      nla_find(first, static_cast<int>(body.size() - GENL_HDRLEN), CTRL_ATTR_FAMILY_ID);
  return id != nullptr ? nla_get_u16(id) : std::uint16_t{0};
}

std::uint32_t Lists::id_of(Netns& here, int descriptor) {
  struct {
    std::uint32_t type, id;
  } head{};
  abi::Call call(abi::kGetInfoByFd, abi::GetInfo{.bpf_fd = static_cast<std::uint32_t>(descriptor),
                                                 .info_len = sizeof(head),
                                                 .info = reinterpret_cast<std::uintptr_t>(&head)});
  return make(here, call) < 0 ? 0 : head.id;
}

int BpfLists::make_filter_link(Netns&, const FilterPlace&, std::uint32_t, std::uint32_t) {
  throw CannotRun("links that own filters (seed 002) were never merged: no kernel has them");
}

void ModuleLists::renew(Netns& here) {
  family_ = family_named(here, MPROGCHECK_FAMILY_NAME);
  if (family_ == 0) throw CannotRun("the module is not there: nobody knows its netlink family");
}

Message ModuleLists::request(int command) const {
  Message message(family_);
  message.command(command);
  return message;
}

void ModuleLists::describe(Message& message) const {
  message.put(kDialect, dialect_of(header_));
  message.put(kCapacity, std::uint32_t{header_.capacity});
  message.put(kRevision, header_.revision);
}

std::optional<std::int32_t> ModuleLists::references(Netns& here) {
  Message message = request(MPROGCHECK_CMD_REFERENCES);
  std::span<const char> body;
  if (here.generic().exchange(message, body) != Errno::ok)
    throw CannotRun("the module does not tell what it holds");
  const Attributes found = attributes_in(body);
  return static_cast<std::int32_t>(number(found, MPROGCHECK_A_PROGS_HELD) +
                                   number(found, MPROGCHECK_A_LINKS_HELD));
}

int ModuleLists::attach(Netns& here, const abi::Call& call) {
  const auto attr = call.as<abi::Attach>();
  Message message =
      request(call.command == abi::kProgAttach ? MPROGCHECK_CMD_ATTACH : MPROGCHECK_CMD_DETACH);
  message.put(MPROGCHECK_A_IFINDEX, attr.ifindex);
  message.put(MPROGCHECK_A_ATTACH_TYPE, attr.attach_type);
  message.put(MPROGCHECK_A_FLAGS, attr.attach_flags);
  message.put(MPROGCHECK_A_PROG_FD, attr.attach_bpf_fd);
  message.put(MPROGCHECK_A_OLD_FD, attr.replace_bpf_fd);
  message.put(MPROGCHECK_A_RELATIVE, attr.relative);
  message.put(MPROGCHECK_A_EXPECTED_REVISION, attr.expected_revision);
  message.put(MPROGCHECK_A_DIALECT, dialect_of(header_));
  return result_of(here.generic().request(message));
}

// Arrays are written as far as the module tells of them, whatever room there was.
int ModuleLists::query(Netns& here, abi::Call& call) {
  auto attr = call.as<abi::Query>();
  const struct {
    std::uint64_t address;
    std::uint32_t wanted;
    int type;
  } arrays[] = {
      {attr.prog_ids, MPROGCHECK_ARRAY_PROG_IDS, MPROGCHECK_A_PROG_IDS},
      {attr.link_ids, MPROGCHECK_ARRAY_LINK_IDS, MPROGCHECK_A_LINK_IDS},
      {attr.prog_attach_flags, MPROGCHECK_ARRAY_PROG_FLAGS, MPROGCHECK_A_PROG_FLAGS},
      {attr.link_attach_flags, MPROGCHECK_ARRAY_LINK_FLAGS, MPROGCHECK_A_LINK_FLAGS},
  };
  std::uint32_t wanted = 0;
  for (const auto& array : arrays) wanted |= array.address != 0 ? array.wanted : 0;
  Message message = request(MPROGCHECK_CMD_QUERY);
  message.put(MPROGCHECK_A_IFINDEX, attr.ifindex);
  message.put(MPROGCHECK_A_ATTACH_TYPE, attr.attach_type);
  message.put(MPROGCHECK_A_FLAGS, attr.query_flags);
  message.put(MPROGCHECK_A_ROOM, attr.count);
  message.put(MPROGCHECK_A_ARRAYS, wanted);
  std::span<const char> body;
  const Errno error = here.generic().exchange(message, body);
  if (error != Errno::ok) return result_of(error);
  const Attributes found = attributes_in(body);
  attr.count = number(found, MPROGCHECK_A_COUNT);
  if (found[MPROGCHECK_A_REVISION] != nullptr)
    attr.revision = nla_get_u64(found[MPROGCHECK_A_REVISION]);
  for (const auto& array : arrays)
    if (array.address != 0 && found[array.type] != nullptr)
      std::memcpy(reinterpret_cast<void*>(array.address), nla_data(found[array.type]),
                  std::min<std::size_t>(static_cast<std::size_t>(nla_len(found[array.type])),
                                        sizeof(std::uint32_t) * 255));
  std::memcpy(call.words.data(), &attr, sizeof(attr));
  return result_of(found[MPROGCHECK_A_TRUNCATED] != nullptr ? Errno::nospc : Errno::ok);
}

int ModuleLists::link_create(Netns& here, const abi::Call& call) {
  const auto attr = call.as<abi::LinkCreate>();
  Message message = request(MPROGCHECK_CMD_LINK_CREATE);
  message.put(MPROGCHECK_A_IFINDEX, attr.ifindex);
  message.put(MPROGCHECK_A_ATTACH_TYPE, attr.attach_type);
  message.put(MPROGCHECK_A_FLAGS, attr.flags);
  message.put(MPROGCHECK_A_PROG_FD, attr.prog_fd);
  message.put(MPROGCHECK_A_RELATIVE, attr.relative);
  message.put(MPROGCHECK_A_EXPECTED_REVISION, attr.expected_revision);
  message.put(MPROGCHECK_A_DIALECT, dialect_of(header_));
  return descriptor_in(here, message);
}

int ModuleLists::make_filter_link(Netns& here, const FilterPlace& place, std::uint32_t prog,
                                  std::uint32_t flags) {
  Message message = request(MPROGCHECK_CMD_FILTER_LINK_CREATE);
  message.put(MPROGCHECK_A_IFINDEX, place.ifindex);
  message.put(MPROGCHECK_A_ATTACH_TYPE,
              std::uint32_t{place.hook == Hook::egress ? abi::kTcxEgress : abi::kTcxIngress});
  message.put(MPROGCHECK_A_PROG_FD, prog);
  message.put(MPROGCHECK_A_PRIORITY, std::uint16_t{place.key.priority});
  message.put(MPROGCHECK_A_HANDLE, std::uint32_t{place.key.handle});
  message.put(MPROGCHECK_A_GEN_FLAGS, flags);
  return descriptor_in(here, message);
}

int ModuleLists::info(Netns& here, const abi::GetInfo& wanted) {
  Message message = request(MPROGCHECK_CMD_LINK_INFO);
  message.put(MPROGCHECK_A_LINK_FD, wanted.bpf_fd);
  std::span<const char> body;
  const Errno error = here.generic().exchange(message, body);
  if (error != Errno::ok) return result_of(error);
  const Attributes found = attributes_in(body);
  const abi::LinkInfo info{.type = 0,
                           .id = number(found, MPROGCHECK_A_LINK_ID),
                           .prog_id = number(found, MPROGCHECK_A_PROG_ID),
                           .unused = 0,
                           .ifindex = number(found, MPROGCHECK_A_IFINDEX),
                           .attach_type = number(found, MPROGCHECK_A_ATTACH_TYPE)};
  std::memcpy(reinterpret_cast<void*>(wanted.info), &info,
              std::min<std::size_t>(sizeof(info), wanted.info_len));
  return 0;
}

int ModuleLists::make(Netns& here, abi::Call& call) {
  switch (call.command) {
    case abi::kProgAttach:
    case abi::kProgDetach:
      return attach(here, call);
    case abi::kProgQuery:
      return query(here, call);
    case abi::kLinkCreate:
      return link_create(here, call);
    case abi::kLinkUpdate: {
      const auto attr = call.as<abi::LinkUpdate>();
      Message message = request(MPROGCHECK_CMD_LINK_UPDATE);
      message.put(MPROGCHECK_A_LINK_FD, attr.link_fd);
      message.put(MPROGCHECK_A_PROG_FD, attr.new_prog_fd);
      message.put(MPROGCHECK_A_FLAGS, attr.flags);
      message.put(MPROGCHECK_A_OLD_FD, attr.old_prog_fd);
      return result_of(here.generic().request(message));
    }
    case abi::kLinkDetach: {
      Message message = request(MPROGCHECK_CMD_LINK_DETACH);
      message.put(MPROGCHECK_A_LINK_FD, call.as<abi::LinkDetach>().link_fd);
      return result_of(here.generic().request(message));
    }
    case abi::kGetInfoByFd:
      return info(here, call.as<abi::GetInfo>());
    default:
      return abi::make(call);
  }
}

}  // namespace mprogcheck::kernel
