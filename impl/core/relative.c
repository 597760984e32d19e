// SPDX-License-Identifier: GPL-2.0-only
/* The relative object of a request: LINK says link or program, ID says id or descriptor. */
#include "internal.h"

static int relative_link(struct mprog_net *net, const struct mprog_request *req, u32 type,
			 struct mprog_relative *rel)
{
	struct mprog_link *link;

	if (req->flags & MPROG_F_ID)
		link = mprog_link_by_id(net, req->relative);
	else
		link = mprog_link_by_fd(net, req->relative);
	if (IS_ERR(link))
		return PTR_ERR(link);
	/* Links of other types may have no program. */
	if (!link->prog || (type && mprog_prog_type(link->prog) != type)) {
		mprog_link_put(net, link);
		return -EINVAL;
	}
	rel->link = link;
	rel->prog = link->prog;
	return 0;
}

static int relative_prog(struct mprog_net *net, const struct mprog_request *req, u32 type,
			 struct mprog_relative *rel)
{
	struct mprog_prog *prog;

	if (req->flags & MPROG_F_ID) {
		prog = mprog_prog_by_id(net, req->relative);
	} else {
		if (!req->relative)
			return 0;
		prog = mprog_prog_by_fd(net, req->relative);
	}
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (type && mprog_prog_type(prog) != type) {
		mprog_prog_put(net, prog);
		return -EINVAL;
	}
	rel->prog = prog;
	return 0;
}

/* @type: the type of program required, or 0. After success call mprog_relative_put(). */
int mprog_relative_get(struct mprog_net *net, const struct mprog_request *req, u32 type,
		       struct mprog_relative *rel)
{
	rel->prog = NULL;
	rel->link = NULL;
	if (req->flags & MPROG_F_LINK)
		return relative_link(net, req, type, rel);
	return relative_prog(net, req, type, rel);
}

void mprog_relative_put(struct mprog_net *net, struct mprog_relative *rel)
{
	/* The link holds its program; mprog_relative_get() took no reference to it. */
	if (rel->link) {
		mprog_link_put(net, rel->link);
	} else if (rel->prog) {
		mprog_prog_put(net, rel->prog);
	}
}
