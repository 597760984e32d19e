// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dialect mainline: the position that a request of today's bpf_mprog refers to.
 *
 * Each directive names a place: REPLACE that of the old program, BEFORE the one in front of its
 * anchor, AFTER the one behind it. A place is an index, -1 in front of the list or `count` behind
 * it. All directives of a request must name the same place.
 */
#include "internal.h"

struct place {
	bool known;
	int at;
};

static int agree(struct place *place, int at)
{
	if (place->known)
		return place->at == at ? 0 : -ERANGE;
	place->known = true;
	place->at = at;
	return 0;
}

/* Adds the places that BEFORE and AFTER name, for an attach or a replace. */
static int place_by_anchor(const struct mprog_list *list, const struct mprog_request *req,
			   const struct mprog_relative *rel, struct place *place)
{
	int before = -1, after = list->count;
	u32 anchor;
	int ret;

	if (!(req->flags & (MPROG_F_BEFORE | MPROG_F_AFTER)))
		return 0;
	if (rel->prog) {
		if (!mprog_find_relative(list, rel, &anchor))
			return -ENOENT;
		before = (int)anchor - 1;
		after = (int)anchor + 1;
	}
	if (req->flags & MPROG_F_BEFORE) {
		ret = agree(place, before);
		if (ret)
			return ret;
	}
	if (req->flags & MPROG_F_AFTER)
		return agree(place, after);
	return 0;
}

/* The index of the new entry: BEFORE names the place in front of it, AFTER its own. */
static u32 slot_of(const struct mprog_request *req, const struct place *place)
{
	return req->flags & MPROG_F_BEFORE ? place->at + 1 : place->at;
}

static int attach_place(const struct mprog_list *list, const struct mprog_request *req,
			const struct mprog_relative *rel, struct mprog_change *change)
{
	struct place place = {};
	u32 at;
	int ret;

	if (req->flags & MPROG_F_REPLACE) {
		if (!req->old || !mprog_find(list, req->old, &at))
			return -ENOENT;
		if (mprog_active(list)->cp[at].link != req->link)
			return -EBUSY;
		change->replace = true;
		place.known = true;
		place.at = at;
	} else if (mprog_full(list)) {
		return -ERANGE;
	}
	ret = place_by_anchor(list, req, rel, &place);
	if (ret)
		return ret;
	if (!place.known) {
		if (req->flags || rel->prog)
			return -EINVAL;
		change->at = list->count;
		return 0;
	}
	change->at = change->replace ? (u32)place.at : slot_of(req, &place);
	return 0;
}

int mprog_mainline_attach(struct mprog_list *list, const struct mprog_request *req,
			  struct mprog_change *change)
{
	struct mprog_net *net = list->net;
	struct mprog_relative rel;
	u32 at;
	int ret;

	if (mprog_stale(list, req->expected))
		return -ESTALE;
	if (mprog_find(list, req->prog, &at))
		return -EEXIST;
	ret = mprog_relative_get(net, req, mprog_prog_type(req->prog), &rel);
	if (ret)
		return ret;
	ret = attach_place(list, req, &rel, change);
	mprog_relative_put(net, &rel);
	return ret;
}

/* Adds the places that BEFORE and AFTER name, for a detach. There must be an entry. */
static int entry_by_anchor(const struct mprog_list *list, const struct mprog_request *req,
			   const struct mprog_relative *rel, struct place *place)
{
	int before = 0, after = (int)list->count - 1;
	u32 anchor;
	int ret;

	if (!(req->flags & (MPROG_F_BEFORE | MPROG_F_AFTER)))
		return 0;
	if (rel->prog) {
		if (!mprog_find_relative(list, rel, &anchor))
			return -ENOENT;
		before = (int)anchor - 1;
		after = (int)anchor + 1;
	}
	if (req->flags & MPROG_F_BEFORE) {
		if (before < 0 || before >= (int)list->count)
			return -ERANGE;
		ret = agree(place, before);
		if (ret)
			return ret;
	}
	if (req->flags & MPROG_F_AFTER) {
		if (after < 0 || after >= (int)list->count)
			return -ERANGE;
		return agree(place, after);
	}
	return 0;
}

static int detach_place(const struct mprog_list *list, const struct mprog_request *req,
			const struct mprog_relative *rel, u32 *at)
{
	const struct mprog_array *array = mprog_active(list);
	struct place place = {};
	int ret;

	if (req->prog) {
		if (!mprog_find(list, req->prog, at))
			return -ENOENT;
		if (array->cp[*at].link)
			return -EBUSY;
		place.known = true;
		place.at = *at;
	}
	ret = entry_by_anchor(list, req, rel, &place);
	if (ret)
		return ret;
	if (!place.known) {
		if (req->flags || rel->prog)
			return -EINVAL;
		place.at = list->count - 1;
	}
	*at = place.at;
	if (array->cp[*at].link)
		return -EBUSY;
	return 0;
}

int mprog_mainline_detach(struct mprog_list *list, const struct mprog_request *req, u32 *at)
{
	struct mprog_net *net = list->net;
	struct mprog_relative rel;
	int ret;

	if (req->flags & MPROG_F_REPLACE)
		return -EINVAL;
	if (mprog_stale(list, req->expected))
		return -ESTALE;
	ret = mprog_relative_get(net, req, req->prog ? mprog_prog_type(req->prog) : 0, &rel);
	if (ret)
		return ret;
	ret = detach_place(list, req, &rel, at);
	mprog_relative_put(net, &rel);
	return ret;
}
