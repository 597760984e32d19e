// SPDX-License-Identifier: GPL-2.0-only
/* How an environment starts afresh. */
#include <linux/build_bug.h>
#include <linux/string.h>

#include "tables.h"

/* d0, d1, ... in the first namespace, and up. */
static void plain_device(struct mprog_net *net, u32 slot)
{
	struct mprog_device *device = &net->devices[slot];

	mprog_device_init(net, device);
	memset(device->name, 0, MPROG_NAME);
	device->name[0] = 'd';
	device->name[1] = '0' + slot;
	WRITE_ONCE(device->mtu, MPROG_DEFAULT_MTU);
	WRITE_ONCE(device->up, true);
}

void mprog_net_init(struct mprog_net *net, const struct mprog_params *params)
{
	u32 i;

	net->params = *params;
	BUILD_BUG_ON(MPROG_MAX_DEVICES > 10); /* names have one digit */
	for (i = 0; i < MPROG_MAX_DEVICES; i++) {
		if (i < params->devices)
			plain_device(net, i);
		else
			net->devices[i].present = net->devices[i].up = false;
	}
	for (i = 0; i < MPROG_MAX_SPACES; i++)
		net->ended[i] = false;
	for (i = 0; i < net->used_progs; i++) {
		refcount_set(&net->progs[i].refs, 0);
		net->progs[i].id = 0;
	}
	for (i = 0; i < net->used_links; i++) {
		refcount_set(&net->links[i].refs, 0);
		net->links[i].id = 0;
		net->links[i].list = NULL;
		net->links[i].filter = NULL;
	}
	for (i = 0; i < net->used_filters; i++)
		mprog_filter_free(net, &net->filters[i]);
	net->held = 0;
	net->serial = 0;
	net->addresses = 0;
	net->free_prog = MPROG_NO_SLOT;
	net->free_link = MPROG_NO_SLOT;
	net->free_file = MPROG_NO_SLOT;
	net->used_progs = 0;
	net->used_links = 0;
	net->used_files = 0;
	net->used_filters = 0;
	net->steps = 0;
	mprog_standing_files(net);
}
