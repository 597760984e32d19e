/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of programs that only grow at their end, and have one array each. */
#ifndef _STANDIN_LINUX_BPF_MPROG_H
#define _STANDIN_LINUX_BPF_MPROG_H

#include <linux/bpf.h>

#define BPF_MPROG_MAX 64

struct bpf_mprog_fp {
	struct bpf_prog *prog;
};

struct bpf_mprog_cp {
	struct bpf_link *link;
};

struct bpf_mprog_bundle {
	u32 count;
	u64 revision;
};

struct bpf_mprog_entry {
	struct bpf_mprog_fp programs[BPF_MPROG_MAX];
	struct bpf_mprog_cp owners[BPF_MPROG_MAX];
	struct bpf_mprog_bundle *parent, own;
};

struct bpf_tuple {
	struct bpf_prog *prog;
	struct bpf_link *link;
};

#define bpf_mprog_foreach_tuple(entry, fp, cp, t)          \
	for (fp = (entry)->programs, cp = (entry)->owners; \
	     (t.link = cp->link, (t.prog = fp->prog) != NULL); fp++, cp++)
#define bpf_mprog_foreach_prog(entry, fp, p) \
	for (fp = (entry)->programs; (p = fp->prog) != NULL; fp++)

static inline u64 bpf_mprog_revision(struct bpf_mprog_entry *entry)
{
	return entry->own.revision;
}

static inline bool bpf_mprog_supported(enum bpf_prog_type type)
{
	return type == BPF_PROG_TYPE_SCHED_CLS;
}

int standin_insert(struct bpf_mprog_entry *entry, struct bpf_prog *prog, struct bpf_link *link);
int standin_remove(struct bpf_mprog_entry *entry, struct bpf_prog *prog, struct bpf_link *link);
int standin_query(const union bpf_attr *attr, union bpf_attr *to, struct bpf_mprog_entry *entry);

#endif
