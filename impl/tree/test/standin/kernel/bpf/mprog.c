// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf_mprog.h>

static int find(struct bpf_mprog_entry *entry, const struct bpf_prog *prog)
{
	u32 i;

	for (i = 0; i < entry->own.count; i++)
		if (entry->programs[i].prog == prog)
			return i;
	return -ENOENT;
}

int standin_insert(struct bpf_mprog_entry *entry, struct bpf_prog *prog, struct bpf_link *link)
{
	if (find(entry, prog) >= 0)
		return -EEXIST;
	if (entry->own.count == BPF_MPROG_MAX - 1)
		return -ERANGE;
	entry->programs[entry->own.count].prog = prog;
	entry->owners[entry->own.count++].link = link;
	entry->own.revision++;
	return 0;
}

int standin_remove(struct bpf_mprog_entry *entry, struct bpf_prog *prog, struct bpf_link *link)
{
	int at = prog ? find(entry, prog) : (int)entry->own.count - 1;
	u32 behind;

	if (at < 0)
		return -ENOENT;
	if (entry->owners[at].link != link)
		return -EBUSY;
	prog = entry->programs[at].prog;
	behind = BPF_MPROG_MAX - 1 - at;
	memmove(&entry->programs[at], &entry->programs[at + 1],
		behind * sizeof(entry->programs[0]));
	memmove(&entry->owners[at], &entry->owners[at + 1], behind * sizeof(entry->owners[0]));
	entry->own.count--;
	entry->own.revision++;
	if (!link)
		bpf_prog_put(prog);
	return 0;
}

int standin_query(const union bpf_attr *attr, union bpf_attr *to, struct bpf_mprog_entry *entry)
{
	u32 *progs = u64_to_user_ptr(attr->query.prog_ids), i;
	u32 *links = u64_to_user_ptr(attr->query.link_ids);
	u32 count = entry ? entry->own.count : 0;
	u64 revision = entry ? entry->own.revision : 1;

	copy_to_user(&to->query.count, &count, sizeof(count));
	copy_to_user(&to->query.revision, &revision, sizeof(revision));
	if (!progs || !attr->query.count)
		return 0;
	for (i = 0; i < count && i < attr->query.count; i++) {
		struct bpf_link *link = entry->owners[i].link;
		u32 id = entry->programs[i].prog->aux->id, link_id = link ? link->id : 0;

		if (copy_to_user(progs + i, &id, sizeof(id)))
			return -EFAULT;
		if (links && copy_to_user(links + i, &link_id, sizeof(link_id)))
			return -EFAULT;
	}
	return attr->query.count < count ? -ENOSPC : 0;
}
