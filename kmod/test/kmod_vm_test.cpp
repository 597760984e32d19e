// SPDX-License-Identifier: GPL-2.0-only
// Our implementation as a module, in a guest: it answers as the model says, in both dialects, and
// goes when nobody needs it. Where the module was not built, or no kernel or no QEMU can be had,
// these tests skip, with the reason.
#include "impl/inprocess/inprocess.hpp"
#include "kmod/test/kmod_testing.hpp"
#include "props/search/hunt.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

TEST_F(Module, speaks_both_dialects_and_has_all_kinds_of_devices) {
  const Capabilities can = vm_->capabilities();
  EXPECT_TRUE(can.mainline && can.rfc2 && can.any_capacity);
  EXPECT_TRUE(can.packets && can.netkit);
  EXPECT_EQ(can.attributes, kInData);
  EXPECT_FALSE(can.memory);
}

TEST_F(Module, keeps_first_and_last_at_the_ends) {
  conforms(
      "dialect rfc2\ncapacity 3\nrevision 4294967295\ndevice d0\nload p0 p1 p2 p3:xdp\n"
      "attach p0 d0/ingress last\nattach p1 d0/ingress first\nattach p2 d0/ingress\n"
      "attach p3 d0/ingress\nlink_create l0 p2 d0/egress first last\n"
      "query d0/egress room=1 progs links link_flags\npacket d0/ingress p1=pass\n"
      "attach p1 d0/egress\nlink_update l0 p1\ninfo l0\nfdinfo l0\n"
      "detach none d0/ingress before id rel=p2\nclose l0\ndetach p0 d0/ingress rev=7\n");
}

TEST_F(Module, finds_programs_by_id_wherever_they_are_held) {
  conforms(
      "dialect mainline\ndevice d0 d1\nload p0 p1 p2\nattach p0 d0/ingress\nclose p0\n"
      "attach p1 d0/ingress before id rel=p0\nattach p2 d1/egress id rel=p1\n"
      "attach p2 d1/egress after id rel=p1\ndetach none d0/ingress after id rel=p1\n"
      "attach p2 d0/ingress before id rel=p0\nremove d0\nattach p2 d0/ingress\n");
  conforms(
      "dialect mainline\ncapacity 1\ndevice d0\nload p0 p1 p2\nlink_create l0 p0 d0/ingress\n"
      "close p0\nlink_detach l0\nattach p1 d0/ingress\nattach p2 d0/ingress id rel=p0\nclose "
      "l0\n"
      "attach p2 d0/ingress id rel=p0\n");
}

// For the second time the module is new, and was never shown a program by its descriptor.
TEST_F(Module, finds_a_program_by_id_in_the_first_request_of_all) {
  const auto fresh = guest_with_module();
  const std::vector<Trace> traces =
      parse("dialect rfc2\ndevice d0\nload p0\ndetach none d0/ingress replace id rel=p0\n", "test");
  std::vector<std::vector<Observation>> seen;
  for (int times = 0; times < 2; ++times) {
    fresh->run(traces, seen);
    EXPECT_TRUE(check(traces[0], seen.at(0)).conforms()) << to_string(seen[0][0].error);
  }
}

TEST_F(Module, sends_packets_from_side_to_side) {
  conforms(
      "dialect rfc2\ndevice d0\nload p0 p1 p2 p3\ncreate d1 d2 mode=l2 peer.ns=n1 "
      "headroom=32\n"
      "set d1 state=up\nset d2 state=up\nattach p0 d1/egress\nattach p1 d1/primary\n"
      "attach p2 d1/peer\nattach p3 d2/ingress in=n1\nsend d1 mark priority\nsend d1 "
      "p1=drop\n"
      "send d1 p1=redirect\nsend d1 p3=drop\nsend d2 p2=pass\nchange d1 policy=drop\n"
      "detach p1 d1/primary\nsend d1\nlink_create l0 p1 d1/primary\nremove all "
      "in=n1\ninfo l0\n"
      "create d3 pairing=single\nset d3 state=up\nsend d3\n");
}

TEST_F(Module, redirects_as_the_kernel_does) {
  const ProgramResult sent = vm_->run_program(MPROGCHECK_REDIRECTS).value();
  ASSERT_EQ(sent.harm, Harm::none) << vm_->last_words().console;
  EXPECT_EQ(sent.status, 0) << sent.output;
}

// A guest whose module does not go would be harmed, and no campaign without findings.
TEST_F(Module, conforms_in_campaigns_of_both_dialects) {
  conforms_in_a_campaign(Dialect::mainline);
  conforms_in_a_campaign(Dialect::rfc2);
}

TEST_F(Module, touches_no_memory_but_its_own) {
  conforms_in_a_campaign(Dialect::mainline, "slub_debug=FZPU page_poison=1");
  conforms_in_a_campaign(Dialect::rfc2, "slub_debug=FZPU page_poison=1");
}

// Of every planted fault that the module has a place for: mprogcheck faults --target kmod --hunt.
TEST_F(Module, with_planted_faults_is_found_by_the_traces_that_find_them_in_a_process) {
  for (const std::string fault :
       {"after_one_too_far", "prog_leaked_on_stale", "update_keeps_revision",
        "query_without_enospc", "update_of_detached_accepted"}) {
    ASSERT_TRUE(vm::faults_of_module(MPROGCHECK_FAULTY_MODULE).contains(fault));
    const auto module = guest_with_module("mprogcheck.fault=" + fault, MPROGCHECK_FAULTY_MODULE);
    const auto there = first_found(*module, Dialect::mainline, 1, 60'000, known(Dialect::mainline));
    ASSERT_TRUE(there) << fault;
    InProcess process(fault);
    const auto here = minimize(process, there->from, there->bucket);
    EXPECT_EQ(print(there->minimal.trace), print(here.trace)) << fault;
  }
}

TEST_F(Module, without_a_fault_the_variant_conforms) {
  EXPECT_TRUE(vm::faults_of_module(MPROGCHECK_MODULE).empty());
  conforms_in_a_campaign(Dialect::mainline, "", MPROGCHECK_FAULTY_MODULE);
}

}  // namespace
}  // namespace mprogcheck
