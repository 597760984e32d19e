/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's compiler headers define, for one thread. */
#ifndef _SHIM_LINUX_COMPILER_H
#define _SHIM_LINUX_COMPILER_H

#include <linux/stddef.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

#define fallthrough __attribute__((__fallthrough__))
#define noinline __attribute__((__noinline__))
#define __read_mostly
#define __init
#define __exit
#define __must_check
#define __maybe_unused __attribute__((__unused__))

#define barrier() __asm__ __volatile__("" : : : "memory")

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define offsetofend(type, member) (__builtin_offsetof(type, member) + sizeof(((type *)0)->member))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON: " #condition)
#define static_assert _Static_assert

#define xchg(pointer, value)                              \
	({                                                \
		__typeof__(*(pointer)) _old = *(pointer); \
		*(pointer) = (value);                     \
		_old;                                     \
	})

#endif
