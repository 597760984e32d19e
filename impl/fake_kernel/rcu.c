// SPDX-License-Identifier: GPL-2.0-only
/*
 * Custom: the kernel's names for liburcu's memb flavour.
 *
 * liburcu orders readers and writers by membarrier(2), which ThreadSanitizer cannot see. The two
 * annotations say what a grace period promises: whatever a reader did before it unlocked has
 * happened before synchronize_rcu() returns. The way back, from writer to reader, goes through
 * rcu_assign_pointer() and rcu_dereference(), which need no annotation.
 */
#include <pthread.h>
#include <stdbool.h>
#include <urcu/urcu-memb.h>

#undef rcu_dereference
#undef rcu_assign_pointer
#include <linux/rcupdate.h>

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define SHIM_TSAN
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define SHIM_TSAN
#endif

#ifdef SHIM_TSAN
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
static char grace_period;
#define readers_release() __tsan_release(&grace_period)
#define readers_acquire() __tsan_acquire(&grace_period)
#else
#define readers_release() \
	do {              \
	} while (0)
#define readers_acquire() \
	do {              \
	} while (0)
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_exit_of_thread;
static __thread bool registered;

static void unregister(void *unused)
{
	(void)unused;
	urcu_memb_unregister_thread();
	registered = false;
}

static void make_key(void)
{
	pthread_key_create(&at_exit_of_thread, unregister);
}

/* The kernel knows its readers; liburcu wants each thread announced. Done at its first read. */
static void announce(void)
{
	pthread_once(&once, make_key);
	pthread_setspecific(at_exit_of_thread, &registered);
	urcu_memb_register_thread();
	registered = true;
}

void rcu_read_lock(void)
{
	if (unlikely(!registered))
		announce();
	urcu_memb_read_lock();
}

void rcu_read_unlock(void)
{
	readers_release();
	urcu_memb_read_unlock();
}

void synchronize_rcu(void)
{
	urcu_memb_synchronize_rcu();
	readers_acquire();
}
