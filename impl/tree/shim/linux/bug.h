/* SPDX-License-Identifier: GPL-2.0-only */
/* A warning is told on the console, as the kernel tells it in its log; BUG ends the process. */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

#include <linux/compiler.h>
#include <linux/types.h>

void shim_warn(const char *what, const char *file, int line);
void shim_bug(const char *what, const char *file, int line) __attribute__((__noreturn__));

#define WARN_ON(condition)                                         \
	({                                                         \
		bool _warns = !!(condition);                       \
		if (unlikely(_warns))                              \
			shim_warn(#condition, __FILE__, __LINE__); \
		unlikely(_warns);                                  \
	})
/* Each time: a worker that has warned is renewed. */
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, ...) WARN_ON(condition)
#define WARN_ONCE(condition, ...) WARN_ON(condition)
#define DEBUG_NET_WARN_ON_ONCE(condition) WARN_ON(condition)
#define BUG_ON(condition)                                         \
	do {                                                      \
		if (unlikely(condition))                          \
			shim_bug(#condition, __FILE__, __LINE__); \
	} while (0)
#define BUG() BUG_ON(1)

#endif
