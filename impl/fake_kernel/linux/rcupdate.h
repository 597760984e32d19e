/* SPDX-License-Identifier: GPL-2.0-only */
/* Custom: RCU is liburcu, flavour memb; see rcu.c. */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

#ifdef __cplusplus
}
#endif

/* Acquire where the kernel relies on dependent loads: free on x86, and race detectors know it. */
#define rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_assign_pointer(p, value) __atomic_store_n(&(p), (value), __ATOMIC_RELEASE)
/* For the one writer; its own store cannot race with its own load. */
#define rcu_dereference_protected(p, condition) ((void)(condition), (p))

#endif
