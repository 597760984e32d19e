// SPDX-License-Identifier: GPL-2.0-only
// What of an observation differs first from what the model says, in the words of a bucket; empty if
// nothing does.
#pragma once

#include <cstddef>
#include <string_view>

#include "model/words/observations.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck {

// Of a device. Attributes that came later than netkit itself need not be told.
std::string_view difference(const DeviceView& model, const DeviceView& seen);

std::string_view difference(const Journey& model, const Journey& seen);

std::string_view difference(const Filters& model, const Filters& seen);

// Of the answer to a query, to information of a link, or of a packet.
std::string_view difference(const Operation& op, const Observation& model, const Observation& seen);

// Between what two targets saw of one operation, whole. References count where both tell them,
// words of netlink's do not.
std::string_view difference_between(const Operation& op, const Observation& one,
                                    const Observation& other);
// "reached" where only one of them came that far.
std::string_view difference_between(const Operation& op, const Observation* one,
                                    const Observation* other);

// The first step of which two targets saw something different; the number of operations if they saw
// the same all along.
std::size_t first_difference(const Trace& trace, Observations one, Observations other);

}  // namespace mprogcheck
