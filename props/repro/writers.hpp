// SPDX-License-Identifier: GPL-2.0-only
// One writer for each format that runs on a kernel. The trace has passed require_kernel_trace().
#pragma once

#include <string>
#include <string_view>

#include "props/repro/plan.hpp"

namespace mprogcheck::repro {

std::string write_c(const Trace& trace, std::string_view headline);
std::string write_selftest(const Trace& trace, std::string_view headline);
std::string write_bpftool(const Trace& trace, std::string_view headline);

// The part of write_c() that stands for one operation, in a program of these uses.
struct Uses;
std::string c_paragraph(const Step& step, const Uses& uses);
// Parts of a paragraph: a request about devices, and how they must be then; a packet out of one.
std::string c_create(const Step& step, const Uses& uses);
std::string c_change(const Step& step, const Uses& uses);
std::string c_set(const Step& step, const Uses& uses);
std::string c_remove(const Step& step, const Uses& uses);
std::string c_devices_after(const Step& step);
std::string c_send(const Step& step);

}  // namespace mprogcheck::repro
