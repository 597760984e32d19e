// SPDX-License-Identifier: GPL-2.0-only
// The bpf(2) interface as far as it concerns lists of programs, written out: the uapi headers of
// the distribution may be older than tcx (6.6), and what is put to the kernel is to be exactly what
// is written here. Values and layouts are those of include/uapi/linux/bpf.h.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "model/words/errno.hpp"

namespace mprogcheck::abi {

enum Command : int {
  kProgAttach = 8,
  kProgDetach = 9,
  kProgGetFdById = 13,
  kGetInfoByFd = 15,
  kProgQuery = 16,
  kLinkCreate = 28,
  kLinkUpdate = 29,
  kLinkDetach = 34,
};

enum AttachType : std::uint32_t {
  kXdp = 37,
  kTcxIngress = 46,
  kTcxEgress = 47,
  kNetkitPrimary = 54,
  kNetkitPeer = 55,
  kNoSuchType = 0xffff
};

enum FlagBit : std::uint32_t {
  kReplace = 1u << 2,
  kBefore = 1u << 3,
  kAfter = 1u << 4,
  kId = 1u << 5,
  kLink = 1u << 13,
  kFirst = 1u << 5,  // these three of dialect rfc2
  kLast = 1u << 6,
  kIdOfRfc2 = 1u << 7,
};

// `relative` is relative_fd or relative_id, `ifindex` is target_ifindex.
struct Attach {
  std::uint32_t ifindex, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd, relative;
  std::uint64_t expected_revision;
};

struct Query {
  std::uint32_t ifindex, attach_type, query_flags, attach_flags;
  std::uint64_t prog_ids;
  std::uint32_t count, unused;
  std::uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};

struct LinkCreate {
  std::uint32_t prog_fd, ifindex, attach_type, flags, relative, unused;
  std::uint64_t expected_revision;
};

struct LinkUpdate {
  std::uint32_t link_fd, new_prog_fd, flags, old_prog_fd;
};

struct LinkDetach {
  std::uint32_t link_fd;
};

struct GetFdById {
  std::uint32_t id, next_id, open_flags;
};

struct GetInfo {
  std::uint32_t bpf_fd, info_len;
  std::uint64_t info;
};

// The beginning of struct bpf_link_info, of a link at tcx or netkit.
struct LinkInfo {
  std::uint32_t type, id, prog_id, unused, ifindex, attach_type;
};

static_assert(sizeof(Attach) == 32 && sizeof(Query) == 64 && sizeof(LinkCreate) == 32);
static_assert(sizeof(LinkUpdate) == 16 && sizeof(LinkDetach) == 4 && sizeof(GetFdById) == 12);
static_assert(sizeof(GetInfo) == 16);

// One system call, ready to be made. The kernel may write into `words`.
struct Call {
  Command command = kProgQuery;
  std::uint32_t size = 0;
  alignas(8) std::array<std::uint32_t, 16> words{};

  Call() = default;
  template <typename Attr>
  Call(Command c, const Attr& attr) : command(c), size(sizeof(Attr)) {
    static_assert(sizeof(Attr) <= sizeof(words));
    std::memcpy(words.data(), &attr, sizeof(Attr));
  }

  template <typename Attr>
  Attr as() const {
    Attr attr;
    std::memcpy(&attr, words.data(), sizeof(Attr));
    return attr;
  }
};

// What the system call returns: a descriptor, 0, or -1 with errno set.
inline int make(Call& call) {
  return static_cast<int>(
      ::syscall(SYS_bpf, static_cast<int>(call.command), call.words.data(), call.size));
}

inline Errno error_of(int result) {
  return result < 0 ? static_cast<Errno>(errno) : Errno::ok;
}

// The id of a program or link by its descriptor; 0 if the kernel does not tell. The information
// structures of both begin with a type and the id; a caller may ask for no more than that.
inline std::uint32_t id_of(int descriptor) {
  struct {
    std::uint32_t type, id;
  } head{};
  Call call(kGetInfoByFd, GetInfo{.bpf_fd = static_cast<std::uint32_t>(descriptor),
                                  .info_len = sizeof(head),
                                  .info = reinterpret_cast<std::uintptr_t>(&head)});
  return make(call) < 0 ? 0 : head.id;
}

}  // namespace mprogcheck::abi
