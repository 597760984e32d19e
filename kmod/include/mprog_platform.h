/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The platform of a kernel, as far as the core needs it inline; see impl/core/platform.h.
 *
 * A program of the core is a struct bpf_prog of the kernel. Only these functions look into it.
 */
#ifndef _KMOD_MPROG_PLATFORM_H
#define _KMOD_MPROG_PLATFORM_H

#include <linux/filter.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "mprog.h"

/* One for each dialect. */
struct mprog_net {
	enum mprog_dialect dialect;
};

static inline enum mprog_dialect mprog_dialect_of(const struct mprog_net *net)
{
	return net->dialect;
}

/* Allocations, and other steps that may fail, fail if this is true; see the parameter fail_at. */
#ifdef MPROGCHECK_FAIL_AT
bool mprog_fails_here(struct mprog_net *net);
#else
static inline bool mprog_fails_here(struct mprog_net *net)
{
	return false;
}
#endif

static inline void mprog_synchronize(const struct mprog_net *net)
{
	synchronize_rcu();
}

static inline u32 mprog_prog_type(const struct mprog_prog *prog)
{
	return ((const struct bpf_prog *)prog)->type;
}

static inline u32 mprog_prog_id(const struct mprog_prog *prog)
{
	return ((const struct bpf_prog *)prog)->aux->id;
}

/* The caller has computed the data pointers of the packet, a struct sk_buff. */
static inline int mprog_prog_run(const struct mprog_prog *prog, void *packet)
{
	return bpf_prog_run((const struct bpf_prog *)prog, packet);
}

#endif
