// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of an attach point: a pair of arrays of which readers walk the active one.
 *
 * Every change is made in the idle array, which is then published as a whole, so no reader sees a
 * list that is half changed:
 *
 *	active: a b c -		idle: x x x x		at rest; nobody reads the idle one
 *	active: a b c -		idle: a n b c -		insert n at 1
 *	active: a n b c -	idle: a b c -		published; readers of a b c may linger
 *				synchronize		now they are gone
 *
 * A dialect decides on the position (mainline.c, rfc2.c). The change itself cannot fail, so nothing
 * has to be undone.
 */
#include <linux/build_bug.h>

#include "internal.h"

bool mprog_find(const struct mprog_list *list, const struct mprog_prog *prog, u32 *at)
{
	const struct mprog_array *array = mprog_active(list);
	u32 i;

	for (i = 0; i < list->count; i++) {
		if (array->fp[i] == prog) {
			*at = i;
			return true;
		}
	}
	return false;
}

bool mprog_find_relative(const struct mprog_list *list, const struct mprog_relative *rel, u32 *at)
{
	if (!mprog_find(list, rel->prog, at))
		return false;
	return !rel->link || mprog_active(list)->cp[*at].link == rel->link;
}

bool mprog_find_link(const struct mprog_list *list, const struct mprog_link *link, u32 *at)
{
	const struct mprog_array *array = mprog_active(list);
	u32 i;

	for (i = 0; i < list->count; i++) {
		if (array->cp[i].link == link) {
			*at = i;
			return true;
		}
	}
	return false;
}

bool mprog_full(const struct mprog_list *list)
{
	return list->count >= list->capacity;
}

bool mprog_stale(const struct mprog_list *list, u64 expected)
{
	return expected && expected != list->revision;
}

void mprog_bump(struct mprog_list *list)
{
	list->revision++;
	if (mprog_is_rfc2(list->net))
		list->revision = (u32)list->revision;
	/* 0 means "any" in a request, so it is never the revision of a list. */
	if (!list->revision)
		list->revision = 1;
}

static struct mprog_array *idle_array(struct mprog_list *list)
{
	return mprog_active(list) == &list->pair[0] ? &list->pair[1] : &list->pair[0];
}

static void copy(struct mprog_array *to, u32 at, const struct mprog_array *from, u32 first, u32 end)
{
	u32 i;

	for (i = first; i < end; i++, at++) {
		to->fp[at] = from->fp[i];
		to->cp[at] = from->cp[i];
	}
}

static void write(struct mprog_array *to, u32 at, struct mprog_prog *prog, struct mprog_link *link,
		  u32 flags)
{
	to->fp[at] = prog;
	to->cp[at].link = link;
	to->cp[at].flags = flags;
}

static void publish(struct mprog_list *list, struct mprog_array *next, u32 count)
{
	list->count = count;
	if (count > list->count_max)
		list->count_max = count;
	rcu_assign_pointer(list->active, next);
	/* Until then readers may walk the array that is idle now, and run what was just removed. */
	mprog_synchronize(list->net);
}

static void insert_at(struct mprog_list *list, u32 at, struct mprog_prog *prog,
		      struct mprog_link *link, u32 flags)
{
	const struct mprog_array *array = mprog_active(list);
	struct mprog_array *next = idle_array(list);
	u32 count = list->count;

	copy(next, 0, array, 0, at);
	write(next, at, prog, link, flags);
	copy(next, at + 1, array, at, count);
	next->fp[count + 1] = NULL;
	publish(list, next, count + 1);
}

void mprog_replace_at(struct mprog_list *list, u32 at, struct mprog_prog *prog,
		      struct mprog_link *link, u32 flags)
{
	const struct mprog_array *array = mprog_active(list);
	struct mprog_array *next = idle_array(list);

	copy(next, 0, array, 0, list->count);
	write(next, at, prog, link, flags);
	next->fp[list->count] = NULL;
	publish(list, next, list->count);
}

void mprog_remove_at(struct mprog_list *list, u32 at)
{
	const struct mprog_array *array = mprog_active(list);
	struct mprog_array *next = idle_array(list);
	u32 count = list->count;

	copy(next, 0, array, 0, at);
	copy(next, at, array, at + 1, count);
	next->fp[count - 1] = NULL;
	publish(list, next, count - 1);
}

/* Makes a list empty. No reader may use it. */
void mprog_list_init(struct mprog_list *list, struct mprog_net *net, u32 ifindex, u32 capacity,
		     u64 revision)
{
	u32 i;

	for (i = 0; i <= list->count_max; i++) {
		list->pair[0].fp[i] = NULL;
		list->pair[1].fp[i] = NULL;
	}
	rcu_assign_pointer(list->active, &list->pair[0]);
	list->net = net;
	list->ifindex = ifindex;
	list->capacity = capacity;
	list->count = 0;
	list->count_max = 0;
	if (mprog_is_rfc2(net))
		revision = (u32)revision;
	if (!revision)
		revision = 1;
	list->revision = revision;
	list->first_revision = revision;
}

/* For a device that is removed. The revision stays: nobody can query it any more. */
void mprog_list_clear(struct mprog_list *list)
{
	struct mprog_array *next = idle_array(list);

	next->fp[0] = NULL;
	publish(list, next, 0);
}

/* Detaches the links, and drops the references of the other entries. */
void mprog_list_empty(struct mprog_net *net, struct mprog_list *list)
{
	const struct mprog_array *array = mprog_active(list);
	u32 count = list->count;
	u32 i;

	for (i = 0; i < count; i++) {
		if (array->cp[i].link)
			array->cp[i].link->list = NULL;
	}
	mprog_list_clear(list);
	/* The array that is idle now has all entries still. Links hold their programs. */
	for (i = 0; i < count; i++) {
		if (!array->cp[i].link)
			mprog_prog_put(net, array->fp[i]);
	}
}

int mprog_attach(struct mprog_list *list, const struct mprog_request *req)
{
	struct mprog_net *net = list->net;
	struct mprog_change change = {};
	struct mprog_prog *gone;
	int ret;

	BUILD_BUG_ON(sizeof(list->pair[0].fp[0]) > sizeof(u64));
	if (mprog_is_rfc2(net))
		ret = mprog_rfc2_attach(list, req, &change);
	else
		ret = mprog_mainline_attach(list, req, &change);
	if (ret)
		return ret;
	if (!change.replace) {
		insert_at(list, change.at, req->prog, req->link, change.flags);
		mprog_bump(list);
		return 0;
	}
	gone = mprog_active(list)->fp[change.at];
	mprog_replace_at(list, change.at, req->prog, req->link, change.flags);
	mprog_prog_put(net, gone);
	mprog_bump(list);
	return 0;
}

int mprog_detach(struct mprog_list *list, const struct mprog_request *req)
{
	struct mprog_net *net = list->net;
	struct mprog_prog *gone;
	u32 at = 0;
	int ret;

	/* Mainline tcx has no list where nothing is attached, so the revision is not checked. */
	if (!mprog_is_rfc2(net) && !list->count)
		return -ENOENT;
	if (mprog_is_rfc2(net))
		ret = mprog_rfc2_detach(list, req, &at);
	else
		ret = mprog_mainline_detach(list, req, &at);
	if (ret)
		return ret;
	gone = mprog_active(list)->fp[at];
	mprog_remove_at(list, at);
	mprog_prog_put(net, gone);
	mprog_bump(list);
	return 0;
}
