/* SPDX-License-Identifier: GPL-2.0-only */
/* Custom: the platform of a process, as far as the core has it inline; see impl/core/platform.h. */
#ifndef _SHIM_MPROG_PLATFORM_H
#define _SHIM_MPROG_PLATFORM_H

#include <linux/compiler.h>

#include "impl/fake_kernel/environment.h"

static inline enum mprog_dialect mprog_dialect_of(const struct mprog_net *net)
{
	return net->params.dialect;
}

static inline void mprog_synchronize(const struct mprog_net *net)
{
	if (net->params.synchronize)
		net->params.synchronize();
}

static inline bool mprog_fails_here(struct mprog_net *net)
{
	return unlikely(net->params.fail_at) && ++net->steps == net->params.fail_at;
}

static inline u32 mprog_prog_type(const struct mprog_prog *prog)
{
	return prog->type;
}

static inline u32 mprog_prog_id(const struct mprog_prog *prog)
{
	return prog->id;
}

static inline int mprog_prog_run(const struct mprog_prog *prog, void *packet)
{
	return READ_ONCE(prog->run)(prog, packet);
}

#endif
