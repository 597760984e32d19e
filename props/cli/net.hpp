// SPDX-License-Identifier: GPL-2.0-only
// What 'bpftool -j net' prints, as the list of one attach point.
#pragma once

#include <string>
#include <vector>

#include "model/words/directive.hpp"
#include "props/plan/plan.hpp"

namespace mprogcheck::cli {

// Which list is asked for.
struct Place {
  std::string kind;    // as bpftool has it: tcx/ingress
  std::string device;  // empty: the only one there is

  Hook hook() const {
    return kind == "tcx/ingress" || kind == "netkit/primary" ? Hook::ingress : Hook::egress;
  }
};

struct Listed {
  std::string device;
  std::vector<ListedEntry> entries;  // in order; a name that several share has its id behind it
};

// Throws BadInput where the document is none of bpftool's, or does not show the list. `file` is for
// messages only. Names are as printable() makes them.
Listed read_net(const std::string& text, const std::string& file, const Place& place);

// What is safe to print, in one line, and not to be mistaken for anything else: other characters
// are \xNN.
std::string printable(const std::string& text);

// Lets the directives say the id of any entry, as in fw#12, and makes of it the name that the entry
// has. Throws BadInput if they say a name that several entries share, or an id that none has.
void resolve_ids(std::vector<Directive>& directives, const std::string& file,
                 const std::vector<ListedEntry>& entries);

}  // namespace mprogcheck::cli
