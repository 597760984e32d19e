// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs and links, and their descriptors and ids.
 *
 * The tables have a fixed size with a list of free slots, so no command allocates memory. An id is
 * the number of a slot and a serial number. No id is used twice, and programs and links share the
 * serial numbers. When those are used up no more objects can be made.
 */
#include "tables.h"

#define ID_SLOT_BITS MPROG_ID_SLOT_BITS

static bool ids_left(const struct mprog_net *net)
{
	return net->serial < MPROG_MAX_SERIAL;
}

static u32 new_id(struct mprog_net *net, u32 slot)
{
	return (++net->serial << ID_SLOT_BITS) | slot;
}

/* A reader that runs a freed program is a bug, which must show. */
static int poisoned(const struct mprog_prog *prog, void *packet)
{
	(void)prog;
	(void)packet;
	return MPROG_NEXT;
}

bool mprog_prog_get(struct mprog_net *net, struct mprog_prog *prog)
{
	if (!refcount_inc_not_zero(&prog->refs))
		return false;
	net->held++;
	return true;
}

void mprog_prog_put(struct mprog_net *net, struct mprog_prog *prog)
{
	if (WARN_ON(!refcount_read(&prog->refs)))
		return;
	net->held--;
	if (!refcount_dec_and_test(&prog->refs))
		return;
	prog->run = poisoned;
	prog->id = 0;
	prog->next_free = net->free_prog;
	net->free_prog = prog - net->progs;
}

static bool link_get(struct mprog_net *net, struct mprog_link *link)
{
	if (!refcount_inc_not_zero(&link->refs))
		return false;
	net->held++;
	return true;
}

void mprog_link_put(struct mprog_net *net, struct mprog_link *link)
{
	if (WARN_ON(!refcount_read(&link->refs)))
		return;
	net->held--;
	if (!refcount_dec_and_test(&link->refs))
		return;
	mprog_link_release(net, link);
	link->id = 0;
	link->next_free = net->free_link;
	net->free_link = link - net->links;
}

static struct mprog_file *file_of(struct mprog_net *net, u32 fd)
{
	if (fd >= net->used_files || net->files[fd].kind == MPROG_FILE_CLOSED)
		return NULL;
	return &net->files[fd];
}

struct mprog_prog *mprog_prog_by_fd(struct mprog_net *net, u32 fd)
{
	struct mprog_file *file = file_of(net, fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->kind != MPROG_FILE_PROG)
		return ERR_PTR(-EINVAL);
	/* An open descriptor holds a reference itself. */
	if (WARN_ON(!mprog_prog_get(net, file->object)))
		return ERR_PTR(-EBADF);
	return file->object;
}

struct mprog_link *mprog_link_by_fd(struct mprog_net *net, u32 fd)
{
	struct mprog_file *file = file_of(net, fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->kind != MPROG_FILE_LINK)
		return ERR_PTR(-EINVAL);
	if (WARN_ON(!link_get(net, file->object)))
		return ERR_PTR(-EBADF);
	return file->object;
}

struct mprog_prog *mprog_prog_by_id(struct mprog_net *net, u32 id)
{
	struct mprog_prog *prog = mprog_prog_of_id(net, id);

	if (!prog || !mprog_prog_get(net, prog))
		return ERR_PTR(-ENOENT);
	return prog;
}

struct mprog_link *mprog_link_by_id(struct mprog_net *net, u32 id)
{
	struct mprog_link *link = mprog_link_of_id(net, id);

	if (!link || !link_get(net, link))
		return ERR_PTR(-ENOENT);
	return link;
}

/* The number of a network namespace by descriptor, unless it has ended. */
int mprog_space_by_fd(struct mprog_net *net, u32 fd)
{
	struct mprog_file *file = file_of(net, fd);

	if (!file)
		return -EBADF;
	if (file->kind != MPROG_FILE_SPACE || *(bool *)file->object)
		return -EINVAL;
	return (bool *)file->object - net->ended;
}

static bool files_left(const struct mprog_net *net)
{
	return net->free_file != MPROG_NO_SLOT || net->used_files < MPROG_MAX_FILES;
}

