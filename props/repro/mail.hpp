// SPDX-License-Identifier: GPL-2.0-only
// A report as a mail: plain text, no line of 75 columns or more where it can be broken.
#pragma once

#include <string>
#include <vector>

#include "props/repro/repro.hpp"

namespace mprogcheck {

struct MailFacts {
  std::string on;       // what showed it, as in vm:7.2
  std::string kernels;  // which ones show it, as `bisect` says
  std::string fixes;    // the commit that began it, as somebody has found out
  std::vector<std::string> to, cc;
};

// The lines of "what happens" are those that `fuzz` writes in front of a trace ("step 2: expected
// ERANGE, observed ok"); without them it is the last step that shows it. Throws
// std::invalid_argument for what no kernel can be shown.
std::string write_mail(const Trace& trace, const MailFacts& facts, const ReproOrigin& origin);

// Files of a kernel tree that the trace is about: those on which the clause stands, and those that
// carry it out.
std::vector<std::string> files_concerned(const Trace& trace);

}  // namespace mprogcheck
