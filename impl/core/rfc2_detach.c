// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dialect rfc2, detach: a name, FIRST, LAST and one side refer to one entry each, and all to the
 * same one.
 */
#include "rfc2.h"

/* The entry that the directives so far refer to; each further one must refer to the same. */
struct meant {
	bool known;
	u32 at;
};

static int means(struct meant *meant, bool exists, u32 at)
{
	if (!exists || (meant->known && meant->at != at))
		return -ENOENT;
	meant->known = true;
	meant->at = at;
	return 0;
}

static int means_end(const struct mprog_list *list, const struct mprog_request *req,
		     struct meant *meant)
{
	bool exists;
	int ret = 0;
	u32 at;

	if (!(req->flags & ENDS))
		return 0;
	if (req->prog) {
		exists = mprog_find(list, req->prog, &at);
		ret = means(meant, exists, at);
	}
	if (!ret && (req->flags & MPROG_F_FIRST))
		ret = means(meant, list->count, 0);
	if (!ret && (req->flags & MPROG_F_LAST))
		ret = means(meant, list->count, list->count - 1);
	return ret;
}

static int means_beside_nothing(const struct mprog_list *list, const struct mprog_request *req,
				struct meant *meant)
{
	bool exists;
	u32 at;

	/* Without an object a side is accepted only if nothing else names the entry. */
	if (req->prog || meant->known)
		return -EINVAL;
	/* Of both sides AFTER counts. */
	if (req->flags & MPROG_F_AFTER)
		exists = mprog_last_regular(list, &at);
	else
		exists = mprog_first_regular(list, &at);
	return means(meant, exists, at);
}

static int means_beside(const struct mprog_list *list, const struct mprog_request *req,
			const struct mprog_relative *rel, struct meant *meant)
{
	u32 anchor, front, behind;

	if (!mprog_find_relative(list, rel, &anchor))
		return -ENOENT;
	/* In front of the head the index wraps, and no list has it. */
	front = anchor - 1;
	behind = anchor + 1;
	/* Of both sides BEFORE counts. */
	if (req->flags & MPROG_F_BEFORE)
		return means(meant, front < list->count, front);
	return means(meant, behind < list->count, behind);
}

static int detach(const struct mprog_list *list, const struct mprog_request *req,
		  const struct mprog_relative *rel, u32 *at)
{
	struct meant meant = {};
	int ret;

	if (req->flags & MPROG_F_REPLACE)
		return -EINVAL;
	ret = means_end(list, req, &meant);
	if (ret)
		return ret;
	if ((req->flags & SIDES) && !rel->prog)
		ret = means_beside_nothing(list, req, &meant);
	else if (req->flags & SIDES)
		ret = means_beside(list, req, rel, &meant);
	if (ret)
		return ret;
	if (req->prog) {
		if (!mprog_find(list, req->prog, at))
			return -ENOENT;
		ret = means(&meant, true, *at);
		if (ret)
			return ret;
	}
	if (!meant.known)
		return -ENOENT;
	*at = meant.at;
	if (mprog_active(list)->cp[*at].link)
		return -EBUSY;
	return 0;
}

int mprog_rfc2_detach(struct mprog_list *list, const struct mprog_request *req, u32 *at)
{
	struct mprog_net *net = list->net;
	struct mprog_relative rel;
	int ret;

	if (mprog_stale(list, req->expected))
		return -ESTALE;
	ret = mprog_rfc2_relative_get(net, req, &rel);
	if (ret)
		return ret;
	ret = detach(list, req, &rel, at);
	mprog_relative_put(net, &rel);
	return ret;
}
