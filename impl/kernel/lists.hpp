// SPDX-License-Identifier: GPL-2.0-only
// The interface to the lists, and the kind of device that has them: bpf(2) and netkit, or the
// netlink family of our module and its own kind. A request has the form of bpf(2) either way.
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
  // Like abi::make, for a caller in that network namespace, in which the thread is.
  virtual int make(Netns& here, abi::Call& call) = 0;
  // Whether a request is memory of the caller, of any size, and not a message.
  virtual bool takes_memory() const = 0;
  // IFLA_INFO_KIND of the devices.
  virtual const char* kind() const = 0;
  // Whether devices of other kinds have such lists too.
  virtual bool on_any_device() const = 0;
  // Sets what the devices of the next trace must be like; describe() adds the attributes for it.
  virtual void begin(const Header& header) = 0;
  virtual void describe(Message& message) const = 0;
  // Whether links can own filters, and dumps show them (filters.hpp).
  virtual bool has_filters() const = 0;
  // Creates a link that owns a filter. Returns a descriptor, or -1 with errno set. Throws
  // CannotRun.
  virtual int make_filter_link(Netns& here, const FilterPlace& place, std::uint32_t prog,
                               std::uint32_t flags) = 0;
  // The number of references that lists and links hold on programs and anybody holds on links;
  // empty if unknown.
  virtual std::optional<std::int32_t> references(Netns& here) = 0;
  // To be called when the module was loaded again. Throws CannotRun if it is not there.
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
  // Throws CannotRun if the module is not loaded.
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

// The number of a generic netlink family; 0 if there is none of that name.
std::uint16_t family_named(Netns& here, const char* name);

}  // namespace mprogcheck::kernel
