// SPDX-License-Identifier: GPL-2.0-only
#include "impl/stress/packets.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "impl/kernel/bpf/note.h"
#include "model/words/device.hpp"

namespace mprogcheck::kernel {

void StressPackets::send(std::uint8_t from) {
  std::array<std::uint8_t, 60> frame{};
  std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
  frame[6] = 0x02;  // locally administered
  frame[12] = NOTE_ETHERTYPE >> 8, frame[13] = NOTE_ETHERTYPE & 0xff;
  ++sequence_;
  std::memcpy(frame.data() + kFrameHead, &sequence_, sizeof(sequence_));
  worker_.netns().packets.send_frame(stress_index(from), frame, {});
}

bool StressPackets::crosses(std::uint8_t from, int looks) {
  constexpr int kPauseMilliseconds = 5;
  Packets& packets = worker_.netns().packets;
  programs_.expect_packet({});
  send(from);
  for (; looks > 0; --looks) {
    while (const auto arrival = packets.take_frame()) {
      std::uint64_t sequence = 0;
      if (arrival->frame.size() >= kFrameHead + sizeof(sequence))
        std::memcpy(&sequence, arrival->frame.data() + kFrameHead, sizeof(sequence));
      if (sequence == sequence_ && arrival->ifindex == stress_index(from ^ 1)) return true;
    }
    pollfd wait{.fd = packets.descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, kPauseMilliseconds);
  }
  return false;
}

// At egress programs see the packet on its sender, at netkit's own list and at ingress on the other
// side. Packets from d0 cross the one of these two where anything can be (kStressPoints), packets
// from d1 the other.
void StressPackets::note(std::uint8_t from, Stamp stamp, bool in_any_case) {
  std::vector<std::uint32_t> here, there;
  for (std::uint32_t i = 0; i < programs_.ran(); ++i) {
    const Note note = programs_.ran_at(i);
    auto& met = note.ifindex == stress_index(from) ? here : there;
    met.push_back(worker_.names().progs[note.prog.raw % kMaxProgs].id);
  }
  if (from == 1) return note(ingress_, std::move(there), stamp, in_any_case);
  note(primary_, std::move(there), stamp, in_any_case);
  ++stamp.process;
  note(egress_, std::move(here), stamp, in_any_case);
}

void StressPackets::note(Met& last, std::vector<std::uint32_t> progs, Stamp stamp,
                         bool in_any_case) {
  if (!in_any_case && progs == last.progs) return;
  worker_.met(last.point, progs, stamp);
  last.progs = std::move(progs);
}

}  // namespace mprogcheck::kernel
