// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links: an entry that lives as long as somebody holds a reference to the link.
 *
 * The link holds the reference to its program; its entry or filter (cls.c) holds none. A link is
 * detached by LINK_DETACH, with its last reference, or when the device is removed; from then on
 * link->list is NULL.
 */
#include "filter.h"

int mprog_link_create(struct mprog_net *net, const struct mprog_attr *attr, u32 *fd)
{
	struct mprog_request req = {
	    .relative = attr->relative,
	    .expected = attr->expected_revision,
	};
	struct mprog_prog *prog;
	struct mprog_list *list;
	struct mprog_link *link;
	u32 hook;
	int ret;

	prog = mprog_prog_by_fd(net, attr->prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	ret = -EINVAL;
	if (mprog_prog_type(prog) != MPROG_SCHED_CLS)
		goto out_prog;
	ret = mprog_hook_of(attr->attach_type, &hook);
	if (ret)
		goto out_prog;
	list = mprog_point_at(net, attr->space, attr->ifindex, hook);
	if (IS_ERR(list)) {
		ret = PTR_ERR(list);
		goto out_prog;
	}
	ret = mprog_flags_of(net, attr->flags, &req.flags);
	if (ret)
		goto out_prog;
	link = mprog_link_prime(net, prog);
	if (IS_ERR(link)) {
		ret = PTR_ERR(link);
		goto out_prog;
	}
	link->ifindex = list->ifindex;
	link->attach_type = attr->attach_type;
	req.prog = prog;
	req.link = link;
	ret = mprog_attach(list, &req);
	if (ret)
		goto out_link;
	link->list = list;
	*fd = mprog_link_settle(net, link);
	return 0;

	/* From here on the link owns the reference to the program. */
out_link:
	mprog_link_cancel(net, link);
	return ret;
out_prog:
	mprog_prog_put(net, prog);
	return ret;
}

static int update(struct mprog_net *net, struct mprog_link *link, struct mprog_prog *prog,
		  const struct mprog_prog *old)
{
	struct mprog_list *list = link->list;
	struct mprog_prog *gone = link->prog;
	u32 at, unused;

	if (!list && !link->filter)
		return -ENOLINK;
	if (old && old != gone)
		return -EPERM;
	if (prog == gone)
		return 0;
	if (list && mprog_find(list, prog, &unused))
		return -EEXIST;
	if (mprog_prog_type(prog) != MPROG_SCHED_CLS)
		return -EINVAL;
	/* From here on the link holds a reference to the new program. */
	if (WARN_ON(!mprog_prog_get(net, prog)))
		return -EBADF;
	WRITE_ONCE(link->prog, prog);
	if (list && mprog_find_link(list, link, &at)) {
		mprog_replace_at(list, at, prog, link, mprog_active(list)->cp[at].flags);
		mprog_bump(list);
	}
	if (link->filter)
		mprog_filter_exchange(net, link->filter, prog);
	mprog_prog_put(net, gone);
	return 0;
}

int mprog_link_update(struct mprog_net *net, const struct mprog_attr *attr)
{
	struct mprog_prog *prog, *old = NULL;
	struct mprog_link *link;
	int ret;

	if (attr->flags & ~MPROG_F_REPLACE)
		return -EINVAL;
	link = mprog_link_by_fd(net, attr->link_fd);
	if (IS_ERR(link))
		return PTR_ERR(link);
	if (!link->prog) {
		ret = -EINVAL;
		goto out_link;
	}
	prog = mprog_prog_by_fd(net, attr->prog_fd);
	if (IS_ERR(prog)) {
		ret = PTR_ERR(prog);
		goto out_link;
	}
	if (attr->flags & MPROG_F_REPLACE) {
		old = mprog_prog_by_fd(net, attr->old_fd);
		if (IS_ERR(old)) {
			ret = PTR_ERR(old);
			goto out_prog;
		}
	} else if (attr->old_fd) {
		ret = -EINVAL;
		goto out_prog;
	}
	ret = update(net, link, prog, old);
	if (old)
		mprog_prog_put(net, old);
out_prog:
	mprog_prog_put(net, prog);
out_link:
	mprog_link_put(net, link);
	return ret;
}

int mprog_link_info(struct mprog_net *net, u32 link_fd, struct mprog_link_info *info)
{
	struct mprog_link *link = mprog_link_by_fd(net, link_fd);
	int ret = 0;

	if (IS_ERR(link))
		return PTR_ERR(link);
	if (link->prog) {
		info->id = link->id;
		info->prog_id = mprog_prog_id(link->prog);
		info->ifindex = mprog_link_ifindex(link);
		info->attach_type = link->attach_type;
	} else {
		ret = -EINVAL;
	}
	mprog_link_put(net, link);
	return ret;
}

static bool leave(struct mprog_link *link)
{
	struct mprog_list *list = link->list;
	u32 at;

	if (!list)
		return false;
	link->list = NULL;
	if (!mprog_find_link(list, link, &at))
		return false;
	mprog_remove_at(list, at);
	return true;
}

int mprog_link_detach(struct mprog_net *net, u32 link_fd)
{
	struct mprog_link *link = mprog_link_by_fd(net, link_fd);
	struct mprog_list *list;
	int ret = 0;

	if (IS_ERR(link))
		return PTR_ERR(link);
	list = link->list;
	if (!link->prog)
		ret = -EINVAL;
	else if (link->filter)
		mprog_filter_remove(net, link->filter);
	else if (leave(link))
		mprog_bump(list);
	mprog_link_put(net, link);
	return ret;
}

/* The last reference is gone. The program is put only when no reader can see it. */
void mprog_link_release(struct mprog_net *net, struct mprog_link *link)
{
	struct mprog_list *list = link->list;

	if (leave(link))
		mprog_bump(list);
	link->list = NULL;
	if (link->filter)
		mprog_filter_remove(net, link->filter);
	mprog_prog_put(net, link->prog);
}
