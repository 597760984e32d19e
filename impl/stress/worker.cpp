// SPDX-License-Identifier: GPL-2.0-only
#include "impl/stress/worker.hpp"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "impl/kernel/netkit.hpp"
#include "impl/target.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::kernel {
namespace {

// Types within IFLA_INFO_DATA.
constexpr int kPeerInfo = row(Key::peer).type, kMode = row(Key::mode).type;

int result_of(Errno error) {
  errno = static_cast<int>(error);
  return error == Errno::ok ? 0 : -1;
}

std::string name_of(std::uint8_t device) {
  return "d" + std::to_string(int{device});
}

}  // namespace

std::uint32_t stress_index(std::uint8_t device) {
  return kFirstIndex + device;
}

Record& SharedLog::record() {
  const std::uint32_t at = used++;
  if (at >= kRecords) throw CannotRun("a stress of so many calls is more than can be noted");
  return records[at] = {};
}

Worker::Worker(SharedLog& log, Lists& lists, const Names& names, std::uint32_t process)
    : log_(log), lists_(lists), names_(names), process_(process) {
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) names_.interfaces[d] = stress_index(d);
}

const Record& Worker::call(const Operation& op) {
  Record& record = log_.record();
  record.op = op;
  record.stamp.process = process_;
  buffers_.clear(kStressRoom);
  const int result = make(record);
  record.stamp.returned = log_.clock++;
  record.error = abi::error_of(result);
  if (has_trait(op.verb, Trait::makes_link) && result >= 0) {
    const std::uint32_t id = lists_.id_of(netns_, result);
    names_.links[op.link.raw] = {static_cast<std::uint32_t>(result), id};
    log_.link_ids[op.link.raw] = id;
  }
  if (op.verb == Verb::close && op.prog.kind == Ref::Kind::link)
    names_.links[op.prog.raw].descriptor = kNotOpen;
  return record;
}

int Worker::info(Record& record) {
  abi::LinkInfo info{};
  abi::Call call(abi::kGetInfoByFd, abi::GetInfo{.bpf_fd = names_.descriptor(record.op.link),
                                                 .info_len = sizeof(info),
                                                 .info = reinterpret_cast<std::uintptr_t>(&info)});
  record.stamp.invoked = log_.clock++;
  const int result = lists_.make(netns_, call);
  record.progs[0] = info.prog_id, record.filled = 1;
  record.ifindex = info.ifindex, record.attach_type = info.attach_type;
  return result;
}

int Worker::close(Record& record) {
  const auto fd = static_cast<int>(names_.descriptor(record.op.prog));
  record.stamp.invoked = log_.clock++;
  return ::close(fd);
}

int Worker::make(Record& record) {
  const Operation& op = record.op;
  if (has_trait(op.verb, Trait::tells_link)) return info(record);
  if (op.verb == Verb::close) return close(record);
  if (tells_devices(op.verb)) {
    record.stamp.invoked = log_.clock++;
    return make_device(op);
  }
  abi::Call call = translate(op, names_, buffers_);
  record.stamp.invoked = log_.clock++;
  const int result = lists_.make(netns_, call);
  if (!has_trait(op.verb, Trait::only_asks) || (result < 0 && errno != ENOSPC)) return result;
  const int error = errno;
  const auto answer = call.as<abi::Query>();
  record.revision = answer.revision;
  record.count = answer.count;
  record.filled = static_cast<std::uint8_t>(
      std::min<std::size_t>({answer.count, op.room, op.arrays != 0 ? kStressRoom : 0}));
  for (std::size_t i = 0; i < record.filled; ++i) {
    record.progs[i] = buffers_.progs[i];
    record.links[i] = buffers_.links[i];
    // Of an entry only one of the two says anything.
    const auto told = [](std::uint32_t flags) {
      return flags == QueryBuffers::kUntouched ? 0 : flags;
    };
    record.flags[i] = told(buffers_.prog_flags[i]) | told(buffers_.link_flags[i]);
  }
  errno = error;
  return result;
}

int Worker::make_device(const Operation& op) {
  const std::uint32_t index = stress_index(op.point.device);
  if (op.verb == Verb::remove) {
    Message message(RTM_DELLINK);
    message.about(static_cast<std::int32_t>(index));
    return result_of(netns_.netlink.request(message));
  }
  if (op.verb == Verb::set) {
    Message message(RTM_SETLINK);
    message.about(static_cast<std::int32_t>(index), true);
    return result_of(netns_.netlink.request(message));
  }
  Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.about(static_cast<std::int32_t>(index));
  message.put(IFLA_IFNAME, name_of(op.point.device));
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, lists_.kind());
    message.nest(IFLA_INFO_DATA, [&] {
      lists_.describe(message);
      message.put(kMode, netkit::l2);
      message.nest(kPeerInfo, [&] {
        message.about(static_cast<std::int32_t>(stress_index(op.peer)));
        message.put(IFLA_IFNAME, name_of(op.peer));
      });
    });
  });
  return result_of(netns_.netlink.request(message));
}

void Worker::met(Point point, std::span<const std::uint32_t> progs, Stamp stamp) {
  Record& record = log_.record();
  record.op.verb = Verb::query;
  record.op.point = point;
  record.op.room = kMaxCapacity + 1;
  record.op.arrays = array::progs;
  record.stamp = stamp;
  record.tells_revision = false;
  record.filled = static_cast<std::uint8_t>(std::min(progs.size(), kStressRoom));
  std::copy_n(progs.begin(), record.filled, record.progs.begin());
}

}  // namespace mprogcheck::kernel
