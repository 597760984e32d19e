// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands on attach points: what bpf(2) checks before it changes the list.
 *
 * A request is refused if it has something that the command does not use: an old program without
 * REPLACE, an unknown flag. Fields of struct mprog_attr that the command does not have in bpf(2)
 * are ignored.
 */
#include "internal.h"

int mprog_hook_of(u32 attach_type, u32 *hook)
{
	switch (attach_type) {
	case MPROG_INGRESS:
		*hook = MPROG_AT_INGRESS;
		return 0;
	case MPROG_EGRESS:
		*hook = MPROG_AT_EGRESS;
		return 0;
	case MPROG_PRIMARY:
		*hook = MPROG_AT_PRIMARY;
		return 0;
	case MPROG_PEER:
		*hook = MPROG_AT_PEER;
		return 0;
	}
	return -EINVAL;
}

/* Checks flag bits, and turns ID into MPROG_F_ID, whichever bit the dialect has for it. */
int mprog_flags_of(struct mprog_net *net, u32 bits, u32 *flags)
{
	u32 known = MPROG_F_REPLACE | MPROG_F_BEFORE | MPROG_F_AFTER | MPROG_F_LINK;

	if (mprog_is_rfc2(net))
		known |= MPROG_F_FIRST | MPROG_F_LAST | MPROG_F_ID;
	else
		known |= MPROG_F_ID_MAINLINE;
	if (bits & ~known)
		return -EINVAL;
	bits &= known;
	if (!mprog_is_rfc2(net) && (bits & MPROG_F_ID_MAINLINE))
		bits ^= MPROG_F_ID_MAINLINE | MPROG_F_ID;
	*flags = bits;
	return 0;
}

/* A program by descriptor, if it has the type that attach points require. */
static struct mprog_prog *classifier_get(struct mprog_net *net, u32 fd)
{
	struct mprog_prog *prog = mprog_prog_by_fd(net, fd);

	if (IS_ERR(prog))
		return prog;
	if (mprog_prog_type(prog) != MPROG_SCHED_CLS) {
		mprog_prog_put(net, prog);
		return ERR_PTR(-EINVAL);
	}
	return prog;
}

/* Checks what an attach and a detach have in common, up to the program. */
static int request_of(struct mprog_net *net, const struct mprog_attr *attr, u32 *hook,
		      struct mprog_request *req)
{
	int ret;

	ret = mprog_hook_of(attr->attach_type, hook);
	if (ret)
		return ret;
	req->relative = attr->relative;
	req->expected = attr->expected_revision;
	return mprog_flags_of(net, attr->flags, &req->flags);
}

int mprog_prog_attach(struct mprog_net *net, const struct mprog_attr *attr)
{
	struct mprog_request req = {};
	struct mprog_prog *old;
	struct mprog_list *list;
	bool names_old;
	u32 hook;
	int ret;

	ret = request_of(net, attr, &hook, &req);
	if (ret)
		return ret;
	names_old = !mprog_is_rfc2(net) && (req.flags & MPROG_F_REPLACE);
	if (attr->old_fd && !names_old)
		return -EINVAL;
	req.prog = classifier_get(net, attr->prog_fd);
	if (IS_ERR(req.prog))
		return PTR_ERR(req.prog);
	list = mprog_point_at(net, attr->space, attr->ifindex, hook);
	if (IS_ERR(list)) {
		ret = PTR_ERR(list);
		goto out_prog;
	}
	if (names_old) {
		old = classifier_get(net, attr->old_fd);
		if (IS_ERR(old)) {
			ret = PTR_ERR(old);
			goto out_prog;
		}
		req.old = old;
	}
	ret = mprog_attach(list, &req);
	if (req.old)
		mprog_prog_put(net, req.old);
out_prog:
	/* The entry keeps the reference. */
	if (ret)
		mprog_prog_put(net, req.prog);
	return ret;
}

int mprog_prog_detach(struct mprog_net *net, const struct mprog_attr *attr)
{
	struct mprog_request req = {};
	struct mprog_list *list;
	u32 hook;
	int ret;

	ret = request_of(net, attr, &hook, &req);
	if (ret)
		return ret;
	if (attr->old_fd)
		return -EINVAL;
	if (attr->prog_fd) {
		req.prog = classifier_get(net, attr->prog_fd);
		if (IS_ERR(req.prog))
			return PTR_ERR(req.prog);
	} else if (!attr->capable && !mprog_is_rfc2(net)) {
		return -EPERM;
	}
	list = mprog_point_at(net, attr->space, attr->ifindex, hook);
	ret = IS_ERR(list) ? PTR_ERR(list) : mprog_detach(list, &req);
	if (req.prog)
		mprog_prog_put(net, req.prog);
	return ret;
}

/* One value of one array of a query, if the caller asked for that array. */
static int put_out(u32 *array, u32 at, u32 value)
{
	if (IS_ERR(array))
		return PTR_ERR(array);
	if (array)
		array[at] = value;
	return 0;
}

static int put_entry(const struct mprog_query *query, u32 at, const struct mprog_prog *prog,
		     const struct mprog_cp *cp)
{
	u32 prog_flags = cp->link ? 0 : cp->flags;
	u32 link_flags = cp->link ? cp->flags : 0;
	u32 link_id = cp->link ? cp->link->id : 0;
	int ret;

	ret = put_out(query->prog_ids, at, mprog_prog_id(prog));
	if (!ret)
		ret = put_out(query->link_ids, at, link_id);
	if (!ret)
		ret = put_out(query->prog_flags, at, prog_flags);
	if (!ret)
		ret = put_out(query->link_flags, at, link_flags);
	return ret;
}

int mprog_prog_query(struct mprog_net *net, struct mprog_query *query)
{
	const struct mprog_array *array;
	struct mprog_list *list;
	bool truncated;
	u32 hook, end, i;
	int ret;

	if (!query->capable)
		return -EPERM;
	ret = mprog_hook_of(query->attach_type, &hook);
	if (ret)
		return ret;
	list = mprog_point_at(net, query->space, query->ifindex, hook);
	if (IS_ERR(list))
		return PTR_ERR(list);
	if (query->query_flags || query->attach_flags)
		return -EINVAL;
	query->revision = list->revision;
	query->count = list->count;
	/* Without an array for programs no other is filled. */
	if (!query->prog_ids || !query->room)
		return 0;
	truncated = query->room < list->count;
	end = truncated ? query->room : list->count;
	array = mprog_active(list);
	for (i = 0; i < end; i++) {
		ret = put_entry(query, i, array->fp[i], &array->cp[i]);
		if (ret)
			return ret;
	}
	return truncated ? -ENOSPC : 0;
}
