// SPDX-License-Identifier: GPL-2.0-only
/* Coming and going of the module. */
#include <linux/module.h>
#include <net/genetlink.h>

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
					    MPROG_FAULTS(X)
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
#endif

static int __init mprogcheck_init(void)
{
	int ret;

	mprogcheck_family.n_ops = mprogcheck_ops_count;
	ret = mprogcheck_devices_init();
	if (ret)
		return ret;
	ret = genl_register_family(&mprogcheck_family);
	if (ret)
		mprogcheck_devices_exit();
	return ret;
}

/* An open link keeps the module, so none is left; and with the last list goes the last program. */
static void __exit mprogcheck_exit(void)
{
	genl_unregister_family(&mprogcheck_family);
	mprogcheck_devices_exit();
#ifdef MPROG_PLANTED_FAULTS
	/* What is left of one is seen behind each request. */
	if (mprogcheck_fault)
		return;
#endif
	WARN(atomic_read(&mprogcheck_links_held), "mprogcheck: %d references to links are left",
	     atomic_read(&mprogcheck_links_held));
	WARN(atomic_read(&mprogcheck_progs_held), "mprogcheck: %d references to programs are left",
	     atomic_read(&mprogcheck_progs_held));
}

module_init(mprogcheck_init);
module_exit(mprogcheck_exit);

MODULE_DESCRIPTION("Multi-program attachment, judged: netkit's devices with lists of BPF programs "
		   "in two dialects");
MODULE_LICENSE("GPL");
