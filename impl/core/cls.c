// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests for filters as tc hands them to a classifier, and the creation of a link that owns a
 * filter.
 *
 * Netlink cannot change the filter of a link, and a link cannot take over an existing filter.
 */
#include "filter.h"

/* The program behind @fd, if filters can run it. Takes a reference. */
static struct mprog_prog *classifier_get(struct mprog_net *net, u32 fd)
{
	struct mprog_prog *prog = mprog_prog_by_fd(net, fd);

	if (!IS_ERR(prog) && mprog_prog_type(prog) != MPROG_SCHED_CLS) {
		mprog_prog_put(net, prog);
		return ERR_PTR(-EINVAL);
	}
	return prog;
}

static bool flags_unknown(const struct mprog_filter_request *req)
{
	return req->gen_flags & ~(MPROG_CLS_SKIP_HW | MPROG_CLS_SKIP_SW);
}

static int make(struct mprog_classifier *classifier, u32 hook,
		const struct mprog_filter_request *req, struct mprog_prog *prog,
		struct mprog_link *link, struct mprog_filter **made)
{
	struct mprog_net *net = classifier->net;
	struct mprog_filter *filter = mprog_filter_alloc(net);
	int ret;

	if (IS_ERR(filter))
		return PTR_ERR(filter);
	filter->prog = prog;
	filter->link = link;
	filter->classifier = classifier;
	filter->hook = hook;
	filter->chain = req->chain;
	filter->priority = req->priority;
	filter->handle = req->handle;
	filter->gen_flags = req->gen_flags;
	ret = mprog_filter_install(filter);
	if (ret) {
		mprog_filter_free(net, filter);
		return ret;
	}
	if (link)
		link->filter = filter;
	*made = filter;
	return 0;
}

static int change(struct mprog_net *net, struct mprog_filter *filter,
		  const struct mprog_filter_request *req, struct mprog_prog *prog)
{
	struct mprog_prog *gone;

	if (filter->link)
		return -EPERM;
	if (req->gen_flags & MPROG_CLS_SKIP_SW)
		return -EINVAL;
	filter->gen_flags = req->gen_flags;
	gone = mprog_filter_exchange(net, filter, prog);
	mprog_prog_put(net, gone);
	return 0;
}

int mprog_filter_change(struct mprog_classifier *classifier, u32 hook,
			const struct mprog_filter_request *req, struct mprog_link *link,
			struct mprog_filter **filter)
{
	struct mprog_net *net = classifier->net;
	struct mprog_prog *prog;
	int ret;

	if (link)
		return make(classifier, hook, req, link->prog, link, filter);
	if (flags_unknown(req))
		return -EINVAL;
	prog = classifier_get(net, req->prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (*filter)
		ret = change(net, *filter, req, prog);
	else
		ret = make(classifier, hook, req, prog, NULL, filter);
	/* The filter keeps the reference. */
	if (ret)
		mprog_prog_put(net, prog);
	return ret;
}

int mprog_filter_delete(struct mprog_net *net, struct mprog_filter *filter)
{
	if (filter->link)
		return -EPERM;
	mprog_filter_remove(net, filter);
	return 0;
}

/*
 * A primed link owns the reference to its program, and mprog_link_cancel() drops both. Nobody else
 * sees the filter before it is installed.
 */
static int link_make(struct mprog_net *net, const struct mprog_filter_request *req,
		     struct mprog_prog *prog, u32 *fd)
{
	struct mprog_link *link = mprog_link_prime(net, prog);
	int ret;

	if (IS_ERR(link)) {
		mprog_prog_put(net, prog);
		return PTR_ERR(link);
	}
	link->ifindex = req->ifindex;
	link->attach_type = req->attach_type;
	ret = mprog_filter_ask(net, req, link);
	if (!ret) {
		*fd = mprog_link_settle(net, link);
		return 0;
	}
	mprog_link_cancel(net, link);
	return ret;
}

static int link_checked(struct mprog_net *net, const struct mprog_filter_request *req)
{
	if (!req->capable)
		return -EPERM;
	if (flags_unknown(req))
		return -EINVAL;
	return mprog_filter_place(net, req);
}

int mprog_filter_link_create(struct mprog_net *net, const struct mprog_filter_request *req, u32 *fd)
{
	struct mprog_prog *prog = classifier_get(net, req->prog_fd);
	int ret;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	ret = link_checked(net, req);
	if (!ret)
		return link_make(net, req, prog, fd);
	mprog_prog_put(net, prog);
	return ret;
}
