// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of the module to tc: to create the filter of a link, and to clean up where one was.
 *
 * A module can reach chains and blocks by messages only, so it sends the messages that a user would
 * send, with the rights of the kernel. So tc serialises all requests, and a link create gets the
 * errors that a user would get. The messages take the rtnl, so it is not held here.
 */
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/rtnetlink.h>
#include <linux/sched/task.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "cls.h"
#include "objects.h"

static DEFINE_MUTEX(asking);
static struct task_struct *who;
static struct mprogcheck_ask ask;
static LIST_HEAD(gone); /* under the rtnl */

/* Each task sees its own request only. */
const struct mprogcheck_ask *mprogcheck_asked(void)
{
	return READ_ONCE(who) == current ? &ask : NULL;
}

bool mprogcheck_qdisc_has(const struct Qdisc *qdisc, u32 hook)
{
	return !strcmp(qdisc->ops->id, "clsact") ||
	       (hook == MPROG_AT_INGRESS && !strcmp(qdisc->ops->id, "ingress"));
}

int mprog_filter_place(struct mprog_net *net, const struct mprog_filter_request *req)
{
	const struct netdev_queue *queue;
	struct net_device *dev;
	u32 hook;
	int ret;

	ret = mprog_hook_of(req->attach_type, &hook);
	if (ret)
		return ret;
	dev = __dev_get_by_index((struct net *)req->space, req->ifindex);
	if (!dev)
		return -ENODEV;
	queue = dev_ingress_queue(dev);
	if (!queue || !mprogcheck_qdisc_has(rtnl_dereference(queue->qdisc_sleeping), hook))
		return -EINVAL;
	return 0;
}

/* @like: hook, priority and handle of the filter. Filters of links are in chain 0. */
static struct sk_buff *message(struct mprog_net *net, int type, int flags, u32 ifindex,
			       const struct mprog_filter *like)
{
	struct sk_buff *skb = NULL;
	struct nlmsghdr *head;
	struct tcmsg *tcm;

	if (!mprog_fails_here(net))
		skb = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return NULL;
	head = nlmsg_put(skb, 0, 0, type, sizeof(*tcm), NLM_F_REQUEST | flags);
	tcm = nlmsg_data(head);
	*tcm = (struct tcmsg){
	    .tcm_ifindex = ifindex,
	    .tcm_parent = TC_H_MAKE(TC_H_CLSACT, like->hook == MPROG_AT_EGRESS ? TC_H_MIN_EGRESS
									       : TC_H_MIN_INGRESS),
	    .tcm_handle = like->handle,
	    .tcm_info = TC_H_MAKE(like->priority << 16, (__force u32)htons(ETH_P_ALL)),
	};
	nla_put_string(skb, TCA_KIND, MPROGCHECK_CLS_KIND); /* there is room for more */
	nlmsg_end(skb, head);
	return skb;
}

/* A request that succeeds has no reply, and anybody may have sent other messages. */
static int answer_on(struct socket *sock)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
	} answer = {};
	struct kvec to = {.iov_base = &answer, .iov_len = sizeof(answer)};
	struct sockaddr_nl by = {};
	struct msghdr msg = {.msg_name = &by};
	int ret;

	do {
		ret = kernel_recvmsg(sock, &msg, &to, 1, to.iov_len, MSG_DONTWAIT);
		if (ret < 0)
			return ret == -EAGAIN ? 0 : ret;
	} while (by.nl_pid || answer.head.nlmsg_type != NLMSG_ERROR);
	return answer.body.error;
}

/*
 * The socket gets a port that the kernel never assigns by itself, or any port if that is taken. For
 * a message with a destination address the rights of the sender are checked, not those of the task
 * that opened the socket.
 */
static int send(struct mprog_net *mprog, struct net *net, struct sk_buff *skb)
{
	struct sockaddr_nl own = {.nl_family = AF_NETLINK, .nl_pid = U32_MAX};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct kvec from = {.iov_base = skb->data, .iov_len = skb->len};
	struct msghdr msg = {.msg_name = &kernel, .msg_namelen = sizeof(kernel)};
	const struct cred *before;
	struct socket *sock;
	int ret;

	if (mprog_fails_here(mprog))
		return -ENOMEM;
	ret = sock_create_kern(net, PF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &sock);
	if (ret)
		return ret;
	ret = kernel_bind(sock, (void *)&own, sizeof(own)); /* the type differs between kernels */
	if (ret == -EADDRINUSE) {
		own.nl_pid = 0;
		ret = kernel_bind(sock, (void *)&own, sizeof(own));
	}
	if (!ret && mprog_fails_here(mprog))
		ret = -ENOMEM;
	if (ret)
		goto out;
	before = override_creds(rcu_access_pointer(init_task.cred));
	ret = kernel_sendmsg(sock, &msg, &from, 1, from.iov_len);
	revert_creds(before);
	if (ret >= 0)
		ret = answer_on(sock);
out:
	sock_release(sock);
	return ret;
}

static int ask_for(struct mprog_net *mprog, struct net *net, const struct mprogcheck_ask *what,
		   struct sk_buff *skb)
{
	int ret;

	if (!skb)
		return -ENOMEM;
	mutex_lock(&asking);
	ask = *what;
	WRITE_ONCE(who, current);
	ret = send(mprog, net, skb);
	WRITE_ONCE(who, NULL);
	mutex_unlock(&asking);
	nlmsg_free(skb);
	return ret;
}

int mprog_filter_ask(struct mprog_net *net, const struct mprog_filter_request *req,
		     struct mprog_link *link)
{
	const struct mprogcheck_ask what = {.req = req, .link = link};
	struct mprog_filter like = {.priority = req->priority, .handle = req->handle};
	int ret;

	ret = mprog_hook_of(req->attach_type, &like.hook);
	if (ret)
		return ret;
	rtnl_unlock();
	ret = ask_for(net, (struct net *)req->space, &what,
		      message(net, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, req->ifindex, &like));
	rtnl_lock();
	return ret == -ENOBUFS ? -ENOMEM : ret;
}

/* A namespace that ends removes everything tc has in it. */
void mprogcheck_tell_later(struct mprogcheck_filter *filter, struct net *net)
{
	filter->net = maybe_get_net(net);
	filter->ifindex = filter->core.classifier->ifindex;
	list_add_tail(&filter->gone, &gone);
}

/* If that fails tc keeps an empty classifier until the chain goes or the place is used again. */
static void tell(const struct mprogcheck_filter *filter)
{
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE];
	const struct mprogcheck_ask what = {.gone = filter};

	ask_for(net, filter->net, &what,
		message(net, RTM_DELTFILTER, 0, filter->ifindex, &filter->core));
}

void mprogcheck_unlock(void)
{
	struct mprogcheck_filter *filter, *next;
	LIST_HEAD(mine);

	list_splice_init(&gone, &mine);
	rtnl_unlock();
	list_for_each_entry_safe(filter, next, &mine, gone)
	{
		if (filter->net) {
			tell(filter);
			put_net(filter->net);
		}
		kfree(filter);
	}
}
