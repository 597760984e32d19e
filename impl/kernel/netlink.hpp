// SPDX-License-Identifier: GPL-2.0-only
// Requests of netlink, mostly rtnetlink, and what the kernel answers. A socket belongs to the
// namespace it was opened in, wherever the thread is that uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "model/words/errno.hpp"

struct nl_msg;
struct nl_sock;
struct nlattr;
struct tcmsg;

namespace mprogcheck::kernel {

// A request, built from its head on: first what it is about, then attributes.
class Message {
 public:
  explicit Message(int type, int flags = 0);  // NLM_F_REQUEST, and NLM_F_* beside it
  // A device, and whether it is to be up or down from now on.
  void about(std::int32_t ifindex, std::optional<bool> up = {});
  void about(const tcmsg& filter);
  void about_qdisc_of(std::uint32_t ifindex);
  void about_counters_of(std::uint32_t ifindex);
  void command(int number);  // of a generic family
  void put(int type, std::uint16_t value);
  void put(int type, std::uint32_t value);
  void put(int type, std::uint64_t value);
  void put(int type, const std::string& text);
  void put(int type, std::span<const std::uint8_t> bytes);
  template <class Inside>
  void nest(int type, Inside&& inside) {
    nlattr* const begin = start(type);
    inside();
    end(begin);
  }
  nl_msg* get() { return message_.get(); }

 private:
  nlattr* start(int type);
  void end(nlattr* begin);
  std::unique_ptr<nl_msg, void (*)(nl_msg*)> message_;
};

class Netlink {
 public:
  enum class Protocol { route, generic };
  explicit Netlink(Protocol protocol = Protocol::route);  // throws CannotRun

  // What the kernel answers, and into `extack` what it says beside an error. Throws CannotRun where
  // it cannot be asked.
  Errno request(Message& message, std::string* extack = nullptr);

  // What the kernel answers, and if that is no error the body, good until the next call. For
  // requests that have such an answer.
  Errno exchange(Message& message, std::span<const char>& body);

  // What the kernel tells of one object: the body behind the netlink header, good until the next
  // call. Empty if there is no such object, or it is not told.
  std::span<const char> ask(Message& message);

  // All that the kernel tells of many objects: the body of each. Throws CannotRun, and if what was
  // told changed meanwhile.
  void dump(Message& message, const std::function<void(std::span<const char>)>& each);

  // The device of that name; 0 if there is none.
  std::uint32_t index_of(const std::string& name);

 private:
  void send(Message& message);
  std::size_t receive();
  std::unique_ptr<nl_sock, void (*)(nl_sock*)> socket_;
  std::unique_ptr<char[]> answer_;
};

}  // namespace mprogcheck::kernel
