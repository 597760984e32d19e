// SPDX-License-Identifier: GPL-2.0-only
/* Programs and links, their ids and descriptors, as kernel/bpf/syscall.c keeps them. */
#include <stdio.h>

#include "kernel.h"

/* Ids of programs and of links are numbers of two kinds, and none is used twice. */
#define FIRST_LINK_ID 1000000u
#define MOST_IDS 65536u

static struct bpf_prog *progs[MOST_IDS];
static struct bpf_link *links[MOST_IDS];
static u32 progs_made, links_made;
static s64 held;

enum kind { CLOSED, OTHER, MAP, PROG, LINK, RESERVED };

static struct {
	enum kind kind;
	u32 next_free;
	void *object;
} files[MOST_IDS];
static u32 files_used, free_file;
#define NO_FILE (~0u)

static struct bpf_link *works;

static int file_reserve(void)
{
	u32 fd = free_file;

	if (fd != NO_FILE)
		free_file = files[fd].next_free;
	else if (files_used < MOST_IDS)
		fd = files_used++;
	else
		return -EMFILE;
	files[fd].kind = RESERVED;
	return fd;
}

static void file_release(u32 fd)
{
	files[fd].kind = CLOSED;
	files[fd].next_free = free_file;
	free_file = fd;
}

static u32 file_open(enum kind kind, void *object)
{
	int fd = file_reserve();

	BUG_ON(fd < 0);
	files[fd].kind = kind;
	files[fd].object = object;
	return fd;
}

static bool is_open(u32 fd)
{
	return fd < files_used && files[fd].kind != CLOSED && files[fd].kind != RESERVED;
}

struct bpf_prog *shim_prog_of(u32 fd)
{
	if (!is_open(fd))
		return ERR_PTR(-EBADF);
	return files[fd].kind == PROG ? files[fd].object : NULL;
}

struct bpf_link *shim_link_of(u32 fd)
{
	if (!is_open(fd))
		return ERR_PTR(-EBADF);
	return files[fd].kind == LINK ? files[fd].object : NULL;
}

/* Programs. */

int shim_prog_load(u32 type, u32 cookie, u32 *id)
{
	struct bpf_prog *prog;

	if (progs_made + 1 == MOST_IDS)
		return -ENOSPC;
	prog = shim_zalloc(sizeof(*prog));
	if (!prog)
		return -ENOMEM;
	prog->type = type;
	prog->cookie = cookie;
	prog->aux = &prog->own;
	prog->aux->id = ++progs_made;
	atomic64_set(&prog->aux->refcnt, 1);
	progs[prog->aux->id] = prog;
	held++;
	*id = prog->aux->id;
	return file_open(PROG, prog);
}

void bpf_prog_inc(struct bpf_prog *prog)
{
	WARN_ON(atomic64_read(&prog->aux->refcnt) <= 0);
	atomic64_inc(&prog->aux->refcnt);
	held++;
}

void bpf_prog_put(struct bpf_prog *prog)
{
	held--;
	if (WARN_ON(atomic64_read(&prog->aux->refcnt) <= 0) ||
	    !atomic64_dec_and_test(&prog->aux->refcnt))
		return;
	progs[prog->aux->id] = NULL;
	/* Readers may run it until then. */
	shim_free_rcu(prog);
}

static struct bpf_prog *get_ok(u32 fd, const enum bpf_prog_type *type)
{
	struct bpf_prog *prog = shim_prog_of(fd);

	if (IS_ERR(prog))
		return prog;
	if (!prog || (type && prog->type != *type))
		return ERR_PTR(-EINVAL);
	bpf_prog_inc(prog);
	return prog;
}

struct bpf_prog *bpf_prog_get(u32 fd)
{
	return get_ok(fd, NULL);
}

struct bpf_prog *bpf_prog_get_type_dev(u32 fd, enum bpf_prog_type type, bool attach_drv)
{
	(void)attach_drv;
	return get_ok(fd, &type);
}

struct bpf_prog *bpf_prog_by_id(u32 id)
{
	struct bpf_prog *prog = id < MOST_IDS ? progs[id] : NULL;

	if (!prog)
		return ERR_PTR(-ENOENT);
	bpf_prog_inc(prog);
	return prog;
}

/* Links. */

void shim_link_init(struct bpf_link *link, enum bpf_link_type type, const struct bpf_link_ops *ops,
		    struct bpf_prog *prog, int attach_type)
{
	atomic64_set(&link->refcnt, 1);
	held++;
	link->type = type;
	link->sleepable = false;
	link->id = 0;
	link->ops = ops;
	link->prog = prog;
	link->attach_type = attach_type;
}

int bpf_link_prime(struct bpf_link *link, struct bpf_link_primer *primer)
{
	int fd = file_reserve();

	if (fd < 0) {
		held--;
		return fd;
	}
	if (links_made + 1 == MOST_IDS) {
		file_release(fd);
		held--;
		return -ENOSPC;
	}
	primer->link = link;
	primer->fd = fd;
	primer->id = FIRST_LINK_ID + ++links_made;
	return 0;
}

int bpf_link_settle(struct bpf_link_primer *primer)
{
	primer->link->id = primer->id;
	links[primer->id - FIRST_LINK_ID] = primer->link;
	files[primer->fd].kind = LINK;
	files[primer->fd].object = primer->link;
	return primer->fd;
}

static void dealloc(struct bpf_link *link)
{
	if (link->prog)
		bpf_prog_put(link->prog);
	if (link->ops->dealloc_deferred)
		link->ops->dealloc_deferred(link);
	else
		link->ops->dealloc(link);
}

