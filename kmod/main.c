// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading of the module. */
#include <linux/module.h>
#include <net/genetlink.h>

#include "cls.h"
#include "device.h"
#include "genl.h"
#include "objects.h"

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
 * Open links and filters hold the module, so none is left here. Removing the last list puts the
 * last program.
 */
static void __exit mprogcheck_exit(void)
{
	genl_unregister_family(&mprogcheck_family);
	mprogcheck_cls_exit();
	mprogcheck_devices_exit();
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
