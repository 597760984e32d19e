// SPDX-License-Identifier: GPL-2.0-only
// The attribute of bpf(2) as bytes: how far the fields of each command reach, and what becomes of a
// request whose attribute is shorter, longer, or has bytes that belong to no field.
//
// Source: include/uapi/linux/bpf.h, union bpf_attr. What a caller leaves off at the end counts as
// 0; what it adds has to be 0 (bpf(2); commit 1e2709769086, extensible attributes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "model/words/operation.hpp"

namespace mprogcheck {

// Bytes of the fields of a command of bpf(2) at these hooks; 0: it is another system call.
std::size_t attribute_size(Verb verb);

// The bytes that the call gives: those of the fields, or `size`; and with them the dirty one.
std::size_t bytes_given(const Operation& op);

// Where fields end: the sizes a shorter attribute may have, all but the last.
std::span<const std::uint8_t> sizes_of(Verb verb);

bool long_attribute(const Operation& op);
bool dirty_tail(const Operation& op);
bool dirty_gap(const Operation& op);
bool dirty_flags(const Operation& op);

// Whether a query whose attribute is so long has the field that tells the revision, or the count.
bool tells_revision(const Operation& query);
bool tells_count(const Operation& query);
// How many slots of each array the kernel may write: none if the query gives no array of programs.
std::uint8_t slots_to_fill(const Operation& query);

// What is asked once the fields behind `size` are taken for 0. Idempotent.
Operation shortened(const Operation& op);

// What is wrong with `size` or `dirty`, if anything: a size ends at the end of a field and leaves
// the attach point whole, a dirty byte is in no field.
std::optional<std::string> size_complaint(const Operation& op);
std::optional<std::string> dirty_complaint(const Operation& op);

}  // namespace mprogcheck
