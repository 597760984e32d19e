/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is counted: what a trace leaves behind is a leak. */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL 1u
#define GFP_USER 2u
#define GFP_ATOMIC 4u
#define GFP_KERNEL_ACCOUNT 8u

void *shim_zalloc(size_t size);
void kfree(const void *memory);

#define kzalloc(size, flags) ((void)(flags), shim_zalloc(size))
#define kmalloc(size, flags) kzalloc(size, flags)
#define kcalloc(n, size, flags) kzalloc((size_t)(n) * (size), flags)
#define kzalloc_noprof(size, flags) kzalloc(size, flags)
#define kmalloc_noprof(size, flags) kzalloc(size, flags)
/* Takes the object, or its type; and flags if there are any (from 7.0 on). */
#define kzalloc_obj(object, ...) ((__typeof__(object) *)shim_zalloc(sizeof(object)))
#define kmalloc_obj(object, ...) kzalloc_obj(object)
#define kvfree(memory) kfree(memory)
#define alloc_hooks(call) (call)

#endif
