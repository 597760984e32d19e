/* SPDX-License-Identifier: GPL-2.0-only */
/* Of modules and lists: nothing that is used is more than a declaration. */
#ifndef _SHIM_LINUX_MODULE_H
#define _SHIM_LINUX_MODULE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct module;
#define THIS_MODULE ((struct module *)0)
#define MODULE_ALIAS_NET_SCH(name) struct module
#define MODULE_LICENSE(text) struct module
#define MODULE_DESCRIPTION(text) struct module
#define MODULE_AUTHOR(text) struct module
#define EXPORT_SYMBOL(name) struct module
#define EXPORT_SYMBOL_GPL(name) struct module
/* Called by name, see devices.c. */
#define module_init(function)      \
	int shim_module_init(void) \
	{                          \
		return function(); \
	}
#define module_exit(function)       \
	void shim_module_exit(void) \
	{                           \
		function();         \
	}
int shim_module_init(void);
void shim_module_exit(void);

#endif
