// SPDX-License-Identifier: GPL-2.0-only
// What a C reproducer is to be, found out before its steps are written, and words that its steps
// share. Not for use elsewhere.
#pragma once

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "props/repro/plan.hpp"

namespace mprogcheck::repro {

struct CProgram {
  CProgram(const Trace& trace, std::vector<Step> steps);

  const Trace& trace;
  std::vector<Step> steps;
  std::set<std::uint8_t> devices;     // those of the header that are used, to be made
  std::uint8_t loopback = kNoDevice;  // the one of the header that `lo` stands for
  bool netkit = false;                // devices are asked of rtnetlink
  bool spaces = false;                // there is a second namespace
  bool shows_devices = false;         // behind each request about devices, as rtnetlink shows them
  bool packets = false, sends = false;
  bool several = false;     // packets: what programs say to each is told before it is sent
  bool both_hooks = false;  // of `lo`, which a packet meets both
  bool redirects = false;
  bool loads = false;    // there are programs that packets can meet
  bool single = false;   // some packet is sent from a device without a peer
  bool carries = false;  // some packet has a mark or a priority
  bool hazards = false;
  std::set<Point> lists;  // whose revisions are kept

  bool has(Verb verb) const;
  // A pair that only prepares for what follows: not asked for with all of its attributes.
  bool only_prepares(const Step& step) const;
  // How many steps from this one on only put one program after the other behind a list.
  std::size_t run_of_attaches(std::size_t from) const;
};

// In the namespace of the caller, as the model has it.
std::string device_index(const CProgram& program, const Step& step, std::uint8_t device);
std::string attach_type(Hook hook);
std::string place(Point point);               // d0_ingress
std::string device_name(std::uint32_t name);  // d1, nk0
std::string error_text(Errno error);          // "0", "EINVAL"

// `call` is made in another namespace than n0 where the step says so.
std::string in_space(std::uint8_t space, std::string_view call);
// The same of another caller.
std::string as_caller(const Operation& op, std::string_view call);

// The socket for packets of a namespace.
std::string packet_socket(const CProgram& program, std::uint8_t space);
std::string verdict(Action action);

// The request, and what it must return; `ret` keeps that where more is to be said of it, `first`
// above all.
std::string c_check(const Step& step, std::string_view call, std::string_view first = {});

// What the list must be then.
std::string c_list(const CProgram& program, const Step& step, Point where, const Listing& list,
                   bool changes);

// What one operation is in C, without its comment.
std::string c_step(const CProgram& program, const Step& step);
// Parts of it: a request about devices, and what they must be then; packets.
std::string c_create(const CProgram& program, const Step& step);
std::string c_change(const CProgram& program, const Step& step);
std::string c_set(const CProgram& program, const Step& step);
std::string c_remove(const CProgram& program, const Step& step);
std::string c_packet(const CProgram& program, const Step& step);
std::string c_send(const CProgram& program, const Step& step);
// The devices after the step, or before it.
std::string c_devices(const CProgram& program, const Step& step, bool after = true);

// Names and numbers that the program says itself, see pieces.hpp.
std::string c_declarations(const CProgram& program);
// How rtnetlink numbers the attributes and values of netkit, and which of them are shown.
std::string c_attributes();

}  // namespace mprogcheck::repro
