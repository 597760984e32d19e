// SPDX-License-Identifier: GPL-2.0-only
// What the fixed text of a C reproducer says of each attribute of netkit devices. Not for use
// elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace mprogcheck::repro {

// The text with lists of attributes in the place of their names: @DEFINES@ (types and values as the
// uapi defines them), @MEMBERS@, @READ@, @COMPARED@, @INITIAL@ and @UNSHOWN@ of struct device.
std::string with_attributes(std::string_view text);

}  // namespace mprogcheck::repro
