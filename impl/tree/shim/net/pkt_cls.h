/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of filters. There are no filters here, so a block tells of none, when it goes. */
#ifndef _SHIM_NET_PKT_CLS_H
#define _SHIM_NET_PKT_CLS_H

#include <net/sch_generic.h>

enum flow_block_binder_type {
	FLOW_BLOCK_BINDER_TYPE_UNSPEC,
	FLOW_BLOCK_BINDER_TYPE_CLSACT_INGRESS,
	FLOW_BLOCK_BINDER_TYPE_CLSACT_EGRESS,
};

struct tcf_block_ext_info {
	enum flow_block_binder_type binder_type;
	void (*chain_head_change)(struct tcf_proto *head, void *priv);
	void *chain_head_change_priv;
	u32 block_index;
};

int tcf_block_get_ext(struct tcf_block **block, struct Qdisc *q, struct tcf_block_ext_info *info,
		      struct netlink_ext_ack *extack);
void tcf_block_put_ext(struct tcf_block *block, struct Qdisc *q, struct tcf_block_ext_info *info);

#endif
