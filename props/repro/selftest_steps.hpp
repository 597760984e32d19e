// SPDX-License-Identifier: GPL-2.0-only
// The steps of a selftest (repro_selftest.cpp): each as calls of libbpf and what is asserted of
// them.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "props/repro/plan.hpp"

namespace mprogcheck::repro {

// What a test has to declare, found out from the steps and while they are written.
struct SelftestNeeds {
  std::vector<std::uint8_t> progs;  // p3 of the trace is tc1, if it is the first there is
  std::vector<std::uint8_t> links;
  std::vector<Point> points;
  std::vector<std::pair<Point, std::uint8_t>> attached;  // without a link, or asked to be
  std::vector<std::uint8_t> devices;                     // of the header, those that are used
  bool own_devices = false;  // loopback does not do: there are several, or one goes
  std::uint64_t most_revision = 1;

  bool attaches = false, detaches = false, queries = false, creates = false, updates = false;
  bool infos = false;
  bool file = false, new_revisions = false;
  std::uint8_t arrays = 0;          // of array::
  std::bitset<kMaxProgs> prog_ids;  // whose ids are looked at
  std::bitset<kMaxLinks> link_ids;

  std::size_t tc(std::uint8_t prog) const {  // from 1
    return static_cast<std::size_t>(std::find(progs.begin(), progs.end(), prog) - progs.begin()) +
           1;
  }
};

std::string selftest_device(const SelftestNeeds& needs, Point p);
std::string selftest_target(Hook hook);
std::string selftest_revisions(Point p);  // the array of the revisions that list has had

// Throws std::invalid_argument where the step cannot be written with libbpf and the skeleton.
void require_selftest_step(const Trace& trace, const Step& step);

std::string selftest_paragraph(const Step& step, SelftestNeeds& needs);

}  // namespace mprogcheck::repro
