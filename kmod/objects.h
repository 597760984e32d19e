/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs and links: counted, and links as files. */
#ifndef _KMOD_OBJECTS_H
#define _KMOD_OBJECTS_H

#include <linux/atomic.h>
#include <linux/fs.h>

#include <linux/slab.h>

#include "platform.h"

extern struct mprog_net mprogcheck_nets[2]; /* by dialect */

/* References of ours to programs, and all there are to links. Both end at 0. */
extern atomic_t mprogcheck_progs_held, mprogcheck_links_held;
/* Whether a link has an id still. */
bool mprogcheck_has_links(void);

/* The program of a link, on a list or not. No reference is taken. */
struct mprog_prog *mprogcheck_linked_prog(u32 id);

extern const struct file_operations mprogcheck_link_fops;

static inline void *mprogcheck_alloc(struct mprog_net *net, size_t size)
{
	return mprog_fails_here(net) ? NULL : kzalloc(size, GFP_KERNEL);
}

#endif
