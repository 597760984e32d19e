/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Custom: a plain counter. The core counts under the lock of its environment only, and an atomic
 * operation for each lookup would be a third of a campaign's time. As in the kernel, an object
 * whose count has reached zero stays dead.
 */
#ifndef _SHIM_LINUX_REFCOUNT_H
#define _SHIM_LINUX_REFCOUNT_H

#include <linux/types.h>

typedef struct {
	int refs;
} refcount_t;

static inline void refcount_set(refcount_t *r, int n)
{
	r->refs = n;
}

static inline int refcount_read(const refcount_t *r)
{
	return r->refs;
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	if (!r->refs)
		return false;
	r->refs++;
	return true;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return r->refs && !--r->refs;
}

#endif