static void deferred_dealloc(struct rcu_head *head)
{
	dealloc(container_of(head, struct bpf_link, rcu));
}

static void link_free(struct bpf_link *link)
{
	if (link->id)
		links[link->id - FIRST_LINK_ID] = NULL;
	if (link->prog)
		link->ops->release(link);
	if (link->ops->dealloc_deferred)
		call_rcu(&link->rcu, deferred_dealloc);
	else if (link->ops->dealloc)
		dealloc(link);
}

void bpf_link_cleanup(struct bpf_link_primer *primer)
{
	primer->link->prog = NULL;
	file_release(primer->fd);
	/* The file goes, and its reference with it. */
	bpf_link_put(primer->link);
}

void bpf_link_inc(struct bpf_link *link)
{
	WARN_ON(atomic64_read(&link->refcnt) <= 0);
	atomic64_inc(&link->refcnt);
	held++;
}

static bool put_last(struct bpf_link *link)
{
	held--;
	return !WARN_ON(atomic64_read(&link->refcnt) <= 0) && atomic64_dec_and_test(&link->refcnt);
}

void bpf_link_put_direct(struct bpf_link *link)
{
	if (put_last(link))
		link_free(link);
}

void bpf_link_put(struct bpf_link *link)
{
	if (!put_last(link))
		return;
	link->next_work = works;
	works = link;
}

void shim_do_works(void)
{
	while (works) {
		struct bpf_link *link = works;

		works = link->next_work;
		link_free(link);
	}
}

struct bpf_link *bpf_link_get_from_fd(u32 fd)
{
	struct bpf_link *link = shim_link_of(fd);

	if (IS_ERR(link))
		return link;
	if (!link)
		return ERR_PTR(-EINVAL);
	bpf_link_inc(link);
	return link;
}

struct bpf_link *bpf_link_by_id(u32 id)
{
	struct bpf_link *link;

	if (id <= FIRST_LINK_ID || id - FIRST_LINK_ID >= MOST_IDS)
		return ERR_PTR(-ENOENT);
	link = links[id - FIRST_LINK_ID];
	if (!link)
		return ERR_PTR(-ENOENT);
	bpf_link_inc(link);
	return link;
}

/*
 * Links of other types, which no list holds: with a program of another type, and that of struct_ops
 * without any. Nothing is done to them but to look at them.
 */
static void foreign_release(struct bpf_link *link)
{
	(void)link;
}

static const struct bpf_link_ops foreign_ops = {
    .release = foreign_release,
    .dealloc = foreign_release,
};
static struct bpf_prog foreign_prog;
static struct bpf_link foreign[TREE_FOREIGN];

static void open_foreign(void)
{
	u32 i;

	foreign_prog.type = BPF_PROG_TYPE_XDP;
	foreign_prog.aux = &foreign_prog.own;
	atomic64_set(&foreign_prog.aux->refcnt, 1);
	for (i = 0; i < TREE_FOREIGN; i++) {
		shim_link_init(&foreign[i], BPF_LINK_TYPE_XDP, &foreign_ops,
			       i + 1 < TREE_FOREIGN ? &foreign_prog : NULL, 0);
		file_open(LINK, &foreign[i]);
	}
	held = 0;
}

void shim_objects_begin(void)
{
	files_used = 0;
	free_file = NO_FILE;
	progs_made = links_made = 0;
	file_open(OTHER, NULL);
	file_open(OTHER, NULL);
	file_open(MAP, NULL);
	open_foreign();
}

int shim_close(u32 fd)
{
	enum kind kind;

	if (!is_open(fd))
		return -EBADF;
	kind = files[fd].kind;
	file_release(fd);
	if (kind == PROG)
		bpf_prog_put(files[fd].object);
	if (kind == LINK)
		bpf_link_put_direct(files[fd].object);
	return 0;
}

void shim_objects_end(void)
{
	u32 i, fd, kept_progs = 0, kept_links = 0;

	for (fd = TREE_FD_FOREIGN + TREE_FOREIGN; fd < files_used; fd++) {
		shim_close(fd);
		shim_quiesce();
	}
	for (i = 1; i <= progs_made; i++) {
		kept_progs += progs[i] != NULL;
		progs[i] = NULL;
	}
	for (i = 1; i <= links_made; i++) {
		kept_links += links[i] != NULL;
		links[i] = NULL;
	}
	for (i = 0; i < TREE_FOREIGN; i++)
		if (atomic64_read(&foreign[i].refcnt) != 1)
			kept_links++;
	if (kept_progs)
		fprintf(stderr, "leaked: %u of the programs are still held\n", kept_progs);
	if (kept_links)
		fprintf(stderr, "leaked: %u of the links are still held\n", kept_links);
	WARN_ON(kept_progs || kept_links);
}

s64 shim_references(void)
{
	return held;
}

int shim_link_fdinfo(u32 fd, char *text, u32 size)
{
	struct bpf_link *link = shim_link_of(fd);
	struct seq_file seq = {.text = text, .size = size};

	if (IS_ERR(link))
		return -ENOENT;
	if (!link)
		return 0;
	seq_printf(&seq, "link_id:\t%u\n", link->id);
	if (link->prog)
		seq_printf(&seq, "prog_id:\t%u\n", link->prog->aux->id);
	if (link->ops->show_fdinfo)
		link->ops->show_fdinfo(link, &seq);
	return (int)seq.length;
}
