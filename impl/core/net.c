// SPDX-License-Identifier: GPL-2.0-only
/* An environment as new, at the price of what was used of it. */
#include "internal.h"

static void list_init(struct mprog_list *list, struct mprog_net *net)
{
	u32 i;

	for (i = 0; i <= list->count_max; i++) {
		list->pair[0].fp[i] = NULL;
		list->pair[1].fp[i] = NULL;
	}
	list->active = &list->pair[0];
	list->net = net;
	list->count = 0;
	list->count_max = 0;
	list->revision = net->params.revision;
}

void mprog_net_init(struct mprog_net *net, const struct mprog_params *params)
{
	u32 i;

	net->params = *params;
	if (mprog_is_rfc2(net)) {
		net->params.revision = (u32)net->params.revision;
		if (!net->params.revision)
			net->params.revision = 1;
	}
	for (i = 0; i < MPROG_MAX_DEVICES; i++) {
		net->devices[i].present = i < params->devices;
		net->devices[i].qdisc = MPROG_NO_QDISC;
		list_init(&net->devices[i].lists[0], net);
		list_init(&net->devices[i].lists[1], net);
	}
	for (i = 0; i < net->used_progs; i++) {
		refcount_set(&net->progs[i].refs, 0);
		net->progs[i].id = 0;
	}
	for (i = 0; i < net->used_links; i++) {
		refcount_set(&net->links[i].refs, 0);
		net->links[i].id = 0;
		net->links[i].list = NULL;
	}
	net->held = 0;
	net->serial = 0;
	net->free_prog = MPROG_NO_SLOT;
	net->free_link = MPROG_NO_SLOT;
	net->free_file = MPROG_NO_SLOT;
	net->used_progs = 0;
	net->used_links = 0;
	net->used_files = 0;
	mprog_standing_files(net);
}
