// SPDX-License-Identifier: GPL-2.0-only
// The fields that the verbs of the trace language have, each with its word, its place in Operation
// and its values.
#pragma once

#include "model/words/row.hpp"

namespace mprogcheck::words {

namespace field {
using Accepts = Reference::Accepts;

inline constexpr Operand prog{at<&Operation::prog>, Field::prog,
                              Reference{Accepts::anything, "a program"}};
inline constexpr Operand prog_or_any{
    at<&Operation::prog>, Field::prog,
    Reference{.accepts = Accepts::anything, .what = "a program", .none_means_any = true}};
inline constexpr Operand closed{at<&Operation::prog>, Field::prog,
                                Reference{Accepts::prog_or_link, "a program or a link"}};
inline constexpr Operand filter_prog{at<&Operation::prog>, Field::prog,
                                     Reference{Accepts::anything, "a program"},
                                     Occurs::unless_removed};
inline constexpr Operand link{at<&Operation::link>, Field::link,
                              Reference{Accepts::anything, "a link"}};
inline constexpr Operand link_name{at<&Operation::link>, Field::link,
                                   Reference{Accepts::link_name, "a link"}};
inline constexpr Operand new_link{at<&Operation::link>, Field::link,
                                  Reference{Accepts::new_link, "the name of the new link"}};
inline constexpr Operand point{at<&Operation::point>, Field::point, AttachPoint{}};
inline constexpr Operand device{at<&Operation::point>, Field::point, DeviceName{}};
inline constexpr Operand device_or_all{at<&Operation::point>, Field::point,
                                       DeviceName{.all = true}};
inline constexpr Operand peer{at<&Operation::peer>, Field::peer, DeviceName{}, Occurs::optionally};
inline constexpr Operand provocation{at<&Operation::provocation>, Field::other,
                                     OneOf<Provocation>{kProvocations}};
inline constexpr Operand filter_change{at<&Operation::change>, Field::other,
                                       OneOf<TcChange>{kTcChanges}};
inline constexpr Operand qdisc_change{at<&Operation::change>, Field::other,
                                      OneOf<TcChange>{kQdiscChanges}};
inline constexpr Operand qdisc_kind{at<&Operation::kind>, Field::other, OneOf<Qdisc>{kQdiscs},
                                    Occurs::unless_removed};
inline constexpr Literal remove{"remove"};

inline constexpr Option room{at<&Operation::room>, "room", "how many slots each array has",
                             Field::other, Number{.least = 0, .most = 255, .small = 4}};
inline constexpr Bit replace{at<&Operation::flags>, "replace",
                             "BPF_F_REPLACE: replaces a program of the list", Field::flags,
                             flag::replace};
inline constexpr Bit before{at<&Operation::flags>, "before",
                            "BPF_F_BEFORE: in front of the relative object, or of all",
                            Field::flags, flag::before};
inline constexpr Bit after{at<&Operation::flags>, "after",
                           "BPF_F_AFTER: behind the relative object, or behind all", Field::flags,
                           flag::after};
inline constexpr Bit first{
    at<&Operation::flags>, "first",
    "BPF_F_FIRST (dialect rfc2): in front of all for as long as the entry is there", Field::flags,
    flag::first};
inline constexpr Bit last{at<&Operation::flags>, "last",
                          "BPF_F_LAST (dialect rfc2): behind all for as long as the entry is there",
                          Field::flags, flag::last};
inline constexpr Bit id{at<&Operation::flags>, "id",
                        "BPF_F_ID: the relative object is given by its id, not by a descriptor",
                        Field::flags, flag::id};
inline constexpr Bit by_link{at<&Operation::flags>, "link",
                             "BPF_F_LINK: the relative object is a link", Field::flags, flag::link};
inline constexpr Bit progs{at<&Operation::arrays>, "progs", "asks for prog_ids", Field::other,
                           array::progs};
inline constexpr Bit links{at<&Operation::arrays>, "links", "asks for link_ids", Field::other,
                           array::links};
inline constexpr Bit prog_flags{at<&Operation::arrays>, "prog_flags", "asks for prog_attach_flags",
                                Field::other, array::prog_flags};
inline constexpr Bit link_flags{at<&Operation::arrays>, "link_flags", "asks for link_attach_flags",
                                Field::other, array::link_flags};
inline constexpr Bit fault{at<&Operation::fault>, "fault",
                           "the arrays are at an address that is not mapped", Field::other, 1};
inline constexpr Option chain{at<&Operation::key, &FilterKey::chain>, "chain",
                              "the chain of the filter", Field::key, Number{0, kChains - 1}};
inline constexpr Option priority{at<&Operation::key, &FilterKey::priority>, "priority",
                                 "the priority of the filter; the lowest is asked first",
                                 Field::key, Number{1, kPriorities}};
inline constexpr Option handle{at<&Operation::key, &FilterKey::handle>, "handle",
                               "the handle of the filter", Field::key, Number{1, kHandles}};
inline constexpr Bit skip_hw{at<&Operation::bits>, "skip_hw", "TCA_CLS_FLAGS_SKIP_HW",
                             Field::bits,          kSkipHw,   Occurs::unless_removed};
inline constexpr Bit skip_sw{at<&Operation::bits>, "skip_sw", "TCA_CLS_FLAGS_SKIP_SW",
                             Field::bits,          kSkipSw,   Occurs::unless_removed};
inline constexpr Option bits{at<&Operation::bits>, "bits", "flag bits that have no word",
                             Field::bits, Number{0, 0xffffffffU, true}};
inline constexpr Option filter_bits{at<&Operation::bits>,
                                    "bits",
                                    "flag bits that have no word",
                                    Field::bits,
                                    Number{0, 0xffffffffU, true, kSkipHw | kSkipSw},
                                    Occurs::unless_removed};
inline constexpr Option relative{
    at<&Operation::relative>, "rel", "the relative object: relative_fd, with id relative_id",
    Field::relative, Reference{Accepts::anything, "a program or a link"}};
inline constexpr Option old{at<&Operation::old>, "old",
                            "the program that is to be replaced: replace_bpf_fd, old_prog_fd",
                            Field::old, Reference{Accepts::anything, "a program"}};
inline constexpr Option revision{at<&Operation::revision>, "rev",
                                 "expected_revision; 0 accepts any", Field::revision,
                                 Number{0, ~std::uint64_t{0}}};
inline constexpr Option size{at<&Operation::size>, "size",
                             "the size of the attribute in bytes; by default that of its fields",
                             Field::size, Number{0, kLongestAttribute}};
inline constexpr Option dirty{at<&Operation::dirty>, "dirty",
                              "the offset of a byte that is not 0 and belongs to no field",
                              Field::dirty, Number{0, kLongestAttribute - 1}};
inline constexpr Option bytes{at<&Operation::bytes>, "bytes",
                              "the length of the frame, with its 14 bytes of header; by default 60",
                              Field::other, Number{0, 100'000}};
inline constexpr Bit marked{at<&Operation::mark>, "mark", "the packet carries a mark", Field::other,
                            1};
inline constexpr Bit with_priority{at<&Operation::priority>, "priority",
                                   "the packet carries a priority", Field::other, 1};
inline constexpr Attributes attrs{};
inline constexpr Option space{at<&Operation::space>, "in",
                              "the network namespace in which the call is made", Field::space,
                              Namespace{}};
inline constexpr Option caller{
    at<&Operation::caller>, "as",
    "who makes the call: root, a user without capabilities, or root of a user namespace",
    Field::other, OneOf<Caller>{kCallers}};
inline constexpr Verdicts says{};

// Groups that several verbs have.
inline constexpr auto list_flags = words::parts<replace, before, after, first, last, id, by_link>;
inline constexpr auto oddities = words::parts<size, dirty>;
inline constexpr auto filter_flags = words::parts<skip_hw, skip_sw, filter_bits>;
inline constexpr auto filter_key = words::parts<chain, priority, handle>;
}  // namespace field

}  // namespace mprogcheck::words
