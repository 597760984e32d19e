// SPDX-License-Identifier: GPL-2.0-only
/* The fast path: the only part of the core that runs without the lock. */
#include "filter.h"

/* After an undefined verdict the next program runs. */
static int known_verdict(int code)
{
	switch (code) {
	case MPROG_PASS:
	case MPROG_DROP:
	case MPROG_REDIRECT:
		return code;
	default:
		return MPROG_NEXT;
	}
}

bool mprog_idle(const struct mprog_list *list)
{
	return !READ_ONCE(rcu_dereference(list->active)->fp[0]);
}

int mprog_run(const struct mprog_list *list, void *packet)
{
	const struct mprog_array *array;
	const struct mprog_prog *prog;
	int verdict = MPROG_NEXT;
	u32 i;

	rcu_read_lock();
	array = rcu_dereference(list->active);
	for (i = 0; (prog = READ_ONCE(array->fp[i])); i++) {
		verdict = known_verdict(mprog_prog_run(prog, packet));
		if (verdict != MPROG_NEXT)
			break;
	}
	rcu_read_unlock();
	return verdict;
}

int mprog_run_netkit(const struct mprog_list *list, int policy, void *packet)
{
	const struct mprog_array *array = rcu_dereference(list->active);
	const struct mprog_prog *prog;
	int verdict = policy;
	u32 i;

	for (i = 0; (prog = READ_ONCE(array->fp[i])); i++) {
		verdict = mprog_prog_run(prog, packet);
		if (verdict != MPROG_NEXT)
			return verdict;
	}
	return verdict;
}

/* Filters are direct action: the verdict of their program is the verdict of the filter. */
int mprog_classify(const struct mprog_classifier *classifier, u32 hook, u32 chain, void *packet)
{
	const struct mprog_filter *filter = rcu_dereference(classifier->filters[hook]);
	int verdict;

	for (; filter; filter = rcu_dereference(filter->next)) {
		if (filter->chain != chain)
			break;
		verdict = known_verdict(mprog_prog_run(smp_load_acquire(&filter->prog), packet));
		if (verdict != MPROG_NEXT)
			return verdict;
	}
	return MPROG_NEXT;
}

int mprog_hook_run(const struct mprog_list *list, const struct mprog_classifier *classifier,
		   u32 hook, void *packet)
{
	int verdict;

	rcu_read_lock();
	verdict = mprog_run(list, packet);
	if (verdict == MPROG_NEXT)
		verdict = mprog_classify(classifier, hook, 0, packet);
	rcu_read_unlock();
	return verdict;
}
