// SPDX-License-Identifier: GPL-2.0-only
/*
 * tc for a process: what it checks before it calls the classifier. The module uses the kernel's.
 */
#include "impl/core/filter.h"
#include "tables.h"

/* Finds the classifier and hook of a request, if the device has a qdisc with that hook. */
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
	    .chain = req->chain,
	    .priority = req->priority,
	    .handle = req->handle,
	};
	return 0;
}

/* The same for a request of netlink, which needs a capability. */
static int changeable_place_of(struct mprog_net *net, const struct mprog_filter_request *req,
			       struct mprog_filter *like)
{
	if (!req->capable)
		return -EPERM;
	return place_of(net, req, like);
}

int mprog_filter_set(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like, *filter;
	int ret;

	ret = changeable_place_of(net, req, &like);
	if (ret)
		return ret;
	filter = mprog_filter_find(&like);
	if (filter && req->excl)
		return -EEXIST;
	if (!filter && !req->create)
		return -ENOENT;
	return mprog_filter_change(like.classifier, like.hook, req, NULL, &filter);
}

int mprog_filter_del(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like, *filter;
	int ret;

	ret = changeable_place_of(net, req, &like);
	if (ret)
		return ret;
	filter = mprog_filter_find(&like);
	return filter ? mprog_filter_delete(net, filter) : -ENOENT;
}

int mprog_chain_del(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like, *filter, *next;
	int ret;

	ret = changeable_place_of(net, req, &like);
	if (ret)
		return ret;
	for (filter = mprog_filter_first(like.classifier, like.hook); filter; filter = next) {
		next = mprog_filter_next(filter);
		if (filter->chain == like.chain)
			mprog_filter_remove(net, filter);
	}
	return 0;
}

int mprog_filter_place(struct mprog_net *net, const struct mprog_filter_request *req)
{
	struct mprog_filter like;

	return place_of(net, req, &like);
}

int mprog_filter_ask(struct mprog_net *net, const struct mprog_filter_request *req,
		     struct mprog_link *link)
{
	struct mprog_filter like, *filter;
	int ret = place_of(net, req, &like);

	if (ret)
		return ret;
	filter = mprog_filter_find(&like);
	if (filter)
		return -EEXIST;
	return mprog_filter_change(like.classifier, like.hook, req, link, &filter);
}
