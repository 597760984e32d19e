/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by attach and detach of dialect rfc2. */
#ifndef _MPROG_RFC2_H
#define _MPROG_RFC2_H

#include "internal.h"

#define SIDES (MPROG_F_BEFORE | MPROG_F_AFTER)
#define ENDS (MPROG_F_FIRST | MPROG_F_LAST)

/* The first entry without FIRST, the last without LAST; false: there is none. */
bool mprog_first_regular(const struct mprog_list *list, u32 *at);
bool mprog_last_regular(const struct mprog_list *list, u32 *at);

int mprog_rfc2_relative_get(struct mprog_net *net, const struct mprog_request *req,
			    struct mprog_relative *rel);

#endif
