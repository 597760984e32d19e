// SPDX-License-Identifier: GPL-2.0-only
// Rules for a packet at a hook of tcx: whom it meets, and where that ends.
#pragma once

#include "model/rules/common.hpp"

namespace mprogcheck::rules {

template <class D>
struct PacketFacts {
  Request<D> r;
  typename D::Bool dropped;  // the first of those on the list that ends the run drops
  typename D::Bool passed;   // ... or passes
  typename D::Int ran;       // programs, from the head on

  template <class Chain>
  static PacketFacts of(const Chain& c, const Request<D>& r);
};

template <class D>
template <class Chain>
PacketFacts<D> PacketFacts<D>::of(const Chain& c, const Request<D>& r) {
  using Int = typename D::Int;
  using Bool = typename D::Bool;
  const auto& [one, two] = r.says;
  const auto one_at = c.find(one.prog), two_at = c.find(two.prog);
  const Bool one_ends = one.ends && one_at.exists, two_ends = two.ends && two_at.exists;
  const Bool two_is_first = two_ends && (!one_ends || two_at.index < one_at.index);
  const Bool ends = one_ends || two_ends, drops = D::ite(two_is_first, two.drops, one.drops);
  return {.r = r,
          .dropped = ends && drops,
          .passed = ends && !drops,
          .ran = D::ite(ends, Int(D::ite(two_is_first, two_at.index, one_at.index) + 1),
                        Int(c.size()))};
}

inline constexpr auto ran = [](const auto& f) { return f.ran; };

// The index of an effect is the number of programs that ran.
inline constexpr auto packet = Sequence{
    due("front.attach_type", Errno::inval, "The attach type is not one of the hooks.", house(),
        [](const auto& f) { return !f.r.hook_known; }),
    due("front.device", Errno::nodev, "The device does not exist.", house(),
        [](const auto& f) { return !f.r.device_known; }),
    effect(
        "packet.drop", Change::none,
        "Programs run in list order up to the one that drops the packet.",
        document(source::tcx_commit("terminating ones with TCX_PASS, TCX_DROP, TCX_REDIRECT"),
                 source::uapi("TCX_DROP"), file("net/core/dev.c", "tcx_run")),
        [](const auto& f) { return f.dropped; }, ran),
    effect(
        "packet.pass", Change::none,
        "Programs run in list order up to the one that passes the packet.",
        document(source::tcx_commit("terminating ones with TCX_PASS, TCX_DROP, TCX_REDIRECT"),
                 source::uapi("TCX_PASS"), source::tc_opts("test_tc_chain_mixed")),
        [](const auto& f) { return f.passed; }, ran),
    effect(
        "packet.next", Change::none,
        "A program that returns NEXT or an undefined code hands the packet to the next program. "
        "After the programs of the list run the filters of the hook, in order of priority. If no "
        "program decides, the packet passes.",
        selftest(
            source::uapi("tcx_action_base"), source::tc_opts("test_tc_chain_mixed"),
            file("tools/testing/selftests/net/forwarding/tc_actions.sh", "gact_drop_and_ok_test")),
        [](const auto& f) { return !f.dropped && !f.passed; }, ran),
};

}  // namespace mprogcheck::rules
