// SPDX-License-Identifier: GPL-2.0-only
/*
 * The extended acknowledgement of an error: its text and the attribute to blame.
 *
 * The core returns an errno only. The attribute is found afterwards, by checking them in the order
 * of the core. If several may be to blame, none is named.
 */
#include <linux/file.h>
#include <net/genetlink.h>

#include "cls.h"
#include "extack.h"
#include "netlink.h"

int mprogcheck_blame(struct genl_info *info, int type, int error, const char *msg)
{
	NL_SET_BAD_ATTR(info->extack, info->attrs[type]);
	info->extack->_msg = msg;
	return error;
}

bool mprogcheck_lacks(struct genl_info *info, int type)
{
	if (info->attrs[type])
		return false;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, type);
	NL_SET_ERR_MSG(info->extack, "An attribute that the request needs is missing");
	return true;
}

int mprogcheck_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	DECLARE_BITMAP(seen, MPROGCHECK_A_MAX + 1) = {};
	const struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left)
	{
		if (__test_and_set_bit(nla_type(attr), seen)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "The attribute is there twice");
			return -EINVAL;
		}
	}
	return 0;
}

static u32 number(const struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u32(info->attrs[type]) : 0;
}

static bool is_open(u32 fd)
{
	struct file *file = fget(fd);

	if (file)
		fput(file);
	return file;
}

/* 0 means no object where it is optional, and is an error of its own elsewhere. */
static bool is_classifier(struct mprog_net *net, u32 fd)
{
	struct mprog_prog *prog = mprog_prog_by_fd(net, fd);
	bool is;

	if (IS_ERR(prog))
		return false;
	is = mprog_prog_type(prog) == MPROG_SCHED_CLS;
	mprog_prog_put(net, prog);
	return is;
}

static bool is_link(struct mprog_net *net, u32 fd)
{
	struct mprog_link *link = mprog_link_by_fd(net, fd);

	if (IS_ERR(link))
		return false;
	mprog_link_put(net, link);
	return true;
}

static bool flags_are_known(struct genl_info *info, struct mprog_net *net)
{
	u32 flags = number(info, MPROGCHECK_A_FLAGS);

	switch (info->genlhdr->cmd) {
	case MPROGCHECK_CMD_QUERY:
		return !flags;
	case MPROGCHECK_CMD_LINK_UPDATE:
		return !(flags & ~MPROG_F_REPLACE);
	}
	return !mprog_flags_of(net, flags, &flags);
}

static bool of_filter(const struct genl_info *info)
{
	return info->genlhdr->cmd == MPROGCHECK_CMD_FILTER_LINK_CREATE;
}

static int no_filter(struct genl_info *info)
{
	if (number(info, MPROGCHECK_A_GEN_FLAGS) & ~MPROG_CLS_SKIP_HW)
		return mprogcheck_blame(info, MPROGCHECK_A_GEN_FLAGS, -EINVAL,
					"There is no such flag, or no hardware that runs programs");
	return mprogcheck_blame(info, MPROGCHECK_A_IFINDEX, -EINVAL,
				"No qdisc of the device has the hook, or its chain is another's");
}

static int not_valid(struct genl_info *info, struct mprog_net *net)
{
	u32 prog = number(info, MPROGCHECK_A_PROG_FD), old = number(info, MPROGCHECK_A_OLD_FD);
	struct nlattr *const *attrs = info->attrs;
	u32 hook;

	if (attrs[MPROGCHECK_A_ATTACH_TYPE] &&
	    mprog_hook_of(number(info, MPROGCHECK_A_ATTACH_TYPE), &hook))
		return mprogcheck_blame(info, MPROGCHECK_A_ATTACH_TYPE, -EINVAL,
					"There is no such attach point");
	if (attrs[MPROGCHECK_A_FLAGS] && !flags_are_known(info, net))
		return mprogcheck_blame(info, MPROGCHECK_A_FLAGS, -EINVAL,
					"The request has no such flag in this dialect");
	if (attrs[MPROGCHECK_A_LINK_FD] && !is_link(net, number(info, MPROGCHECK_A_LINK_FD)))
		return mprogcheck_blame(info, MPROGCHECK_A_LINK_FD, -EINVAL,
					"The descriptor is not that of a link");
	if ((prog || of_filter(info)) && !is_classifier(net, prog))
		return mprogcheck_blame(info, MPROGCHECK_A_PROG_FD, -EINVAL,
					"The descriptor is not that of a classifier");
	if (of_filter(info))
		return no_filter(info);
	if (old && (mprog_is_rfc2(net) || !(number(info, MPROGCHECK_A_FLAGS) & MPROG_F_REPLACE)))
		return mprogcheck_blame(info, MPROGCHECK_A_OLD_FD, -EINVAL,
					"Nothing is replaced by program here");
	if (attrs[MPROGCHECK_A_OLD_FD] && !is_classifier(net, old))
		return mprogcheck_blame(info, MPROGCHECK_A_OLD_FD, -EINVAL,
					"The descriptor is not that of a classifier");
	if (attrs[MPROGCHECK_A_RELATIVE])
		return mprogcheck_blame(info, MPROGCHECK_A_RELATIVE, -EINVAL,
					"Nothing that can be meant here, or nothing that needs it");
	return mprogcheck_blame(info, MPROGCHECK_A_FLAGS, -EINVAL,
				"The flags do not go together, or want more than is there");
}

