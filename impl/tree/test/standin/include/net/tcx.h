/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STANDIN_NET_TCX_H
#define _STANDIN_NET_TCX_H

#include <linux/bpf_mprog.h>
#include <linux/netdevice.h>

void tcx_inc(void);
void tcx_dec(void);

static inline void tcx_set_ingress(struct sk_buff *skb, bool ingress)
{
	skb->tc_at_ingress = ingress;
}

static inline int tcx_action_code(struct sk_buff *skb, int code)
{
	(void)skb;
	return code;
}

int tcx_prog_attach(const union bpf_attr *attr, struct bpf_prog *prog);
int tcx_prog_detach(const union bpf_attr *attr, struct bpf_prog *prog);
int tcx_prog_query(const union bpf_attr *attr, union bpf_attr *to);
int tcx_link_attach(const union bpf_attr *attr, struct bpf_prog *prog);
void dev_tcx_uninstall(struct net_device *dev);

#endif
