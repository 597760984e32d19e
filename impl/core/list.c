// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of an attach point: a pair of arrays of which readers walk the active one.
 *
 * Every change is made in the idle array and then published as a whole, so a reader sees a list
 * as it once stood and never one in the making:
 *
 *	active: a b c -		idle: x x x x		at rest; nobody reads the idle one
 *	active: a b c -		idle: a n b c -		insert n at 1
 *	active: a n b c -	idle: a b c -		published; readers of a b c may linger
 *				synchronize		now they are gone
 *
 * A dialect decides where (mainline.c, rfc2.c). Enacting it here cannot fail, hence needs no undo.
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
	if (mprog_fault(list->net, relative_owner_ignored))
		return true;
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
	u32 capacity = list->capacity;

	if (mprog_fault(list->net, full_one_early))
		capacity--;
	if (mprog_fault(list->net, full_one_late) && capacity < MPROG_MAX_CAPACITY)
		capacity++;
	return list->count >= capacity;
}

bool mprog_stale(const struct mprog_list *list, u64 expected)
{
	if (mprog_fault(list->net, revision_compared_on_32_bits))
		return expected && (u32)expected != (u32)list->revision;
	if (mprog_fault(list->net, last_revision_accepted) && expected + 1 == list->revision)
		return false;
	return expected && expected != list->revision;
}

void mprog_bump(struct mprog_list *list)
{
	list->revision++;
	if (mprog_is_rfc2(list->net))
		list->revision = (u32)list->revision;
	/* 0 means "any" in a request, so a revision has to step over it. */
	if (!list->revision && !mprog_fault(list->net, revision_wraps_to_zero))
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
	/* Until here readers may be in the array that is idle now, and hold what has just left. */
	if (!mprog_fault(list->net, readers_not_waited_for))
		mprog_synchronize(list->net);
}

static void insert_at(struct mprog_list *list, u32 at, struct mprog_prog *prog,
		      struct mprog_link *link, u32 flags)
{
	const struct mprog_array *array = mprog_active(list);
	struct mprog_array *next = idle_array(list);
	u32 count = list->count;

	/* A list can be full here only where a fault let the request pass: then its end falls off.
	 */
	if (mprog_fault(list->net, full_list_pushes_last_off) && mprog_full(list))
		count--;
	copy(next, 0, array, 0, at);
	write(next, at, prog, link, flags);
	copy(next, at + 1, array, at, count);
	next->fp[count + 1] = NULL;
	if (mprog_fault(list->net, first_lost_on_insert) && at)
		next->cp[0].flags &= ~MPROG_F_FIRST;
	if (mprog_fault(list->net, last_lost_on_append) && at < count)
		next->cp[count].flags &= ~MPROG_F_LAST;
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
	if (mprog_fault(list->net, stale_slot_after_detach)) {
		next->fp[count - 1] = array->fp[count - 1];
		next->fp[count] = NULL;
	}
	publish(list, next, count - 1);
}

/* As new: with nothing on it. Nobody may be reading it. */
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

/* For a device that goes. The revision stays what it was: nobody can ask any more. */
void mprog_list_clear(struct mprog_list *list)
{
	struct mprog_array *next = idle_array(list);

	next->fp[0] = NULL;
	publish(list, next, 0);
}

/* Links are told, plain entries let go of. */
void mprog_list_empty(struct mprog_net *net, struct mprog_list *list, bool netkit)
{
	const struct mprog_array *array = mprog_active(list);
	u32 count = list->count;
	u32 i;

	for (i = 0; i < count; i++) {
		if (array->cp[i].link && !mprog_fault(net, device_forgets_links) &&
		    !(netkit && mprog_fault(net, netkit_forgets_links)))
			array->cp[i].link->list = NULL;
	}
	mprog_list_clear(list);
	/* What is idle now is the list as it was; the links' programs are the links' affair. */
	for (i = 0; i < count; i++) {
		if (!array->cp[i].link && !mprog_fault(net, device_keeps_references))
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
	if (ret) {
		if (mprog_fault(net, failed_attach_moves_revision))
			mprog_bump(list);
		return ret;
	}
	if (!change.replace) {
		insert_at(list, change.at, req->prog, req->link, change.flags);
		mprog_bump(list);
		return 0;
	}
	gone = mprog_active(list)->fp[change.at];
	mprog_replace_at(list, change.at, req->prog, req->link, change.flags);
	if (!mprog_fault(net, replaced_not_put))
		mprog_prog_put(net, gone);
	if (mprog_fault(net, replaced_put_twice))
		mprog_prog_put(net, gone);
	if (!mprog_fault(net, replace_keeps_revision))
		mprog_bump(list);
	return 0;
}

int mprog_detach(struct mprog_list *list, const struct mprog_request *req)
{
	struct mprog_net *net = list->net;
	struct mprog_prog *gone;
	u32 at = 0;
	int ret;

	/* Where mainline tcx has nothing attached it has no list, so no revision to be stale
	 * either. */
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
	if (!mprog_fault(net, detached_not_put))
		mprog_prog_put(net, gone);
	if (!mprog_fault(net, detach_keeps_revision))
		mprog_bump(list);
	if (!list->count && mprog_fault(net, revision_restarts_when_empty))
		list->revision = list->first_revision;
	return 0;
}
