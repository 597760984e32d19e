// SPDX-License-Identifier: GPL-2.0-only
// The part of a selftest that is the same for every trace. Read it as C, in the manner of the
// kernel.
#pragma once

#include <string_view>

namespace mprogcheck::repro::selftest_text {

inline constexpr std::string_view kUsage =
    R"C( * To be put into tools/testing/selftests/bpf/prog_tests/tc_mprog_repro.c: ./test_progs -t tc_mprog_repro
 */
)C";

inline constexpr std::string_view kHeaders = R"C(#include <uapi/linux/if_link.h>
#include <net/if.h>
#include <test_progs.h>

#define loopback 1

#include "test_tc_link.skel.h"
#include "tc_helpers.h"
)C";

inline constexpr std::string_view kAssertList = R"C(
/* Expects this list, in order, and returns its revision. */
static __u64 assert_list(int ifindex, int target, const __u32 *progs, const __u32 *links, __u32 count)
{
	__u32 prog_ids[64] = {}, link_ids[64] = {}, i;
	LIBBPF_OPTS(bpf_prog_query_opts, optq, .prog_ids = prog_ids, .link_ids = link_ids, .count = 64);

	if (!ASSERT_OK(bpf_prog_query_opts(ifindex, target, &optq), "prog_query") ||
	    !ASSERT_EQ(optq.count, count, "count"))
		return optq.revision;
	for (i = 0; i < count; i++) {
		ASSERT_EQ(prog_ids[i], progs[i], "prog_ids[i]");
		ASSERT_EQ(link_ids[i], links[i], "link_ids[i]");
	}
	return optq.revision;
}
)C";

inline constexpr std::string_view kAssertNewRevision = R"C(
/* A changed list has a revision that it never had before: an old one must be stale forever. */
static void assert_new_revision(const __u64 *revisions, int last)
{
	for (int i = 1; i < last; i++)
		ASSERT_NEQ(revisions[last], revisions[i], "new revision");
}
)C";

}  // namespace mprogcheck::repro::selftest_text
