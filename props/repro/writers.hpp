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

// The part of write_c() that stands for one operation.
std::string c_paragraph(const Step& step);

}  // namespace mprogcheck::repro
