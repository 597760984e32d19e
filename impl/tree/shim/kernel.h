/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the shim have of each other. */
#ifndef _SHIM_KERNEL_H
#define _SHIM_KERNEL_H

#include <linux/bpf.h>
#include <linux/netdevice.h>

#include "api.h"

/* objects.c */
void shim_objects_begin(void);
void shim_objects_end(void);
int shim_prog_load(u32 type, u32 cookie, u32 *id);
int shim_close(u32 fd);
int shim_link_fdinfo(u32 fd, char *text, u32 size);
/* The object behind a descriptor: NULL if it is of another kind, ERR_PTR(-EBADF) if there is none.
 */
struct bpf_prog *shim_prog_of(u32 fd);
struct bpf_link *shim_link_of(u32 fd);
void bpf_link_put_direct(struct bpf_link *link);
s64 shim_references(void);

/* memory.c */
u32 shim_warnings(void);
/* A request is over: links that were put where nobody may sleep go, and a grace period ends. */
void shim_quiesce(void);
void shim_do_works(void);
s64 shim_allocations(void);

/* bpf.c */
int shim_bpf(struct tree_caller caller, int command, void *attribute, u32 size);

/* devices.c */
void shim_devices_begin(u32 devices);
void shim_devices_end(void);
int shim_device_remove(u32 ifindex);
int shim_qdisc(u32 ifindex, enum tree_qdisc kind, int replace);
u32 shim_has_qdiscs(void);
struct net_device *shim_device(u32 ifindex);
struct net *shim_net(u32 number);

/* look.c */
void shim_check_switches(void);

/* coverage.c */
void shim_coverage(tree_put put, void *context);

#endif
