/* SPDX-License-Identifier: GPL-2.0-only */
/* Custom: the kernel's short names for the integer types of the uapi header of the same name. */
#ifndef _SHIM_LINUX_TYPES_H
#define _SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#ifndef __cplusplus
#include <stdbool.h>
#endif
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

/* Stub: address spaces are for sparse only. */
#define __rcu

#endif
