/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs and links. The numbers of the interface are those of the tree's own uapi header. */
#ifndef _SHIM_LINUX_BPF_H
#define _SHIM_LINUX_BPF_H

#include <uapi/linux/bpf.h>

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>

struct bpf_prog_aux {
	atomic64_t refcnt;
	u32 id;
};

struct bpf_prog {
	enum bpf_prog_type type;
	enum bpf_attach_type expected_attach_type;
	bool sleepable;
	struct bpf_prog_aux *aux;
	/* Ours: what a packet knows it by. */
	u32 cookie;
	struct bpf_prog_aux own;
};

struct bpf_link;
struct bpf_map;
struct file;
struct poll_table_struct;

struct bpf_link_ops {
	void (*release)(struct bpf_link *link);
	void (*dealloc)(struct bpf_link *link);
	void (*dealloc_deferred)(struct bpf_link *link);
	int (*detach)(struct bpf_link *link);
	int (*update_prog)(struct bpf_link *link, struct bpf_prog *new_prog,
			   struct bpf_prog *old_prog);
	void (*show_fdinfo)(const struct bpf_link *link, struct seq_file *seq);
	int (*fill_link_info)(const struct bpf_link *link, struct bpf_link_info *info);
	int (*update_map)(struct bpf_link *link, struct bpf_map *new_map, struct bpf_map *old_map);
	unsigned int (*poll)(struct file *file, struct poll_table_struct *table);
};

struct bpf_link {
	atomic64_t refcnt;
	u32 id;
	enum bpf_link_type type;
	const struct bpf_link_ops *ops;
	struct bpf_prog *prog;
	u32 flags;
	enum bpf_attach_type attach_type;
	bool sleepable;
	struct rcu_head rcu;
	/* Ours: links whose last reference was dropped where nobody may sleep. */
	struct bpf_link *next_work;
};

struct bpf_link_primer {
	struct bpf_link *link;
	int fd;
	u32 id;
};

/* By descriptor or id; each takes a reference. */
struct bpf_prog *bpf_prog_get(u32 fd);
struct bpf_prog *bpf_prog_get_type_dev(u32 fd, enum bpf_prog_type type, bool attach_drv);
struct bpf_prog *bpf_prog_by_id(u32 id);
struct bpf_link *bpf_link_get_from_fd(u32 fd);
struct bpf_link *bpf_link_by_id(u32 id);

static inline struct bpf_prog *bpf_prog_get_type(u32 fd, enum bpf_prog_type type)
{
	return bpf_prog_get_type_dev(fd, type, false);
}

void bpf_prog_inc(struct bpf_prog *prog);
void bpf_prog_put(struct bpf_prog *prog);
void bpf_link_inc(struct bpf_link *link);
void bpf_link_put(struct bpf_link *link);

/* The attach type is an argument from 6.17 on; before, each kind of link kept its own. */
void shim_link_init(struct bpf_link *link, enum bpf_link_type type, const struct bpf_link_ops *ops,
		    struct bpf_prog *prog, int attach_type);
#define bpf_link_init(link, type, ops, prog, ...) \
	shim_link_init(link, type, ops, prog, ((const int[1]){__VA_ARGS__})[0])
int bpf_link_prime(struct bpf_link *link, struct bpf_link_primer *primer);
int bpf_link_settle(struct bpf_link_primer *primer);
void bpf_link_cleanup(struct bpf_link_primer *primer);

bool bpf_net_capable(void);

#endif