static u32 file_open(struct mprog_net *net, enum mprog_file_kind kind, void *object)
{
	u32 fd = net->free_file;

	if (fd != MPROG_NO_SLOT)
		net->free_file = net->files[fd].next_free;
	else
		fd = net->used_files++;
	net->files[fd].kind = kind;
	net->files[fd].object = object;
	return fd;
}

int mprog_close(struct mprog_net *net, u32 fd)
{
	struct mprog_file *file = file_of(net, fd);
	enum mprog_file_kind kind;

	if (!file)
		return -EBADF;
	kind = file->kind;
	/* Descriptors that are open from the start cannot be closed. */
	if (fd < MPROG_FD_FIRST)
		return 0;
	file->kind = MPROG_FILE_CLOSED;
	file->next_free = net->free_file;
	net->free_file = fd;
	if (kind == MPROG_FILE_LINK)
		mprog_link_put(net, file->object);
	else
		mprog_prog_put(net, file->object);
	return 0;
}

struct mprog_prog *mprog_prog_load(struct mprog_net *net, u32 type, mprog_func run, u32 cookie,
				   u32 *fd)
{
	struct mprog_prog *prog;

	if (!ids_left(net))
		return ERR_PTR(-ENOSPC);
	if (net->free_prog != MPROG_NO_SLOT) {
		prog = &net->progs[net->free_prog];
		net->free_prog = prog->next_free;
	} else if (net->used_progs < MPROG_MAX_PROGS) {
		prog = &net->progs[net->used_progs++];
	} else {
		return ERR_PTR(-ENOMEM);
	}
	prog->run = run;
	prog->type = type;
	prog->cookie = cookie;
	prog->id = new_id(net, prog - net->progs);
	refcount_set(&prog->refs, 1);
	net->held++;
	*fd = file_open(net, MPROG_FILE_PROG, prog);
	return prog;
}

struct mprog_filter *mprog_filter_alloc(struct mprog_net *net)
{
	struct mprog_filter *filter = net->filters;

	while (filter < net->filters + net->used_filters && filter->taken)
		filter++;
	if (filter == net->filters + MPROG_MAX_FILTERS || mprog_fails_here(net))
		return ERR_PTR(-ENOMEM);
	if (filter == net->filters + net->used_filters)
		net->used_filters++;
	*filter = (struct mprog_filter){.taken = true};
	return filter;
}

void mprog_filter_free(struct mprog_net *net, struct mprog_filter *filter)
{
	(void)net;
	*filter = (struct mprog_filter){};
}

struct mprog_link *mprog_link_prime(struct mprog_net *net, struct mprog_prog *prog)
{
	struct mprog_link *link;

	if (!ids_left(net) || mprog_fails_here(net))
		return ERR_PTR(-ENOSPC);
	if (!files_left(net) || mprog_fails_here(net))
		return ERR_PTR(-EMFILE);
	if (mprog_fails_here(net))
		return ERR_PTR(-ENOMEM);
	if (net->free_link != MPROG_NO_SLOT) {
		link = &net->links[net->free_link];
		net->free_link = link->next_free;
	} else if (net->used_links < MPROG_MAX_LINKS) {
		link = &net->links[net->used_links++];
	} else {
		return ERR_PTR(-ENOMEM);
	}
	link->prog = prog;
	link->list = NULL;
	link->filter = NULL;
	link->id = new_id(net, MPROG_ID_OF_LINK + (link - net->links));
	refcount_set(&link->refs, 1);
	net->held++;
	return link;
}

u32 mprog_link_settle(struct mprog_net *net, struct mprog_link *link)
{
	return file_open(net, MPROG_FILE_LINK, link);
}

void mprog_link_cancel(struct mprog_net *net, struct mprog_link *link)
{
	mprog_link_put(net, link);
}

/* Opens the first descriptors. A foreign link has an id and a descriptor, but no program. */
void mprog_standing_files(struct mprog_net *net)
{
	u32 i;

	refcount_set(&net->foreign.refs, 1);
	net->foreign.id = new_id(net, MPROG_ID_OF_LINK + MPROG_MAX_LINKS);
	file_open(net, MPROG_FILE_OTHER, NULL);
	file_open(net, MPROG_FILE_OTHER, NULL);
	file_open(net, MPROG_FILE_LINK, &net->foreign);
	for (i = 0; i < MPROG_MAX_SPACES; i++)
		file_open(net, MPROG_FILE_SPACE, &net->ended[i]);
}
