// SPDX-License-Identifier: GPL-2.0-only
/* Made by cmake/netlink of mprogcheck.yaml; not to be edited. */
/* clang-format off */

#include <net/genetlink.h>

#include "genl.h"
#include "netlink.h"

static const struct nla_policy attach_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MPROGCHECK_A_ATTACH_TYPE] = { .type = NLA_U32 },
	[MPROGCHECK_A_FLAGS] = { .type = NLA_U32 },
	[MPROGCHECK_A_PROG_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_OLD_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_RELATIVE] = { .type = NLA_U32 },
	[MPROGCHECK_A_EXPECTED_REVISION] = { .type = NLA_U64 },
	[MPROGCHECK_A_DIALECT] = NLA_POLICY_MAX(NLA_U32, 1),
};

static const struct nla_policy detach_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MPROGCHECK_A_ATTACH_TYPE] = { .type = NLA_U32 },
	[MPROGCHECK_A_FLAGS] = { .type = NLA_U32 },
	[MPROGCHECK_A_PROG_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_OLD_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_RELATIVE] = { .type = NLA_U32 },
	[MPROGCHECK_A_EXPECTED_REVISION] = { .type = NLA_U64 },
	[MPROGCHECK_A_DIALECT] = NLA_POLICY_MAX(NLA_U32, 1),
};

static const struct nla_policy query_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MPROGCHECK_A_ATTACH_TYPE] = { .type = NLA_U32 },
	[MPROGCHECK_A_FLAGS] = { .type = NLA_U32 },
	[MPROGCHECK_A_ROOM] = { .type = NLA_U32 },
	[MPROGCHECK_A_ARRAYS] = NLA_POLICY_MASK(NLA_U32, 0xf),
};

static const struct nla_policy link_create_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MPROGCHECK_A_ATTACH_TYPE] = { .type = NLA_U32 },
	[MPROGCHECK_A_FLAGS] = { .type = NLA_U32 },
	[MPROGCHECK_A_PROG_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_RELATIVE] = { .type = NLA_U32 },
	[MPROGCHECK_A_EXPECTED_REVISION] = { .type = NLA_U64 },
	[MPROGCHECK_A_DIALECT] = NLA_POLICY_MAX(NLA_U32, 1),
};

static const struct nla_policy link_update_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_FLAGS] = { .type = NLA_U32 },
	[MPROGCHECK_A_PROG_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_OLD_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_LINK_FD] = { .type = NLA_U32 },
};

static const struct nla_policy link_detach_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_LINK_FD] = { .type = NLA_U32 },
};

static const struct nla_policy link_info_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_LINK_FD] = { .type = NLA_U32 },
};

static const struct nla_policy filter_link_create_policy[MPROGCHECK_A_MAX + 1] = {
	[MPROGCHECK_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MPROGCHECK_A_ATTACH_TYPE] = { .type = NLA_U32 },
	[MPROGCHECK_A_PROG_FD] = { .type = NLA_U32 },
	[MPROGCHECK_A_PRIORITY] = { .type = NLA_U16 },
	[MPROGCHECK_A_HANDLE] = { .type = NLA_U32 },
	[MPROGCHECK_A_GEN_FLAGS] = { .type = NLA_U32 },
};

static const struct nla_policy references_policy[MPROGCHECK_A_MAX + 1] = {
};

const struct genl_ops mprogcheck_ops[] = {
	{
		.cmd = MPROGCHECK_CMD_ATTACH,
		.doit = mprogcheck_attach,
		.policy = attach_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_DETACH,
		.doit = mprogcheck_detach,
		.policy = detach_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_QUERY,
		.doit = mprogcheck_query,
		.policy = query_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_LINK_CREATE,
		.doit = mprogcheck_link_create,
		.policy = link_create_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_LINK_UPDATE,
		.doit = mprogcheck_link_update,
		.policy = link_update_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_LINK_DETACH,
		.doit = mprogcheck_link_detach,
		.policy = link_detach_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_LINK_INFO,
		.doit = mprogcheck_link_info,
		.policy = link_info_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_FILTER_LINK_CREATE,
		.doit = mprogcheck_filter_link_create,
		.policy = filter_link_create_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
	{
		.cmd = MPROGCHECK_CMD_REFERENCES,
		.doit = mprogcheck_references,
		.policy = references_policy,
		.maxattr = MPROGCHECK_A_MAX,
	},
};

const u8 mprogcheck_ops_count = ARRAY_SIZE(mprogcheck_ops);
