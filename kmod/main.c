// SPDX-License-Identifier: GPL-2.0-only
/* Coming and going of the module. */
#include <linux/module.h>
#include <net/genetlink.h>

#include "cls.h"
#include "device.h"
#include "faults.h"
#include "genl.h"
#include "objects.h"

#ifdef MPROG_PLANTED_FAULTS
uint mprogcheck_fault;

static int set_fault(const char *name, const struct kernel_param *param)
{
	static const char *const names[] = {"none",
#define X(name, dialects, sentence) #name,
					    MPROG_FAULTS(X) MPROG_RACES(X)
#undef X
	};
	int number = match_string(names, ARRAY_SIZE(names), name);

	if (number >= 0)
		mprogcheck_fault = number;
	return min(number, 0);
}

static const struct kernel_param_ops fault_ops = {.set = set_fault};

module_param_cb(fault, &fault_ops, NULL, 0);
MODULE_PARM_DESC(fault, "the planted fault, by name");

static atomic_t fail_at = ATOMIC_INIT(0);
module_param_named(fail_at, fail_at.counter, int, 0644);
MODULE_PARM_DESC(fail_at,
		 "counts steps that may fail down, and that which comes to 0 does; 0: none");

bool mprog_fails_here(struct mprog_net *net)
{
	return atomic_dec_if_positive(&fail_at) == 0;
}
#endif

static int __init mprogcheck_init(void)
{
	int ret;

	mprogcheck_family.n_ops = mprogcheck_ops_count;
	ret = mprogcheck_devices_init();
	if (ret)
		return ret;
	ret = mprogcheck_cls_init();
	if (ret)
		goto out_devices;
	ret = genl_register_family(&mprogcheck_family);
	if (!ret)
		return 0;
	mprogcheck_cls_exit();
out_devices:
	mprogcheck_devices_exit();
	return ret;
}

/*
 * An open link keeps the module, and so does a filter, so none is left; and with the last list goes
 * the last program.
 */
static void __exit mprogcheck_exit(void)
{
	genl_unregister_family(&mprogcheck_family);
	mprogcheck_cls_exit();
	mprogcheck_devices_exit();
#ifdef MPROG_PLANTED_FAULTS
	/* What is left of one is seen behind each request. */
	if (mprogcheck_fault)
		return;
#endif
	WARN(atomic_read(&mprogcheck_links_held), "mprogcheck: %d references to links are left",
	     atomic_read(&mprogcheck_links_held));
	WARN(mprogcheck_has_links(), "mprogcheck: a link has its id still");
	WARN(atomic_read(&mprogcheck_progs_held), "mprogcheck: %d references to programs are left",
	     atomic_read(&mprogcheck_progs_held));
}

module_init(mprogcheck_init);
module_exit(mprogcheck_exit);

MODULE_DESCRIPTION("Multi-program attachment, judged: netkit's devices with lists of BPF programs "
		   "in two dialects");
MODULE_LICENSE("GPL");
