// SPDX-License-Identifier: GPL-2.0-only
// Filters of the module in a guest: netlink's and those of links keep off each other as the spec
// says, whatever fails on the way leaves nothing behind, and the module goes.
#include <functional>

#include "kmod/test/kmod_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

class ModuleFilters : public Module {};

constexpr const char* kHeader = "dialect mainline\ndevice d0 d1\nload p0 p1 p2 p3:xdp\n";

TEST_F(ModuleFilters, have_the_owner_that_made_them) {
  EXPECT_TRUE(vm_->capabilities().filters);
  conforms(kHeader +
           std::string(
               "qdisc d0 add clsact\nfilter_link l0 p0 d0/ingress\nfilter d0/ingress add p1\n"
               "filter d0/ingress replace p1\nfilter d0/ingress change p1\nfilter d0/ingress "
               "remove\n"
               "filter d0/ingress add p1 handle=2\nfilter_link l1 p0 d0/ingress handle=2\n"
               "filter_link l5 p0 d0/ingress\nfilter_link l6 p3 d0/ingress handle=3\n"
               "filter d0/ingress add p2 chain=1\nfilter_link l2 p2 d0/egress skip_hw\n"
               "filter_link l3 p2 d0/egress handle=2 skip_sw\nfilter_link l4 p2 d0/egress "
               "bits=0x8\n"
               "packet d0/ingress p1=drop\npacket d0/ingress p0=pass p1=drop\npacket d0/egress "
               "p2=drop\n"
               "link_update l0 p2\npacket d0/ingress p2=drop\nlink_update l0 p3\ninfo l0\nfdinfo "
               "l0\n"
               "link_detach l0\nfilter d0/ingress add p0\nlink_update l0 p1\nclose l0\nclose l2\n"
               "packet d0/egress p2=drop\nfilter d0/ingress remove handle=2\n"));
}

// Whoever takes the filter away, its link lives on and touches nothing that is another's.
TEST_F(ModuleFilters, go_with_what_they_stand_on) {
  for (const char* goes : {"chain d0/ingress remove\n", "qdisc d0 remove\nqdisc d0 add clsact\n",
                           "qdisc d0 replace ingress\n", "remove d0\n", "remove all\n"})
    conforms(kHeader +
             std::string("qdisc d0 add clsact\nfilter_link l0 p0 d0/ingress\n"
                         "filter d0/ingress add p1 priority=2\n") +
             goes +
             "info l0\nfdinfo l0\nlink_update l0 p1\nfilter d0/ingress add "
             "p2\nlink_detach l0\n"
             "packet d0/ingress p2=drop\nclose l0\npacket d0/ingress p2=drop\n");
}

// Of both dialects, and a program that only a filter holds is found by its id.
TEST_F(ModuleFilters, stand_behind_the_lists) {
  for (const char* dialect : {"mainline", "rfc2"})
    conforms("dialect " + std::string(dialect) +
             "\ndevice d0\nload p0 p1 p2\nqdisc d0 add clsact\nattach p0 d0/ingress\n"
             "attach p0 d0/egress\nfilter d0/ingress add p1\nfilter_link l0 p1 d0/egress\n"
             "packet d0/ingress p1=drop\npacket d0/ingress p0=pass p1=drop\n"
             "packet d0/egress p1=drop\npacket d0/egress p0=pass p1=drop\n"
             "packet d0/egress p0=drop\nclose p1\nattach p2 d0/ingress before id rel=p1\n"
             "close l0\nfilter d0/ingress remove\nattach p2 d0/ingress before id rel=p1\n");
}

TEST_F(ModuleFilters, stand_behind_a_full_list) {
  std::string text = "dialect mainline\ndevice d0\nload", attach;
  for (std::size_t p = 0; p < kMaxCapacity; ++p) {
    text += " p" + std::to_string(p);
    attach += "attach p" + std::to_string(p) + " d0/ingress\n";
  }
  conforms(text + "\n" + attach +
           "qdisc d0 add clsact\nfilter d0/ingress add p1\nfilter_link l0 p0 d0/ingress handle=2\n"
           "packet d0/ingress\n");
}

TEST_F(ModuleFilters, answer_the_directed_suite) {
  for (const char* dialect : {"mainline", "rfc2"})
    for (const char* verb : {"filter", "filter_link", "chain", "qdisc_filters"})
      conform(traces_of("traces/suite/" + std::string(dialect) + "." + verb + ".trace"));
}

// Nothing but tc's own doing is otherwise: it is as known, and not more.
TEST_F(ModuleFilters, do_as_known_where_tc_asks_nobody) {
  const std::vector<Trace> known = traces_of("known/kmod.trace");
  const auto seen = run(known);
  for (std::size_t i = 0; i < known.size(); ++i)
    EXPECT_EQ(check(known[i], seen.at(i)).deviations.size(), 1U) << print(known[i]);
}

// Who takes the filter away first, its link or tc, on two processors.
void goes_through_the_race(const std::function<std::unique_ptr<Vm>()>& guest) {
  std::unique_ptr<Vm> vm;
  try {
    vm = guest();
  } catch (const CannotRun& e) {
    GTEST_SKIP() << e.what();
  }
  const ProgramResult raced = vm->run_program(MPROGCHECK_FILTER_RACE).value();
  EXPECT_EQ(raced.status, 0) << raced.output;
  ASSERT_EQ(raced.harm, Harm::none) << vm->last_words().console;
  std::vector<std::vector<Observation>> seen;
  vm->run(parse(kHeader + std::string("qdisc d0 add clsact\n"), "test"), seen);
  EXPECT_EQ(seen.at(0).at(0).harm, Harm::none) << vm->last_words().console;
}

TEST_F(ModuleFilters, and_their_links_race_with_what_tears_them_down) {
  goes_through_the_race([] { return guest_with_module("", MPROGCHECK_MODULE, 2); });
  goes_through_the_race(
      [] { return guest_with_module("slub_debug=FZPU page_poison=1", MPROGCHECK_MODULE, 2); });
}

// Each step that can fail, of each way to a filter; and that the module goes afterwards.
void goes_through_the_walk(const std::function<std::unique_ptr<Vm>()>& guest) {
  std::unique_ptr<Vm> faulty;
  try {
    faulty = guest();
  } catch (const CannotRun& e) {
    GTEST_SKIP() << e.what();
  }
  const ProgramResult walked = faulty->run_program(MPROGCHECK_FILTER_WALK).value();
  EXPECT_EQ(walked.status, 0) << walked.output;
  EXPECT_EQ(walked.output,
            "a link's filter: 11 steps\n"
            "netlink's filter: 3 steps\n"
            "a link's beside another: 10 steps\n"
            "netlink's beside another: 2 steps\n"
            "a link's behind another: 11 steps\n"
            "the change of a filter: 0 steps\n"
            "the close of a link: 3 steps\n"
            "the close of a link beside another: 3 steps\n");
  std::vector<std::vector<Observation>> seen;
  faulty->run(parse(kHeader + std::string("qdisc d0 add clsact\n"), "test"), seen);
  EXPECT_EQ(seen.at(0).at(0).harm, Harm::none) << faulty->last_words().console;
}

// What is counted and, by its memory, what is not.
TEST_F(ModuleFilters, leave_nothing_behind_whichever_step_fails) {
  for (const char* append : {"", "slub_debug=FZPU page_poison=1"})
    goes_through_the_walk([&] { return guest_with_module(append, MPROGCHECK_FAULTY_MODULE); });
}

}  // namespace
}  // namespace mprogcheck
