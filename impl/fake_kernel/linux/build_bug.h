/* SPDX-License-Identifier: GPL-2.0-only */
/* Custom: the condition is checked by the compiler, as in the kernel. */
#ifndef _SHIM_LINUX_BUILD_BUG_H
#define _SHIM_LINUX_BUILD_BUG_H

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON: " #condition)

#endif