static int not_open(struct genl_info *info)
{
	static const int descriptors[] = {MPROGCHECK_A_PROG_FD, MPROGCHECK_A_OLD_FD,
					  MPROGCHECK_A_LINK_FD, MPROGCHECK_A_RELATIVE};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(descriptors); i++) {
		if (info->attrs[descriptors[i]] && !is_open(number(info, descriptors[i])))
			return mprogcheck_blame(info, descriptors[i], -EBADF,
						"The descriptor is not open");
	}
	NL_SET_ERR_MSG(info->extack, "A descriptor is not open");
	return -EBADF;
}

/* If two are named, either may be the missing one. */
static int not_there(struct genl_info *info)
{
	static const int named[] = {MPROGCHECK_A_PROG_FD, MPROGCHECK_A_OLD_FD,
				    MPROGCHECK_A_RELATIVE};
	bool goes_in = info->genlhdr->cmd != MPROGCHECK_CMD_DETACH;
	int meant = 0, count = 0;
	u32 i;

	for (i = goes_in; i < ARRAY_SIZE(named); i++) {
		if (info->attrs[named[i]]) {
			meant = named[i];
			count++;
		}
	}
	if (count == 1)
		NL_SET_BAD_ATTR(info->extack, info->attrs[meant]);
	NL_SET_ERR_MSG(info->extack, "What is named is not on the list");
	return -ENOENT;
}

int mprogcheck_complain(struct genl_info *info, struct mprog_net *net, int error)
{
	switch (error) {
	case -EINVAL:
		return not_valid(info, net);
	case -EBADF:
		return not_open(info);
	case -ENOENT:
		return not_there(info);
	case -ESTALE:
		return mprogcheck_blame(info, MPROGCHECK_A_EXPECTED_REVISION, error,
					"The list has changed since");
	case -ENODEV:
		return mprogcheck_blame(info, MPROGCHECK_A_IFINDEX, error,
					"There is no such device here");
	case -ENXIO:
		return mprogcheck_blame(info, MPROGCHECK_A_IFINDEX, error,
					"The device is of another kind");
	case -EOPNOTSUPP:
		return mprogcheck_blame(info, MPROGCHECK_A_IFINDEX, error,
					"A single device has no list here");
	case -EEXIST:
		if (of_filter(info)) {
			NL_SET_ERR_MSG(info->extack, "No link takes over what is there");
			break;
		}
		return mprogcheck_blame(info, MPROGCHECK_A_PROG_FD, error,
					"The program is on the list");
	case -ENOLINK:
		return mprogcheck_blame(info, MPROGCHECK_A_LINK_FD, error,
					"The link has no place any more");
	case -EACCES:
		NL_SET_ERR_MSG(info->extack,
			       "Only the primary manages a pair, and an end cannot be gained");
		break;
	case -EPERM:
		if (info->attrs[MPROGCHECK_A_OLD_FD])
			return mprogcheck_blame(info, MPROGCHECK_A_OLD_FD, error,
						"The link has another program");
		NL_SET_ERR_MSG(info->extack, "CAP_NET_ADMIN is needed");
		break;
	case -EBUSY:
		NL_SET_ERR_MSG(info->extack, "The place or the entry belongs to somebody else");
		break;
	case -ERANGE:
	case -ENOSPC:
		NL_SET_ERR_MSG(info->extack, "The list is full, or has no such place");
		break;
	}
	return error;
}
