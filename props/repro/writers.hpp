// SPDX-License-Identifier: GPL-2.0-only
// One writer for each format that runs on a kernel. The trace has passed require_kernel_trace().
#pragma once

#include <string>
#include <string_view>

#include "props/repro/plan.hpp"

namespace mprogcheck::repro {

std::string write_c(const Trace& trace, std::string_view headline, const ReproOrigin& origin);
std::string write_selftest(const Trace& trace, std::string_view headline,
                           const ReproOrigin& origin);
std::string write_bpftool(const Trace& trace, std::string_view headline);

}  // namespace mprogcheck::repro
