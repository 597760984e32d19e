// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was met, as gcov(1) reads it: the worker has no files of its own, so the counters go through
 * the memory that it shares.
 */
#include "kernel.h"

#ifdef TREE_COVERAGE
#include <gcov.h>
#include <stdlib.h>

/* Of the section that -fprofile-info-section names. */
extern const struct gcov_info *const __start_gcov_info[] __attribute__((__visibility__("hidden")));
extern const struct gcov_info *const __stop_gcov_info[] __attribute__((__visibility__("hidden")));

struct sink {
	tree_put put;
	void *context;
};

static void put_name(const char *name, void *argument)
{
	const struct sink *sink = argument;

	sink->put(TREE_NAME, name, strlen(name), sink->context);
}

static void put_bytes(const void *bytes, unsigned int size, void *argument)
{
	const struct sink *sink = argument;

	sink->put(TREE_BYTES, bytes, size, sink->context);
}

static void *allocate(unsigned int size, void *argument)
{
	(void)argument;
	return malloc(size);
}

void shim_coverage(tree_put put, void *context)
{
	struct sink sink = {.put = put, .context = context};
	const struct gcov_info *const *info;

	for (info = __start_gcov_info; info < __stop_gcov_info; info++)
		__gcov_info_to_gcda(*info, put_name, put_bytes, allocate, &sink);
}
#else
void shim_coverage(tree_put put, void *context)
{
	(void)put;
	(void)context;
}
#endif
