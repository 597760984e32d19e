// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dialect rfc2, attach: the posting with FIRST and LAST, which hold for the life of an entry.
 *
 * At most one entry is FIRST, and it is at the head; at most one is LAST, and it is at the tail.
 * The entries between them are regular. BEFORE and AFTER without an object refer to those:
 *
 *	[ FIRST ] r r r r [ LAST ]
 *	          ^     ^
 *	          |     AFTER without an object: behind this one
 *	          BEFORE without an object: in front of this one
 */
#include "rfc2.h"

static u32 flags_at(const struct mprog_list *list, u32 at)
{
	return mprog_active(list)->cp[at].flags;
}

bool mprog_first_regular(const struct mprog_list *list, u32 *at)
{
	*at = 0;
	if (list->count && (flags_at(list, 0) & MPROG_F_FIRST))
		*at = 1;
	return *at < list->count;
}

bool mprog_last_regular(const struct mprog_list *list, u32 *at)
{
	u32 end = list->count;

	if (end && (flags_at(list, end - 1) & MPROG_F_LAST))
		end--;
	*at = end - 1;
	return end;
}

/* Refuses a relative object that no directive uses, for attach and detach. */
int mprog_rfc2_relative_get(struct mprog_net *net, const struct mprog_request *req,
			    struct mprog_relative *rel)
{
	rel->prog = NULL;
	rel->link = NULL;
	if (req->flags & (MPROG_F_REPLACE | SIDES))
		return mprog_relative_get(net, req, req->prog ? mprog_prog_type(req->prog) : 0,
					  rel);
	if (req->relative || (req->flags & (MPROG_F_ID | MPROG_F_LINK)))
		return -EINVAL;
	return 0;
}

static int replace(const struct mprog_list *list, const struct mprog_request *req,
		   const struct mprog_relative *rel, struct mprog_change *change)
{
	u32 now, gained, at;
	bool found;

	if (req->flags & (SIDES | MPROG_F_LINK))
		return -EINVAL;
	found = rel->prog && mprog_find(list, rel->prog, &at);
	if (rel->prog != req->prog && mprog_find(list, req->prog, &change->at))
		return -EEXIST;
	if (!found)
		return -ENOENT;
	if (mprog_active(list)->cp[at].link != req->link)
		return -EBUSY;
	now = flags_at(list, at);
	gained = req->flags & ENDS & ~now;
	if ((gained & MPROG_F_FIRST) && at)
		return -EACCES;
	if ((gained & MPROG_F_LAST) && at != list->count - 1)
		return -EACCES;
	change->replace = true;
	change->at = at;
	change->flags = req->flags & ENDS;
	return 0;
}

/* FIRST or LAST with BEFORE or AFTER: the relative object must be at that end of the list. */
static bool is_relative(const struct mprog_list *list, const struct mprog_relative *rel, u32 end)
{
	u32 at;

	return rel->prog && mprog_find_relative(list, rel, &at) && at == end;
}

static int insert_first(const struct mprog_list *list, const struct mprog_request *req,
			const struct mprog_relative *rel, struct mprog_change *change)
{

	if (req->flags & MPROG_F_AFTER)
		return -EINVAL;
	if (list->count && (flags_at(list, 0) & MPROG_F_FIRST))
		return -EBUSY;
	if (req->flags & MPROG_F_LAST) {
		if (req->flags & MPROG_F_BEFORE)
			return -EINVAL;
		if (list->count)
			return -EBUSY;
	}
	if (req->flags & MPROG_F_BEFORE) {
		if (list->count ? !is_relative(list, rel, 0) : !!rel->prog)
			return -EBUSY;
	}
	if (mprog_full(list))
		return -ENOSPC;
	change->at = 0;
	change->flags = req->flags & ENDS;
	return 0;
}

static int insert_last(const struct mprog_list *list, const struct mprog_request *req,
		       const struct mprog_relative *rel, struct mprog_change *change)
{
	if (req->flags & MPROG_F_BEFORE)
		return -EINVAL;
	if (list->count && (flags_at(list, list->count - 1) & MPROG_F_LAST))
		return -EBUSY;
	if ((req->flags & MPROG_F_AFTER) &&
	    (!list->count || !is_relative(list, rel, list->count - 1)))
		return -EBUSY;
	if (mprog_full(list))
		return -ENOSPC;
	change->at = list->count;
	change->flags = MPROG_F_LAST;
	return 0;
}

/* The only entry is FIRST and LAST. */
static bool is_locked(const struct mprog_list *list)
{
	return list->count && (flags_at(list, list->count - 1) & ENDS) == ENDS;
}

/* No object: ENOENT, where there is room for another entry at all. */
static int insert_before(const struct mprog_list *list, const struct mprog_relative *rel,
			 struct mprog_change *change)
{
	if (!mprog_find_relative(list, rel, &change->at))
		return is_locked(list) ? -EBUSY : -ENOENT;
	if (flags_at(list, change->at) & MPROG_F_FIRST)
		return -EBUSY;
	return 0;
}

static int insert_after(const struct mprog_list *list, const struct mprog_relative *rel,
			struct mprog_change *change)
{
	if (!mprog_find_relative(list, rel, &change->at))
		return is_locked(list) ? -EBUSY : -ENOENT;
	if (flags_at(list, change->at) & MPROG_F_LAST)
		return -EBUSY;
	change->at++;
	return 0;
}

static int append(const struct mprog_list *list, struct mprog_change *change)
{
	change->at = list->count;
	if (!list->count)
		return 0;
	if (is_locked(list))
		return -EBUSY;
	if (flags_at(list, list->count - 1) & MPROG_F_LAST)
		change->at--;
	return 0;
}

static int insert(const struct mprog_list *list, const struct mprog_request *req,
		  const struct mprog_relative *rel, struct mprog_change *change)
{
	u32 sides = req->flags & SIDES;
	u32 at;

	if (mprog_full(list))
		return -ENOSPC;
	if (sides == SIDES)
		return -EINVAL;
	if (mprog_find(list, req->prog, &at))
		return -EEXIST;
	if (rel->prog && sides)
		return sides == MPROG_F_BEFORE ? insert_before(list, rel, change)
					       : insert_after(list, rel, change);
	if (sides == MPROG_F_BEFORE && mprog_first_regular(list, &change->at))
		return 0;
	if (sides == MPROG_F_AFTER && mprog_last_regular(list, &change->at)) {
		change->at++;
		return 0;
	}
	return append(list, change);
}

int mprog_rfc2_attach(struct mprog_list *list, const struct mprog_request *req,
		      struct mprog_change *change)
{
	struct mprog_net *net = list->net;
	struct mprog_relative rel;
	u32 at;
	int ret;

	if (mprog_stale(list, req->expected))
		return -ESTALE;
	ret = mprog_rfc2_relative_get(net, req, &rel);
	if (ret)
		return ret;
	if (req->flags & MPROG_F_REPLACE)
		ret = replace(list, req, &rel, change);
	else if ((req->flags & ENDS) && mprog_find(list, req->prog, &at))
		ret = -EEXIST;
	else if (req->flags & MPROG_F_FIRST)
		ret = insert_first(list, req, &rel, change);
	else if (req->flags & MPROG_F_LAST)
		ret = insert_last(list, req, &rel, change);
	else
		ret = insert(list, req, &rel, change);
	mprog_relative_put(net, &rel);
	return ret;
}
