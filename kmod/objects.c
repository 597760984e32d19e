// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of the kernel.
 *
 * A module can get a program only by descriptor, and only if it names the type. So it tries each
 * type to find out that of a program, and looks for an id among the programs that are on lists,
 * that links and filters have, and that the caller has open.
 */
#include <linux/bpf.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/slab.h>

#include "cls.h"
#include "device.h"
#include "internal.h"
#include "objects.h"

struct mprog_net mprogcheck_nets[2] = {{MPROG_MAINLINE}, {MPROG_RFC2}};
atomic_t mprogcheck_progs_held = ATOMIC_INIT(0);

/* The file operations of programs, taken from the first program seen. */
static const struct file_operations *prog_fops;

/* The descriptor may have been reused meanwhile. */
static void learn(u32 fd, const struct bpf_prog *prog)
{
	struct file *file = fget(fd);

	if (!file)
		return;
	if (file->private_data == prog)
		prog_fops = file->f_op;
	fput(file);
}

static struct mprog_prog *held(struct bpf_prog *prog)
{
	atomic_inc(&mprogcheck_progs_held);
	return (struct mprog_prog *)prog;
}

struct mprog_prog *mprog_prog_by_fd(struct mprog_net *net, u32 fd)
{
	struct bpf_prog *prog;
	u32 type;

	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_SCHED_CLS, false);
	for (type = BPF_PROG_TYPE_SOCKET_FILTER;
	     prog == ERR_PTR(-EINVAL) && type < __MAX_BPF_PROG_TYPE; type++)
		prog = bpf_prog_get_type_dev(fd, type, false);
	if (IS_ERR(prog))
		return ERR_CAST(prog);
	if (!prog_fops)
		learn(fd, prog);
	return held(prog);
}

struct wanted {
	u32 id;
	struct bpf_prog *prog;
};

static int has_id(const void *data, struct file *file, unsigned int fd)
{
	struct wanted *wanted = (struct wanted *)data;
	struct bpf_prog *prog = file->private_data;

	if (file->f_op != prog_fops || prog->aux->id != wanted->id)
		return 0;
	bpf_prog_inc(prog); /* held by the descriptor */
	wanted->prog = prog;
	return 1;
}

/* Looks among the programs that the caller has open. */
static void learn_from_caller(struct mprog_net *net)
{
	struct mprog_prog *prog;
	u32 fd, end;

	rcu_read_lock();
	end = files_fdtable(current->files)->max_fds;
	rcu_read_unlock();
	for (fd = 0; fd < end && !prog_fops; fd++) {
		prog = mprog_prog_by_fd(net, fd);
		if (!IS_ERR(prog))
			mprog_prog_put(net, prog);
		cond_resched();
	}
}

struct mprog_prog *mprog_prog_by_id(struct mprog_net *net, u32 id)
{
	struct wanted wanted = {.id = id};
	struct mprog_prog *prog;

	if (!id)
		return ERR_PTR(-ENOENT);
	prog = mprogcheck_attached_prog(id) ?: mprogcheck_linked_prog(id);
	prog = prog ?: mprogcheck_filter_prog(id);
	if (prog && mprog_prog_get(net, prog))
		return prog;
	if (!prog_fops)
		learn_from_caller(net);
	if (prog_fops)
		iterate_fd(current->files, 0, has_id, &wanted);
	return wanted.prog ? held(wanted.prog) : ERR_PTR(-ENOENT);
}

bool mprog_prog_get(struct mprog_net *net, struct mprog_prog *prog)
{
	if (IS_ERR(bpf_prog_inc_not_zero((struct bpf_prog *)prog)))
		return false;
	atomic_inc(&mprogcheck_progs_held);
	return true;
}

void mprog_prog_put(struct mprog_net *net, struct mprog_prog *prog)
{
	atomic_dec(&mprogcheck_progs_held);
	bpf_prog_put((struct bpf_prog *)prog);
}
