/* SPDX-License-Identifier: GPL-2.0-only */
/* The lock of network configuration. Who takes it twice, or needs it and has not got it, is told.
 */
#ifndef _SHIM_LINUX_RTNETLINK_H
#define _SHIM_LINUX_RTNETLINK_H

#include <linux/bug.h>
#include <linux/rcupdate.h>

void rtnl_lock(void);
void rtnl_unlock(void);
bool rtnl_is_locked(void);
#define lockdep_rtnl_is_held() rtnl_is_locked()
#define ASSERT_RTNL() WARN_ON(!rtnl_is_locked())

#define rcu_dereference_rtnl(p) READ_ONCE(p)
#define rtnl_dereference(p) rcu_dereference_protected(p, WARN_ON(!rtnl_is_locked()))

/* How many lists run at each hook, which switches the hooks on and off. */
void net_inc_ingress_queue(void);
void net_dec_ingress_queue(void);
void net_inc_egress_queue(void);
void net_dec_egress_queue(void);

#endif
