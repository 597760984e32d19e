/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs and links: counted, and links as files. */
#ifndef _KMOD_OBJECTS_H
#define _KMOD_OBJECTS_H

#include <linux/atomic.h>
#include <linux/fs.h>

#include "platform.h"

extern struct mprog_net mprogcheck_nets[2]; /* by dialect */

/* References of ours that are held on programs, and links there are. Both end at 0. */
extern atomic_t mprogcheck_progs_held, mprogcheck_links_alive;

extern const struct file_operations mprogcheck_link_fops;

#endif
