/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of this platform. */
#ifndef _MPROG_TABLES_H
#define _MPROG_TABLES_H

#include "impl/core/cls.h"
#include "impl/core/internal.h"
#include "netdev.h"

/* objects.c */
#define MPROG_NO_SLOT 0xffff
void mprog_standing_files(struct mprog_net *net);
int mprog_space_by_fd(struct mprog_net *net, u32 fd);

/* device.c */
u32 mprog_ifindex(const struct mprog_device *device);
struct mprog_device *mprog_peer(const struct mprog_device *device);
bool mprog_ifindex_taken(struct mprog_net *net, u32 space, u32 ifindex);
struct mprog_device *mprog_device_by_name(struct mprog_net *net, u32 space, const char *name);
void mprog_device_init(struct mprog_net *net, struct mprog_device *device);
/*
 * The classifier of a device, for a caller in @space. -ENODEV: no such device there. -EINVAL: no
 * qdisc of it has the hook.
 */
struct mprog_classifier *mprog_classifier_at(struct mprog_net *net, unsigned long space,
					     u32 ifindex, u32 hook);
void mprog_tcx_empty(struct mprog_net *net, struct mprog_device *device);

static inline int mprog_device_run(const struct mprog_device *device, u32 hook, void *packet)
{
	return mprog_hook_run(&device->lists[hook], &device->classifier, hook, packet);
}

#endif
