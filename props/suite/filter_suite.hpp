// SPDX-License-Identifier: GPL-2.0-only
// The directed suite of filters: every request of two words in every situation, and behind each
// what becomes of packets and of links when a chain, a qdisc and a device go.
#pragma once

#include <vector>

#include "props/suite/suite_writer.hpp"

namespace mprogcheck {

// Of filter, filter_link and chain, and of qdiscs that have filters.
std::vector<DirectedSuite> filter_suite(Dialect dialect);

}  // namespace mprogcheck
