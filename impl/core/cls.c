// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests for filters: netlink's, and the creation of a link that owns what it makes.
 *
 * Netlink keeps off the filters of links; a link takes over no filter, whoever made it.
 */
#include "filter.h"

/* The program, if it is one that filters run. Takes a reference. */
static struct mprog_prog *classifier_get(struct mprog_net *net, u32 fd)
{
	struct mprog_prog *prog = mprog_prog_by_fd(net, fd);

	if (!IS_ERR(prog) && mprog_prog_type(prog) != MPROG_SCHED_CLS) {
		mprog_prog_put(net, prog);
		return ERR_PTR(-EINVAL);
	}
	return prog;
}

/* Where the request is about: the device, and the hook, if a qdisc of the device has it. */
static int place_of(struct mprog_net *net, const struct mprog_filter_request *req,
		    struct mprog_filter *like)
{
	struct mprog_classifier *classifier;
	u32 hook;
	int ret;

	ret = mprog_hook_of(req->attach_type, &hook);
	if (ret)
		return ret;
	classifier = mprog_classifier_at(net, req->space, req->ifindex, hook);
	if (IS_ERR(classifier))
		return PTR_ERR(classifier);
	*like = (struct mprog_filter){
	    .classifier = classifier,
	    .hook = hook,
	    .chain = mprog_fault(net, filter_chain_ignored) ? 0 : req->chain,
	    .priority = req->priority,
	    .handle = req->handle,
	};
	return 0;
}

static bool flags_unknown(const struct mprog_filter_request *req)
{
	return req->gen_flags & ~(MPROG_CLS_SKIP_HW | MPROG_CLS_SKIP_SW);
}

static bool may_change(struct mprog_net *net, const struct mprog_filter_request *req)
{
	return req->capable || mprog_fault(net, filter_for_anybody);
}

static struct mprog_filter *filter_alloc(struct mprog_net *net, const struct mprog_filter *like,
					 struct mprog_prog *prog, struct mprog_link *link)
{
	struct mprog_filter *filter = mprog_filter_alloc(net);

	if (IS_ERR(filter))
		return filter;
	filter->prog = prog;
	filter->link = link;
	filter->classifier = like->classifier;
	filter->hook = like->hook;
	filter->chain = like->chain;
	filter->priority = like->priority;
	filter->handle = like->handle;
	return filter;
}

static int filter_make(struct mprog_net *net, const struct mprog_filter *like,
		       struct mprog_prog *prog, u32 gen_flags)
{
	struct mprog_filter *filter = filter_alloc(net, like, prog, NULL);
	int ret;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	ret = mprog_filter_install(filter, gen_flags);
	if (ret)
		mprog_filter_free(net, filter);
	return ret;
}

static int filter_change(struct mprog_net *net, struct mprog_filter *filter,
			 struct mprog_prog *prog, u32 gen_flags)
{
	struct mprog_prog *gone;

	if (filter->link && !mprog_fault(net, filter_of_link_changed))
		return -EPERM;
	if ((gen_flags & MPROG_CLS_SKIP_SW) && !mprog_fault(net, filter_skip_sw_installed))
		return -EINVAL;
	gone = mprog_filter_exchange(net, filter, prog);
	if (filter->link)
		filter->link->prog = prog;
	if (!mprog_fault(net, filter_replaced_not_put))
		mprog_prog_put(net, gone);
	return 0;
}

