/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters. One thread runs here, so they are plain. */
#ifndef _SHIM_LINUX_ATOMIC_H
#define _SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	int counter;
} atomic_t;

#define SHIM_ATOMIC(prefix, type, number)                        \
	static inline void prefix##_set(type *v, number n)       \
	{                                                        \
		v->counter = n;                                  \
	}                                                        \
	static inline number prefix##_read(const type *v)        \
	{                                                        \
		return v->counter;                               \
	}                                                        \
	static inline void prefix##_add(number n, type *v)       \
	{                                                        \
		v->counter = (number)((u64)v->counter + (u64)n); \
	}                                                        \
	static inline void prefix##_inc(type *v)                 \
	{                                                        \
		prefix##_add(1, v);                              \
	}                                                        \
	static inline void prefix##_dec(type *v)                 \
	{                                                        \
		prefix##_add(-1, v);                             \
	}                                                        \
	static inline number prefix##_inc_return(type *v)        \
	{                                                        \
		prefix##_add(1, v);                              \
		return v->counter;                               \
	}                                                        \
	static inline bool prefix##_dec_and_test(type *v)        \
	{                                                        \
		prefix##_add(-1, v);                             \
		return v->counter == 0;                          \
	}
SHIM_ATOMIC(atomic64, atomic64_t, s64)
SHIM_ATOMIC(atomic, atomic_t, int)
#undef SHIM_ATOMIC

#endif
