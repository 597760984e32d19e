// SPDX-License-Identifier: GPL-2.0-only
// What of an observation differs first from what the model says, in the words of a bucket; empty if
// nothing does.
#pragma once

#include <string_view>

#include "model/words/observation.hpp"

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

}  // namespace mprogcheck