int mprog_filter_set(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like, *filter;
	struct mprog_prog *prog;
	int ret;

	if (!may_change(net, req))
		return -EPERM;
	ret = place_of(net, req, &like);
	if (ret)
		return ret;
	if (flags_unknown(req))
		return -EINVAL;
	prog = classifier_get(net, req->prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	filter = mprog_filter_find(&like);
	if (filter && (req->excl || mprog_fault(net, filter_never_replaced)))
		ret = -EEXIST;
	else if (filter)
		ret = filter_change(net, filter, prog, req->gen_flags);
	else if (req->create || mprog_fault(net, filter_change_creates))
		ret = filter_make(net, &like, prog, req->gen_flags);
	else
		ret = -ENOENT;
	/* The filter keeps the reference. */
	if (ret && !(filter && mprog_fault(net, filter_prog_leaked_on_error)))
		mprog_prog_put(net, prog);
	return ret;
}

int mprog_filter_del(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like, *filter;
	int ret;

	if (!may_change(net, req))
		return -EPERM;
	ret = place_of(net, req, &like);
	if (ret)
		return ret;
	filter = mprog_filter_find(&like);
	if (!filter)
		return -ENOENT;
	if (filter->link && !mprog_fault(net, filter_of_link_deleted))
		return -EPERM;
	mprog_filter_remove(net, filter, false);
	return 0;
}

int mprog_chain_del(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like, *filter, *next;
	int ret;

	if (!may_change(net, req))
		return -EPERM;
	ret = place_of(net, req, &like);
	if (ret)
		return ret;
	for (filter = mprog_filter_first(like.classifier, like.hook); filter; filter = next) {
		next = mprog_filter_next(filter);
		if (filter->chain != like.chain && !mprog_fault(net, chain_takes_other_chains))
			continue;
		if (filter->link && mprog_fault(net, chain_spares_links))
			continue;
		if (!filter->link && mprog_fault(net, chain_keeps_references))
			mprog_prog_get(net, filter->prog);
		mprog_filter_remove(net, filter, mprog_fault(net, chain_forgets_links));
	}
	return 0;
}

/* What no sound implementation does: whoever is there makes way for the link. */
static void make_way(struct mprog_net *net, const struct mprog_filter *like)
{
	struct mprog_filter *there = mprog_filter_find(like);

	if (!there)
		return;
	if (there->link ? mprog_fault(net, filter_link_over_link)
			: mprog_fault(net, filter_link_takes_over))
		mprog_filter_remove(net, there, false);
}

/*
 * A primed link has the program, and with that its reference; from then on cancelling it lets go of
 * both, once. The filter is nobody's until it is installed.
 */
static int link_make(struct mprog_net *net, const struct mprog_filter *like, u32 attach_type,
		     struct mprog_prog *prog, u32 gen_flags, u32 *fd)
{
	struct mprog_filter *filter;
	struct mprog_link *link;
	int ret;

	link = mprog_link_prime(net, prog);
	if (IS_ERR(link)) {
		mprog_prog_put(net, prog);
		return PTR_ERR(link);
	}
	link->ifindex = like->classifier->ifindex;
	link->attach_type = attach_type;
	filter = filter_alloc(net, like, prog, link);
	if (IS_ERR(filter)) {
		ret = PTR_ERR(filter);
		goto out_link;
	}
	make_way(net, like);
	ret = mprog_filter_install(filter, gen_flags);
	if (ret)
		goto out_filter;
	link->filter = filter;
	*fd = mprog_link_settle(net, link);
	return 0;

out_filter:
	mprog_filter_free(net, filter);
out_link:
	if (mprog_fault(net, filter_link_put_twice))
		mprog_prog_put(net, prog);
	if (!mprog_fault(net, filter_link_leaked_on_error))
		mprog_link_cancel(net, link);
	return ret;
}

int mprog_filter_link_create(struct mprog_net *net, const struct mprog_filter_request *req, u32 *fd)
{
	struct mprog_prog *prog = classifier_get(net, req->prog_fd);
	struct mprog_filter like;
	int ret;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	ret = place_of(net, req, &like);
	like.chain = 0;
	if (!ret && mprog_fault(net, filter_exists_before_flags) && mprog_filter_find(&like))
		ret = -EEXIST;
	if (!ret && flags_unknown(req) && !mprog_fault(net, filter_link_flags_unchecked))
		ret = -EINVAL;
	if (!ret)
		return link_make(net, &like, req->attach_type, prog, req->gen_flags, fd);
	mprog_prog_put(net, prog);
	return ret;
}
