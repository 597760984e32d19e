// SPDX-License-Identifier: GPL-2.0-only
/* The control plane: requests of the generic netlink family, as the commands of the core. */
#include <linux/capability.h>
#include <linux/fdtable.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "cls.h"
#include "extack.h"
#include "device.h"
#include "genl.h"
#include "netlink.h"
#include "objects.h"

static u32 number(const struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u32(info->attrs[type]) : 0;
}

/*
 * The dialect of a request, which is needed to check the flags before the device is looked up. The
 * request names it, or it is that of the device.
 */
static struct mprog_net *net_of(struct genl_info *info)
{
	struct mprogcheck_device *device =
	    mprogcheck_device_of(genl_info_net(info), number(info, MPROGCHECK_A_IFINDEX));
	u32 dialect = device ? mprog_dialect_of(device->lists[0].net) : MPROG_MAINLINE;
	const struct nlattr *said = info->attrs[MPROGCHECK_A_DIALECT];

	if (said && device && nla_get_u32(said) != dialect)
		return ERR_PTR(mprogcheck_blame(info, MPROGCHECK_A_DIALECT, -EINVAL,
						"The device speaks another dialect"));
	return &mprogcheck_nets[said ? nla_get_u32(said) : dialect];
}

static struct mprog_attr attr_of(struct sk_buff *skb, const struct genl_info *info)
{
	const struct nlattr *revision = info->attrs[MPROGCHECK_A_EXPECTED_REVISION];

	return (struct mprog_attr){
	    .space = (unsigned long)genl_info_net(info),
	    .ifindex = number(info, MPROGCHECK_A_IFINDEX),
	    .attach_type = number(info, MPROGCHECK_A_ATTACH_TYPE),
	    .flags = number(info, MPROGCHECK_A_FLAGS),
	    .prog_fd = number(info, MPROGCHECK_A_PROG_FD),
	    .old_fd = number(info, MPROGCHECK_A_OLD_FD),
	    .link_fd = number(info, MPROGCHECK_A_LINK_FD),
	    .relative = number(info, MPROGCHECK_A_RELATIVE),
	    .expected_revision = revision ? nla_get_u64(revision) : 0,
	    .capable = netlink_capable(skb, CAP_NET_ADMIN),
	};
}

static int run(struct sk_buff *skb, struct genl_info *info,
	       int (*command)(struct mprog_net *net, const struct mprog_attr *attr))
{
	struct mprog_attr attr = attr_of(skb, info);
	struct mprog_net *net;
	int ret;

	if (mprogcheck_lacks(info, MPROGCHECK_A_IFINDEX) ||
	    mprogcheck_lacks(info, MPROGCHECK_A_ATTACH_TYPE))
		return -EINVAL;
	rtnl_lock();
	net = net_of(info);
	ret = IS_ERR(net) ? PTR_ERR(net) : mprogcheck_complain(info, net, command(net, &attr));
	mprogcheck_unlock();
	return ret;
}

int mprogcheck_attach(struct sk_buff *skb, struct genl_info *info)
{
	if (mprogcheck_lacks(info, MPROGCHECK_A_PROG_FD))
		return -EINVAL;
	return run(skb, info, mprog_prog_attach);
}

int mprogcheck_detach(struct sk_buff *skb, struct genl_info *info)
{
	return run(skb, info, mprog_prog_detach);
}

static struct sk_buff *reply_to(struct genl_info *info, u8 command, size_t size, void **head)
{
	struct sk_buff *reply = NULL;

	if (!mprog_fails_here(&mprogcheck_nets[MPROG_MAINLINE]))
		reply = genlmsg_new(size, GFP_KERNEL);
	if (!reply)
		return ERR_PTR(-ENOMEM);
	*head = genlmsg_put_reply(reply, info, &mprogcheck_family, 0, command);
	if (*head)
		return reply;
	nlmsg_free(reply);
	return ERR_PTR(-EMSGSIZE);
}

/* One for each array of a query. */
struct entries {
	u32 prog_ids[MPROG_SLOTS], link_ids[MPROG_SLOTS];
	u32 prog_flags[MPROG_SLOTS], link_flags[MPROG_SLOTS];
};

