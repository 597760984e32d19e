// SPDX-License-Identifier: GPL-2.0-only
// What a C reproducer is to be, found out before its steps are written, and words that its steps
// share. Not for use elsewhere.
#pragma once

#include <fmt/format.h>

#include <array>
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
  bool shows_devices = false;         // behind the last step, as rtnetlink shows them
  bool packets = false, sends = false;
  bool several = false;     // packets: what programs say to each is told before it is sent
  bool both_hooks = false;  // of `lo`, which a packet meets both
  bool redirects = false;
  std::array<bool, kMaxProgs> loaded{};  // the programs that a step names
  bool loads = false;                    // there are programs that packets can meet
  bool carries = false;                  // some packet has a mark or a priority
  bool hazards = false;
  bool makes_pair = false;       // a function does it for several
  bool drawn = false;            // some device has an address that the kernel draws
  bool long_attributes = false;  // room is needed behind the fields of an attribute of bpf(2)
  std::size_t queries = 0;
  std::set<Point> lists;  // whose revisions are kept

  bool has(Verb verb) const;
  // How many steps from this one on only put one program after the other behind a list.
  std::size_t run_of_attaches(std::size_t from) const;
};

// Two devices that have no attributes but their names.
bool is_plain_pair(const Operation& create);

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

std::string indented(std::string lines);  // by one tab

// The socket for packets of a namespace.
std::string packet_socket(const CProgram& program, std::uint8_t space);
std::string verdict(Action action);

// The request, and what it must return; `ret` keeps that where more is to be said of it, `first`
// above all.
std::string c_check(const Step& step, std::string_view call, std::string_view first = {});

// A text in C: what must be seen if the request was refused (`ret`), and if not.
std::string either(std::string_view refused, std::string_view done);

// What the list must be then, as a text in C.
std::string c_list(const CProgram& program, const Step& step, Point where,
                   const std::string& expected);
std::string list_text(const Listing& list, bool changes);

// What one operation is in C, without its comment.
std::string c_step(const CProgram& program, const Step& step);
// Parts of it: a request about devices, and what they must be then; packets.
std::string c_create(const CProgram& program, const Step& step);
std::string c_change(const CProgram& program, const Step& step);
std::string c_set(const CProgram& program, const Step& step);
std::string c_remove(const CProgram& program, const Step& step);
std::string c_packet(const CProgram& program, const Step& step);
std::string c_send(const CProgram& program, const Step& step);
// What devices must be behind the step, which may be refused as well where that is left open.
std::string c_devices(const Step& step, bool left_open);

// Names and numbers that the program says itself, see pieces.hpp.
std::string c_declarations(const CProgram& program);
// How rtnetlink numbers the attributes and values of netkit, and which of them are shown.
std::string c_attributes();

}  // namespace mprogcheck::repro
