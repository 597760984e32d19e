/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the caller. Its first page is not mapped, as in a process. */
#ifndef _SHIM_LINUX_UACCESS_H
#define _SHIM_LINUX_UACCESS_H

#include <linux/types.h>

#define PAGE_SIZE 4096ul

/* What is returned is how many bytes were not copied. */
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);

#define u64_to_user_ptr(x) ((void __user *)(unsigned long)(x))

#endif