static int put_entries(struct sk_buff *reply, const struct mprog_query *query)
{
	const struct {
		int type;
		const u32 *entries;
	} arrays[] = {
	    {MPROGCHECK_A_PROG_IDS, query->prog_ids},
	    {MPROGCHECK_A_LINK_IDS, query->link_ids},
	    {MPROGCHECK_A_PROG_FLAGS, query->prog_flags},
	    {MPROGCHECK_A_LINK_FLAGS, query->link_flags},
	};
	/* Without program ids nothing is filled. */
	u32 i, count = query->prog_ids ? min(query->room, query->count) : 0;

	for (i = 0; i < ARRAY_SIZE(arrays); i++) {
		if (arrays[i].entries &&
		    nla_put(reply, arrays[i].type, count * sizeof(u32), arrays[i].entries))
			return -EMSGSIZE;
	}
	return 0;
}

static int answer(struct genl_info *info, const struct mprog_query *query, bool truncated)
{
	struct sk_buff *reply;
	void *head;

	reply =
	    reply_to(info, MPROGCHECK_CMD_QUERY, sizeof(struct entries) + NLMSG_GOODSIZE, &head);
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	if (nla_put_u32(reply, MPROGCHECK_A_COUNT, query->count) ||
	    nla_put_u64_64bit(reply, MPROGCHECK_A_REVISION, query->revision, 0) ||
	    (truncated && nla_put_flag(reply, MPROGCHECK_A_TRUNCATED)) ||
	    put_entries(reply, query)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, head);
	return genlmsg_reply(reply, info);
}

int mprogcheck_query(struct sk_buff *skb, struct genl_info *info)
{
	u32 arrays = number(info, MPROGCHECK_A_ARRAYS);
	struct mprog_query query = {
	    .space = (unsigned long)genl_info_net(info),
	    .ifindex = number(info, MPROGCHECK_A_IFINDEX),
	    .attach_type = number(info, MPROGCHECK_A_ATTACH_TYPE),
	    .query_flags = number(info, MPROGCHECK_A_FLAGS),
	    .room = number(info, MPROGCHECK_A_ROOM),
	    .capable = netlink_capable(skb, CAP_NET_ADMIN),
	};
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE]; /* the same in both dialects */
	struct entries *entries;
	int ret;

	if (mprogcheck_lacks(info, MPROGCHECK_A_IFINDEX) ||
	    mprogcheck_lacks(info, MPROGCHECK_A_ATTACH_TYPE))
		return -EINVAL;
	entries = kzalloc(sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	query.prog_ids = arrays & MPROGCHECK_ARRAY_PROG_IDS ? entries->prog_ids : NULL;
	query.link_ids = arrays & MPROGCHECK_ARRAY_LINK_IDS ? entries->link_ids : NULL;
	query.prog_flags = arrays & MPROGCHECK_ARRAY_PROG_FLAGS ? entries->prog_flags : NULL;
	query.link_flags = arrays & MPROGCHECK_ARRAY_LINK_FLAGS ? entries->link_flags : NULL;
	rtnl_lock();
	ret = mprog_prog_query(net, &query);
	if (ret && ret != -ENOSPC)
		mprogcheck_complain(info, net, ret);
	mprogcheck_unlock();
	if (!ret || ret == -ENOSPC)
		ret = answer(info, &query, ret);
	kfree(entries);
	return ret;
}

/* Builds the reply before the link, so that only sending it can fail afterwards. */
static int create(struct sk_buff *skb, struct genl_info *info,
		  int (*make)(struct sk_buff *skb, struct genl_info *info, u32 *fd))
{
	struct nlattr *told;
	struct sk_buff *reply;
	void *head;
	u32 fd;
	int ret;

	if (mprogcheck_lacks(info, MPROGCHECK_A_IFINDEX) ||
	    mprogcheck_lacks(info, MPROGCHECK_A_ATTACH_TYPE) ||
	    mprogcheck_lacks(info, MPROGCHECK_A_PROG_FD))
		return -EINVAL;
	reply = reply_to(info, info->genlhdr->cmd, NLMSG_GOODSIZE, &head);
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	told = nla_reserve(reply, MPROGCHECK_A_LINK_FD, sizeof(u32));
	if (!told) {
		ret = -EMSGSIZE;
		goto out_reply;
	}
	rtnl_lock();
	ret = make(skb, info, &fd);
	mprogcheck_unlock();
	if (ret)
		goto out_reply;
	memcpy(nla_data(told), &fd, sizeof(fd));
	genlmsg_end(reply, head);
	ret = genlmsg_reply(reply, info);
	if (ret) /* a caller that reads no reply would not know its descriptor */
		close_fd(fd);
	return ret;

out_reply:
	nlmsg_free(reply);
	return ret;
}

static int link_make(struct sk_buff *skb, struct genl_info *info, u32 *fd)
{
	const struct mprog_attr attr = attr_of(skb, info);
	struct mprog_net *net = net_of(info);

	if (IS_ERR(net))
		return PTR_ERR(net);
	return mprogcheck_complain(info, net, mprog_link_create(net, &attr, fd));
}

