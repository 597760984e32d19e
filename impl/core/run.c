// SPDX-License-Identifier: GPL-2.0-only
/* The fast path: the only part of the core that runs without the lock. */
#include "filter.h"

/* Whatever nobody defined says nothing, so the next program is asked. */
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
	int code;
	u32 i;

	rcu_read_lock();
	array = rcu_dereference(list->active);
	for (i = 0; (prog = READ_ONCE(array->fp[i])); i++) {
		if (i == 1 && mprog_fault(list->net, run_skips_second))
			continue;
		code = mprog_prog_run(prog, packet);
		verdict = known_verdict(code);
		if (verdict == MPROG_NEXT && code != MPROG_NEXT &&
		    mprog_fault(list->net, unknown_verdict_ends_run))
			break;
		if (verdict == MPROG_PASS && mprog_fault(list->net, run_goes_on_after_pass))
			continue;
		if (verdict == MPROG_DROP && mprog_fault(list->net, drop_passes))
			verdict = MPROG_PASS;
		if (verdict != MPROG_NEXT)
			break;
	}
	rcu_read_unlock();
	return verdict;
}

int mprog_run_netkit(const struct mprog_list *list, int policy, void *packet)
{
	const struct mprog_array *array = rcu_dereference(list->active);
	const struct mprog_net *net = list->net;
	const struct mprog_prog *prog;
	int verdict = policy;
	u32 i;

	for (i = 0; (prog = READ_ONCE(array->fp[i])); i++) {
		verdict = mprog_prog_run(prog, packet);
		if (verdict != MPROG_NEXT && verdict != MPROG_PASS && verdict != MPROG_DROP &&
		    verdict != MPROG_REDIRECT &&
		    mprog_fault(net, unknown_verdict_goes_on_at_netkit))
			verdict = MPROG_NEXT;
		if (verdict != MPROG_NEXT)
			return verdict;
	}
	if (i && mprog_fault(net, policy_asked_after_programs))
		return policy;
	return verdict;
}

/* Filters speak for themselves: what their programs say is done, and is no class. */
int mprog_classify(const struct mprog_classifier *classifier, u32 hook, u32 chain, void *packet)
{
	const struct mprog_filter *filter = rcu_dereference(classifier->filters[hook]);
	const struct mprog_net *net = classifier->net;
	int verdict;

	for (; filter; filter = rcu_dereference(filter->next)) {
		if (filter->chain != chain && !mprog_fault(net, filters_of_all_chains_run))
			break;
		verdict = known_verdict(mprog_prog_run(READ_ONCE(filter->prog), packet));
		if (filter->link && mprog_fault(net, filter_of_link_is_no_action))
			return MPROG_PASS;
		if (verdict != MPROG_NEXT)
			return verdict;
	}
	return MPROG_NEXT;
}

int mprog_hook_run(const struct mprog_list *list, const struct mprog_classifier *classifier,
		   u32 hook, void *packet)
{
	bool filters_first = mprog_fault(list->net, filters_before_list);
	int verdict;

	rcu_read_lock();
	verdict =
	    filters_first ? mprog_classify(classifier, hook, 0, packet) : mprog_run(list, packet);
	if (verdict == MPROG_NEXT)
		verdict = filters_first ? mprog_run(list, packet)
					: mprog_classify(classifier, hook, 0, packet);
	rcu_read_unlock();
	return verdict;
}
