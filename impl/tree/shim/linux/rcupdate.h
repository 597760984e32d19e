/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RCU of one thread. A grace period ends when somebody waits for it, and with each request. What is
 * freed behind one stays whole until then, and must not be looked at afterwards.
 */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/types.h>

void synchronize_rcu(void);
#define synchronize_net() synchronize_rcu()
#define synchronize_rcu_expedited() synchronize_rcu()
void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void shim_free_rcu(void *memory);

#define kfree_rcu(ptr, member)               \
	do {                                 \
		(void)sizeof((ptr)->member); \
		shim_free_rcu(ptr);          \
	} while (0)
#define kfree_rcu_mightsleep(ptr) shim_free_rcu(ptr)

#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_bh(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_dereference_protected(p, condition) ((void)(condition), (p))
#define rcu_assign_pointer(p, value) WRITE_ONCE(p, value)
#define RCU_INIT_POINTER(p, value) WRITE_ONCE(p, value)

#endif
