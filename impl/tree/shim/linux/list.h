/* SPDX-License-Identifier: GPL-2.0-only */
/* Of modules and lists: nothing that is used is more than a declaration. */
#ifndef _SHIM_LINUX_LIST_H
#define _SHIM_LINUX_LIST_H

#include <linux/compiler.h>
#include <linux/types.h>

#endif