int mprogcheck_link_create(struct sk_buff *skb, struct genl_info *info)
{
	return create(skb, info, link_make);
}

static int filter_link_make(struct sk_buff *skb, struct genl_info *info, u32 *fd)
{
	const struct nlattr *priority = info->attrs[MPROGCHECK_A_PRIORITY];
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE];
	const struct mprog_filter_request req = {
	    .space = (unsigned long)genl_info_net(info),
	    .ifindex = number(info, MPROGCHECK_A_IFINDEX),
	    .attach_type = number(info, MPROGCHECK_A_ATTACH_TYPE),
	    .priority = priority ? nla_get_u16(priority) : 0,
	    .handle = number(info, MPROGCHECK_A_HANDLE),
	    .prog_fd = number(info, MPROGCHECK_A_PROG_FD),
	    .gen_flags = number(info, MPROGCHECK_A_GEN_FLAGS),
	    .capable = netlink_net_capable(skb, CAP_NET_ADMIN),
	};

	return mprogcheck_complain(info, net, mprog_filter_link_create(net, &req, fd));
}

int mprogcheck_filter_link_create(struct sk_buff *skb, struct genl_info *info)
{
	return create(skb, info, filter_link_make);
}

int mprogcheck_link_update(struct sk_buff *skb, struct genl_info *info)
{
	const struct mprog_attr attr = attr_of(skb, info);
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE];
	int ret;

	if (mprogcheck_lacks(info, MPROGCHECK_A_LINK_FD) ||
	    mprogcheck_lacks(info, MPROGCHECK_A_PROG_FD))
		return -EINVAL;
	rtnl_lock();
	ret = mprogcheck_complain(info, net, mprog_link_update(net, &attr));
	mprogcheck_unlock();
	return ret;
}

int mprogcheck_link_detach(struct sk_buff *skb, struct genl_info *info)
{
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE];
	int ret;

	if (mprogcheck_lacks(info, MPROGCHECK_A_LINK_FD))
		return -EINVAL;
	rtnl_lock();
	ret = mprog_link_detach(net, number(info, MPROGCHECK_A_LINK_FD));
	ret = mprogcheck_complain(info, net, ret);
	mprogcheck_unlock();
	return ret;
}

int mprogcheck_link_info(struct sk_buff *skb, struct genl_info *info)
{
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE];
	struct mprog_link_info told;
	struct sk_buff *reply;
	void *head;
	int ret;

	if (mprogcheck_lacks(info, MPROGCHECK_A_LINK_FD))
		return -EINVAL;
	rtnl_lock();
	ret = mprog_link_info(net, number(info, MPROGCHECK_A_LINK_FD), &told);
	ret = mprogcheck_complain(info, net, ret);
	mprogcheck_unlock();
	if (ret)
		return ret;
	reply = reply_to(info, MPROGCHECK_CMD_LINK_INFO, NLMSG_GOODSIZE, &head);
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	if (nla_put_u32(reply, MPROGCHECK_A_LINK_ID, told.id) ||
	    nla_put_u32(reply, MPROGCHECK_A_PROG_ID, told.prog_id) ||
	    nla_put_u32(reply, MPROGCHECK_A_IFINDEX, told.ifindex) ||
	    nla_put_u32(reply, MPROGCHECK_A_ATTACH_TYPE, told.attach_type)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, head);
	return genlmsg_reply(reply, info);
}

int mprogcheck_references(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *head;

	if (!netlink_capable(skb, CAP_NET_ADMIN))
		return mprogcheck_complain(info, &mprogcheck_nets[MPROG_MAINLINE], -EPERM);
	reply = reply_to(info, MPROGCHECK_CMD_REFERENCES, NLMSG_GOODSIZE, &head);
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	if (nla_put_u32(reply, MPROGCHECK_A_PROGS_HELD, atomic_read(&mprogcheck_progs_held)) ||
	    nla_put_u32(reply, MPROGCHECK_A_LINKS_HELD, atomic_read(&mprogcheck_links_held))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, head);
	return genlmsg_reply(reply, info);
}

struct genl_family mprogcheck_family = {
    .name = MPROGCHECK_FAMILY_NAME,
    .version = MPROGCHECK_FAMILY_VERSION,
    .maxattr = MPROGCHECK_A_MAX,
    .netnsok = true,
    .parallel_ops = true,
    .pre_doit = mprogcheck_pre_doit,
    .module = THIS_MODULE,
    .ops = mprogcheck_ops,
};
