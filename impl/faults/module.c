// SPDX-License-Identifier: GPL-2.0-only
/* What only the module with planted slips has: parameters that select one, and that make a step
 * fail. */
#include <linux/module.h>
#include <linux/string.h>

#include "mprog_platform.h"
#include "slips.h"

unsigned int mprog_slip;

static int set_fault(const char *name, const struct kernel_param *param)
{
	static const char *const names[] = {"none",
#define X(name, mainline, rfc2, sentence, like) #name,
					    MPROG_SLIPS(X) MPROG_RACES(X)
#undef X
	};
	int number = match_string(names, ARRAY_SIZE(names), name);

	if (number >= 0)
		mprog_slip = number;
	return min(number, 0);
}

static const struct kernel_param_ops fault_ops = {.set = set_fault};

module_param_cb(fault, &fault_ops, NULL, 0);
MODULE_PARM_DESC(fault, "the planted fault, by name");

/* modinfo(8) lists the faults that have a place in the module. */
#define X(name, mainline, rfc2, sentence, like) MODULE_INFO(fault, #name);
MPROG_SLIPS_OF_MODULE(X)
#undef X

static atomic_t fail_at = ATOMIC_INIT(0);
module_param_named(fail_at, fail_at.counter, int, 0644);
MODULE_PARM_DESC(fail_at, "counts down the steps that may fail, and the one at 0 does; 0: none");

bool mprog_fails_here(struct mprog_net *net)
{
	return atomic_dec_if_positive(&fail_at) == 0;
}
