// SPDX-License-Identifier: GPL-2.0-only
/* Memory, grace periods, warnings, the lock of network configuration. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"

struct task_struct shim_task;

static u32 warnings;
static s64 allocations;
static bool locked;
static int readers;

#define MOST_TOLD 20

void shim_warn(const char *what, const char *file, int line)
{
	if (warnings++ < MOST_TOLD)
		fprintf(stderr, "WARNING: %s:%d: %s\n", file, line, what);
}

void shim_bug(const char *what, const char *file, int line)
{
	fprintf(stderr, "kernel BUG at %s:%d: %s\n", file, line, what);
	abort();
}

u32 shim_warnings(void)
{
	return warnings;
}

/* As KASAN's little brother, slub_debug, does: whoever looks at freed memory sees no pointers. */
#define FREED 0x6b

void *shim_zalloc(size_t size)
{
	size_t *block = calloc(1, sizeof(u64) * 2 + size);

	if (!block)
		return NULL;
	*block = size;
	allocations++;
	return (char *)block + sizeof(u64) * 2;
}

void kfree(const void *memory)
{
	size_t *block;

	if (!memory)
		return;
	block = (size_t *)((char *)memory - sizeof(u64) * 2);
	memset((void *)memory, FREED, *block);
	free(block);
	allocations--;
}

s64 shim_allocations(void)
{
	return allocations;
}

/* What goes at the end of a grace period. An entry without a function is memory. */
#define MOST_WAITING 4096
static struct {
	void *what;
	void (*func)(struct rcu_head *head);
} waiting[MOST_WAITING];
static u32 waiting_count;

static void wait_for_grace_period(void *what, void (*func)(struct rcu_head *head))
{
	if (waiting_count == MOST_WAITING)
		shim_bug("too much waits for a grace period", __FILE__, __LINE__);
	waiting[waiting_count].what = what;
	waiting[waiting_count++].func = func;
}

void shim_free_rcu(void *memory)
{
	wait_for_grace_period(memory, NULL);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	wait_for_grace_period(head, func);
}

void synchronize_rcu(void)
{
	u32 i;

	if (WARN_ON(readers))
		return;
	for (i = 0; i < waiting_count; i++) {
		if (waiting[i].func)
			waiting[i].func(waiting[i].what);
		else
			kfree(waiting[i].what);
	}
	waiting_count = 0;
}

void rcu_read_lock(void)
{
	readers++;
}

void rcu_read_unlock(void)
{
	WARN_ON(!readers);
	readers--;
}

void rtnl_lock(void)
{
	/* Whoever has it waits for himself. */
	if (locked)
		shim_bug("rtnl_lock() by who has it: a deadlock", __FILE__, __LINE__);
	locked = true;
}

void rtnl_unlock(void)
{
	WARN_ON(!locked);
	locked = false;
}

bool rtnl_is_locked(void)
{
	return locked;
}

void shim_quiesce(void)
{
	if (WARN_ON(locked))
		locked = false;
	if (WARN_ON(readers))
		readers = 0;
	shim_do_works();
	if (waiting_count)
		synchronize_rcu();
}

void seq_printf(struct seq_file *seq, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(seq->text + seq->length, seq->size - seq->length, format, arguments);
	va_end(arguments);
	if (length > 0)
		seq->length = min_t(size_t, seq->length + (size_t)length, seq->size - 1);
}

static bool unmapped(const void *address)
{
	return (unsigned long)address < PAGE_SIZE;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	if (unmapped(to))
		return n;
	memcpy(to, from, n);
	return 0;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	if (unmapped(from))
		return n;
	memcpy(to, from, n);
	return 0;
}
