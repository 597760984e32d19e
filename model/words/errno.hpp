// SPDX-License-Identifier: GPL-2.0-only
// The error numbers the interface may answer with, by name. 0 is success; anything else a target
// reports is kept as its number, so that an unexpected error is shown and not folded away.
#pragma once

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace mprogcheck {

enum class Errno : std::int16_t {
  ok = 0,
  perm = EPERM,
  noent = ENOENT,
  toobig = E2BIG,
  nxio = ENXIO,
  badf = EBADF,
  nomem = ENOMEM,
  acces = EACCES,
  fault = EFAULT,
  busy = EBUSY,
  exist = EEXIST,
  nodev = ENODEV,
  inval = EINVAL,
  nospc = ENOSPC,
  range = ERANGE,
  nolink = ENOLINK,
  opnotsupp = EOPNOTSUPP,
  msgsize = EMSGSIZE,
  addrnotavail = EADDRNOTAVAIL,
  netdown = ENETDOWN,
  nobufs = ENOBUFS,
  notconn = ENOTCONN,
  badfd = EBADFD,
  stale = ESTALE,
};

inline constexpr std::pair<Errno, std::string_view> kErrnoNames[] = {
    {Errno::ok, "ok"},
    {Errno::perm, "EPERM"},
    {Errno::noent, "ENOENT"},
    {Errno::toobig, "E2BIG"},
    {Errno::badf, "EBADF"},
    {Errno::nomem, "ENOMEM"},
    {Errno::acces, "EACCES"},
    {Errno::fault, "EFAULT"},
    {Errno::busy, "EBUSY"},
    {Errno::exist, "EEXIST"},
    {Errno::nodev, "ENODEV"},
    {Errno::inval, "EINVAL"},
    {Errno::nospc, "ENOSPC"},
    {Errno::range, "ERANGE"},
    {Errno::nolink, "ENOLINK"},
    {Errno::opnotsupp, "EOPNOTSUPP"},
    {Errno::badfd, "EBADFD"},
    {Errno::stale, "ESTALE"},
    {Errno::nxio, "ENXIO"},
    {Errno::msgsize, "EMSGSIZE"},
    {Errno::addrnotavail, "EADDRNOTAVAIL"},
    {Errno::netdown, "ENETDOWN"},
    {Errno::nobufs, "ENOBUFS"},
    {Errno::notconn, "ENOTCONN"},
};

inline std::string to_string(Errno e) {
  for (const auto& [value, name] : kErrnoNames)
    if (value == e) return std::string(name);
  return "errno-" + std::to_string(static_cast<int>(e));
}

inline std::optional<Errno> errno_from(std::string_view text) {
  for (const auto& [value, name] : kErrnoNames)
    if (name == text) return value;
  if (text.starts_with("errno-")) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data() + 6, text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number > 0 && number < 4096)
      return static_cast<Errno>(number);
  }
  return std::nullopt;
}

}  // namespace mprogcheck
