/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for a file of /proc. */
#ifndef _SHIM_LINUX_SEQ_FILE_H
#define _SHIM_LINUX_SEQ_FILE_H

#include <linux/types.h>

struct seq_file {
	char *text;
	size_t size, length;
};

void seq_printf(struct seq_file *seq, const char *format, ...)
    __attribute__((__format__(__printf__, 2, 3)));
#define seq_puts(seq, words) seq_printf(seq, "%s", words)

#endif
