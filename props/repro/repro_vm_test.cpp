// SPDX-License-Identifier: GPL-2.0-only
// C reproducers of what only a VM is asked, in one: they say of that kernel what is so, and those
// that crash it do.
#include "props/repro/vm_testing.hpp"

namespace mprogcheck {
namespace {

using namespace repro_testing;

class ProgramInAGuest : public ProgramInAnyGuest {
 protected:
  static void SetUpTestSuite() { boot("6.12"); }
};

TEST_F(ProgramInAGuest, MakesCallsWithAttributesOfAnyLength) {
  conforms(
      "attach p0 d0/ingress size=16\nattach p1 d0/ingress before size=20\n"
      "link_create l0 p2 d0/ingress size=12\nlink_update l0 p3 size=8\nlink_update l0 p3 size=0\n"
      "link_detach l0 size=100 dirty=50\nlink_detach l0 size=4\nattach p2 d0/ingress size=4000\n"
      "query d0/egress size=70 dirty=69\nquery d0/ingress room=4 progs links dirty=28");
}

TEST_F(ProgramInAGuest, SeesWhatIsWrittenBesideAnAttribute) {
  const ProgramResult ran =
      run("attach p0 d0/ingress\nquery d0/ingress room=4 progs size=40\nquery d0/ingress size=8");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(
      deviations_in(ran.output),
      (std::vector<std::string>(2, "\tbehind it: expected untouched, seen written | DEVIATION")))
      << ran.output;
}

TEST_F(ProgramInAGuest, MakesCallsAsAnotherCaller) {
  conforms(
      "attach p0 d0/ingress as=userns\nquery d0/ingress as=nobody\nquery d0/ingress as=userns\n"
      "detach none d0/ingress as=nobody");
}

TEST_F(ProgramInAGuest, NamesMapsAndLinksOfOtherTypes) {
  conforms("attach map d0/ingress\nlink_update map p0\nattach p0 d0/ingress before rel=map");
  for (const std::string type : {"", ":cgroup", ":raw_tracepoint", ":iter", ":netfilter"})
    conforms("attach p0 d0/ingress\nattach p1 d0/ingress link rel=foreign" + type +
             "\ndetach none d0/ingress link rel=foreign" + type);
}

TEST_F(ProgramInAGuest, ChangesQdiscsBesideTheLists) {
  conforms(
      "qdisc d0 add clsact\nqdisc d0 add clsact\nattach p0 d0/ingress\nqdisc d0 replace clsact\n"
      "link_create l0 p1 d0/egress\nqdisc d0 remove\nqdisc d0 remove\nquery d0/egress room=1 "
      "progs\n"
      "qdisc d1 add ingress\nremove d1\nqdisc d1 remove");
}

TEST_F(ProgramInAGuest, CrashesAKernelThatDoesNotMatter) {
  const ProgramResult ran = run("attach p0 d0/ingress link rel=foreign:struct_ops");
  EXPECT_EQ(ran.harm, Harm::died) << ran.output;
  EXPECT_TRUE(contains(ran.output, "NULL pointer dereference")) << ran.output;
  conforms("attach p0 d0/ingress");  // in another guest
}

}  // namespace
}  // namespace mprogcheck
