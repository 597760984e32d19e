/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs and links, and links as files. */
#ifndef _KMOD_OBJECTS_H
#define _KMOD_OBJECTS_H

#include <linux/atomic.h>
#include <linux/fs.h>

#include <linux/slab.h>

#include "platform.h"

extern struct mprog_net mprogcheck_nets[2]; /* by dialect */

/* Our references to programs, and all references to links. Both are 0 in the end. */
extern atomic_t mprogcheck_progs_held, mprogcheck_links_held;
/* Whether any link still has an id. */
bool mprogcheck_has_links(void);

/* The program of a link, attached or not. No reference is taken. */
struct mprog_prog *mprogcheck_linked_prog(u32 id);

extern const struct file_operations mprogcheck_link_fops;

static inline void *mprogcheck_alloc(struct mprog_net *net, size_t size)
{
	return mprog_fails_here(net) ? NULL : kzalloc(size, GFP_KERNEL);
}

#endif
