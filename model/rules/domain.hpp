// SPDX-License-Identifier: GPL-2.0-only
// The value domain the rules are generic over.
//
// A domain D names the types Bool, Int, Prog, Link and Revision, a static `ite(Bool, T, T)` and
// `no_link()`. Bool has && || !, Int has + - and comparisons, Revision is 64 bits with + and &, the
// others have == and !=. Over `Plain` the rules are the
// oracle; over solver terms the same text is a proof obligation. Rules must not branch on a Bool.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/words/operation.hpp"

namespace mprogcheck {

struct Plain {
  using Bool = bool;
  using Int = int;
  using Prog = mprogcheck::Prog;
  using Link = mprogcheck::Link;
  using Revision = std::uint64_t;

  template <class T>
  static constexpr T ite(bool c, T a, T b) {
    return c ? a : b;
  }
  static constexpr Link no_link() { return kNoLink; }
};

// Where a program stands. `index` means something only where `exists` holds: no position is not a
// position.
template <class D>
struct Place {
  typename D::Bool exists;
  typename D::Int index;
};

// What the system call found behind a descriptor or id. At most one of the four holds; none of
// them: the object is usable, `prog` is it (or the link's program) and `link` the link.
template <class D>
struct Object {
  typename D::Bool none;        // 0 was given
  typename D::Bool missing;     // not open; nobody has this id
  typename D::Bool wrong_kind;  // not a program, or not a link, as the request says it is
  typename D::Bool wrong_type;  // a program of another type, the link of one or of none at all
  typename D::Prog prog;
  typename D::Link link;

  typename D::Bool usable() const { return !none && !missing && !wrong_kind && !wrong_type; }

  static constexpr bool has_fields = true;
  template <class Self, class Visit>
  static constexpr void visit_fields(Self& o, Visit&& visit) {
    visit("none", o.none);
    visit("missing", o.missing);
    visit("wrong_kind", o.wrong_kind);
    visit("wrong_type", o.wrong_type);
    visit("prog", o.prog);
    visit("link", o.link);
  }
};

// What a program answers for a packet.
template <class D>
struct Voice {
  typename D::Bool ends;  // it passes or drops; else the following program runs
  typename D::Bool drops;
  typename D::Prog prog;

  static constexpr bool has_fields = true;
  template <class Self, class Visit>
  static constexpr void visit_fields(Self& v, Visit&& visit) {
    visit("ends", v.ends);
    visit("drops", v.drops);
    visit("prog", v.prog);
  }
};

// One request as the rules see it, after names were looked up. Fields that a command does not have
// are false or none.
template <class D>
struct Request {
  using Bool = typename D::Bool;
  Bool replace, before, after, first, last, id, by_link;  // the flags
  Bool other_flags;    // any flag bit the command does not define
  Bool hook_known;     // the attach type is one of ours
  Bool device_known;   // the device is there, in the caller's namespace
  Bool not_netkit;     // a hook of netkit, and the device is none
  Bool not_primary;    // ... the device is the peer of a pair
  Bool single_device;  // ... the device has no peer
  Bool expects;        // expected_revision is not 0
  typename D::Revision expected;
  Object<D> prog;          // the program that goes in or out
  Object<D> relative;      // the anchor
  Object<D> old;           // the program to be replaced
  Object<D> link;          // link commands: the link
  Bool link_attached;      // it is on a list still
  Bool owns_filter;        // or has a filter still
  Bool of_filter;          // it was made with one
  typename D::Link owner;  // whose entry it will be; D's no link for PROG_ATTACH and PROG_DETACH
  Bool arrays;             // query: any array is given
  Bool prog_ids;           // ... that of program ids; without it none is filled
  Bool fault;              // ... at an address that is not mapped
  typename D::Int room;    // ... slots in each
  Bool privileged;         // the caller has CAP_NET_ADMIN in the first user namespace
  Bool long_attribute;     // longer than a page
  Bool dirty_tail;         // a byte behind the command's last field is not 0
  Bool dirty_gap;          // or one between its fields, or of a field that is not for these hooks
  Bool whole_namespace;    // remove: not one device, but all of them
  Bool paired;             // remove: the device has another side
  Bool has_filters;        // remove, qdisc: the device has some
  Bool has_qdisc;          // qdisc: the device has one
  Bool other_qdisc;        // ... of the other kind
  Bool adds, removes;      // ... and what becomes of it; neither: it is replaced
  std::array<Voice<D>, 2> says;  // packet: by different programs; the others let it go on

  static constexpr bool has_fields = true;
  template <class Self, class Visit>
  static constexpr void visit_fields(Self& r, Visit&& visit) {
    visit("REPLACE", r.replace);
    visit("BEFORE", r.before);
    visit("AFTER", r.after);
    visit("FIRST", r.first);
    visit("LAST", r.last);
    visit("ID", r.id);
    visit("LINK", r.by_link);
    visit("other_flags", r.other_flags);
    visit("hook_known", r.hook_known);
    visit("device_known", r.device_known);
    visit("not_netkit", r.not_netkit);
    visit("not_primary", r.not_primary);
    visit("single_device", r.single_device);
    visit("expects", r.expects);
    visit("expected", r.expected);
    visit("new", r.prog);
    visit("relative", r.relative);
    visit("old", r.old);
    visit("link", r.link);
    visit("link_attached", r.link_attached);
    visit("owns_filter", r.owns_filter);
    visit("of_filter", r.of_filter);
    visit("new_owner", r.owner);
    visit("arrays", r.arrays);
    visit("prog_ids", r.prog_ids);
    visit("fault", r.fault);
    visit("room", r.room);
    visit("privileged", r.privileged);
    visit("long_attribute", r.long_attribute);
    visit("dirty_tail", r.dirty_tail);
    visit("dirty_gap", r.dirty_gap);
    visit("whole_namespace", r.whole_namespace);
    visit("paired", r.paired);
    visit("has_filters", r.has_filters);
    visit("has_qdisc", r.has_qdisc);
    visit("other_qdisc", r.other_qdisc);
    visit("adds", r.adds);
    visit("removes", r.removes);
    visit("one", r.says[0]);
    visit("two", r.says[1]);
  }
};

// Calls visit(object, name, field) for every field of facts; those of the objects within it
// included, for which `object` is the name of the object, else empty.
template <class Facts, class Visit>
constexpr void for_each_field(Facts& facts, Visit&& visit, std::string_view object = {}) {
  Facts::visit_fields(facts, [&]<class Field>(std::string_view name, Field& field) {
    if constexpr (requires { Field::has_fields; })
      for_each_field(field, visit, name);
    else
      visit(object, name, field);
  });
}

// Over this domain every field is one byte, so that a field no list names is noticed.
struct OneByte {
  using Bool = char;
  using Int = char;
  using Prog = char;
  using Link = char;
  using Revision = char;
};
template <template <class> class Facts>
constexpr bool lists_every_field() {
  Facts<OneByte> facts{};
  std::size_t listed = 0;
  for_each_field(facts, [&](auto, auto, char&) { ++listed; });
  return listed == sizeof facts;
}
static_assert(lists_every_field<Request>());

}  // namespace mprogcheck
