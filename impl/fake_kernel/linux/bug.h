/* SPDX-License-Identifier: GPL-2.0-only */
/* Custom: a warning ends the process, so that no test can pass over it. */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

#include <linux/compiler.h>
#include <stdio.h>
#include <stdlib.h>

#define WARN_ON(condition) shim_warn_on(!!(condition), #condition, __FILE__, __LINE__)

static inline int shim_warn_on(int warns, const char *condition, const char *file, int line)
{
	if (unlikely(warns)) {
		fprintf(stderr, "%s:%d: WARN_ON(%s)\n", file, line, condition);
		abort();
	}
	return 0;
}

#endif
