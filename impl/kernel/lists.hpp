// SPDX-License-Identifier: GPL-2.0-only
// How a kernel is asked for its lists, and what the devices are called that have them: bpf(2) and
// netkit, or our module's netlink family and its own kind. A request is that of bpf(2) either way.
#pragma once

#include <cstdint>
#include <optional>

#include "impl/bpf_abi.hpp"
#include "impl/kernel/filters.hpp"
#include "impl/kernel/netns.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::kernel {

class Lists {
 public:
  virtual ~Lists() = default;
  // As abi::make, for a caller in that namespace, in which the thread is.
  virtual int make(Netns& here, abi::Call& call) = 0;
  // Whether a request is memory of the caller's, of whatever size, and not a message.
  virtual bool takes_memory() const = 0;
  // The kind of device that rtnetlink knows them by.
  virtual const char* kind() const = 0;
  // Whether devices of any other kind have such lists too.
  virtual bool on_any_device() const = 0;
  // What a trace is about to want of its devices, and the attributes that say so.
  virtual void begin(const Header& header) = 0;
  virtual void describe(Message& message) const = 0;
  // Whether links can own filters beside netlink's, and these are told (filters.hpp).
  virtual bool has_filters() const = 0;
  // Makes a link that owns one: as make() a descriptor, or -1 with errno set. Throws CannotRun.
  virtual int make_filter_link(Netns& here, const FilterPlace& place, std::uint32_t prog,
                               std::uint32_t flags) = 0;
  // References held on programs by lists and links and on links by anybody, all together; nothing
  // where that is not told.
  virtual std::optional<std::int32_t> references(Netns& here) = 0;
  // What implements them may be another since. Throws CannotRun if it is none.
  virtual void renew(Netns& here) = 0;

  // The id of a program or link by its descriptor; 0 if the kernel does not tell. The information
  // structures of both begin with a type and the id; a caller may ask for no more than that.
  std::uint32_t id_of(Netns& here, int descriptor);
};

class BpfLists : public Lists {
 public:
  int make(Netns&, abi::Call& call) override { return abi::make(call); }
  bool takes_memory() const override { return true; }
  const char* kind() const override { return "netkit"; }
  bool on_any_device() const override { return true; }
  void begin(const Header&) override {}
  void describe(Message&) const override {}
  bool has_filters() const override { return false; }
  int make_filter_link(Netns&, const FilterPlace&, std::uint32_t, std::uint32_t) override;
  std::optional<std::int32_t> references(Netns&) override { return std::nullopt; }
  void renew(Netns&) override {}
};

class ModuleLists : public Lists {
 public:
  // Throws CannotRun where there is no such family, hence no module.
  explicit ModuleLists(Netns& here) { renew(here); }
  int make(Netns& here, abi::Call& call) override;
  bool takes_memory() const override { return false; }
  const char* kind() const override { return "mprog"; }
  bool on_any_device() const override { return false; }
  void begin(const Header& header) override { header_ = header; }
  void describe(Message& message) const override;
  bool has_filters() const override { return true; }
  int make_filter_link(Netns& here, const FilterPlace& place, std::uint32_t prog,
                       std::uint32_t flags) override;
  std::optional<std::int32_t> references(Netns& here) override;
  void renew(Netns& here) override;

 private:
  Message request(int command) const;
  int attach(Netns& here, const abi::Call& call);
  int query(Netns& here, abi::Call& call);
  int link_create(Netns& here, const abi::Call& call);
  int info(Netns& here, const abi::GetInfo& wanted);

  std::uint16_t family_ = 0;
  Header header_;
};

// What messages to a generic family are addressed to; 0 where nobody has that name.
std::uint16_t family_named(Netns& here, const char* name);

}  // namespace mprogcheck::kernel
