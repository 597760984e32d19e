// SPDX-License-Identifier: GPL-2.0-only
// The directed suite of netkit devices: every value at a boundary, and every two rules that two
// attributes or two verdicts can bring together.
//
// The lists have witnesses by solver (proofs/witness.hpp). What can be wrong with a device is said
// attribute by attribute, so here all requests of one and of two attributes are gone through, in
// every situation, and the model is asked which of them show something new.
#pragma once

#include <optional>
#include <vector>

#include "props/suite/suite_writer.hpp"

namespace mprogcheck {

// Of create (also of every value at a boundary, with traffic behind), change, set and send.
std::vector<DirectedSuite> device_suite(Dialect dialect);

// The trace with its list at a netkit device in the place of d0's: ingress becomes the primary's
// own list, egress that of its peer. Nothing where it does something else to the device.
std::optional<Trace> at_netkit(const Trace& trace);

}  // namespace mprogcheck
