// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links as files: an open file holds the link, and the last close puts it.
 *
 * A link gets its id, file and descriptor before it is on a list. Others can find it by these only
 * once it is settled.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>

#include "cls.h"
#include "objects.h"

struct link_file {
	struct mprog_link link;
	struct mprog_net *net;
	struct file *file;
	int fd;
};

static DEFINE_XARRAY_ALLOC1(links); /* by id */
static u32 next_id;
atomic_t mprogcheck_links_held = ATOMIC_INIT(0);

static struct link_file *link_file_of(struct mprog_link *link)
{
	return container_of(link, struct link_file, link);
}

struct mprog_link *mprog_link_prime(struct mprog_net *net, struct mprog_prog *prog)
{
	struct link_file *own = mprogcheck_alloc(net, sizeof(*own));
	int ret = -ENOMEM;

	if (!own)
		return ERR_PTR(-ENOMEM);
	if (!mprog_fails_here(net))
		ret = xa_alloc_cyclic(&links, &own->link.id, NULL, xa_limit_31b, &next_id,
				      GFP_KERNEL);
	if (ret < 0)
		goto out_free;
	ret = mprog_fails_here(net) ? -ENOMEM : get_unused_fd_flags(O_CLOEXEC);
	if (ret < 0)
		goto out_id;
	own->fd = ret;
	own->file = ERR_PTR(-ENOMEM);
	if (!mprog_fails_here(net))
		own->file = anon_inode_getfile("mprog_link", &mprogcheck_link_fops, own, O_CLOEXEC);
	if (IS_ERR(own->file)) {
		ret = PTR_ERR(own->file);
		goto out_fd;
	}
	refcount_set(&own->link.refs, 1);
	own->link.prog = prog;
	own->net = net;
	atomic_inc(&mprogcheck_links_held);
	return &own->link;

out_fd:
	put_unused_fd(own->fd);
out_id:
	xa_erase(&links, own->link.id);
out_free:
	kfree(own);
	return ERR_PTR(ret);
}

u32 mprog_link_settle(struct mprog_net *net, struct mprog_link *link)
{
	struct link_file *own = link_file_of(link);

	xa_store(&links, link->id, link, GFP_KERNEL); /* the place is reserved */
	fd_install(own->fd, own->file);
	return own->fd;
}

void mprog_link_cancel(struct mprog_net *net, struct mprog_link *link)
{
	struct link_file *own = link_file_of(link);

	put_unused_fd(own->fd);
	own->file->private_data = NULL;
	fput(own->file);
	mprog_link_put(net, link);
}

static bool link_get(struct mprog_link *link)
{
	if (!refcount_inc_not_zero(&link->refs))
		return false;
	atomic_inc(&mprogcheck_links_held);
	return true;
}

struct mprog_link *mprog_link_by_fd(struct mprog_net *net, u32 fd)
{
	struct mprog_link *link = ERR_PTR(-EINVAL);
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &mprogcheck_link_fops) {
		link = &((struct link_file *)file->private_data)->link;
		if (!link_get(link))
			link = ERR_PTR(-EBADF);
	}
	fput(file);
	return link;
}

struct mprog_link *mprog_link_by_id(struct mprog_net *net, u32 id)
{
	struct mprog_link *link = xa_load(&links, id);

	return link && link_get(link) ? link : ERR_PTR(-ENOENT);
}

bool mprogcheck_has_links(void)
{
	return !xa_empty(&links);
}

struct mprog_prog *mprogcheck_linked_prog(u32 id)
{
	struct mprog_link *link;
	unsigned long index;

	xa_for_each(&links, index, link)
	{
		if (mprog_prog_id(link->prog) == id)
			return link->prog;
	}
	return NULL;
}

void mprog_link_put(struct mprog_net *net, struct mprog_link *link)
{
	atomic_dec(&mprogcheck_links_held);
	if (!refcount_dec_and_test(&link->refs))
		return;
	mprog_link_release(net, link);
	xa_erase(&links, link->id);
	kfree(link_file_of(link));
}

static int release(struct inode *inode, struct file *file)
{
	struct link_file *own = file->private_data;

	if (!own) /* never settled */
		return 0;
	rtnl_lock();
	mprog_link_put(own->net, &own->link);
	mprogcheck_unlock();
	return 0;
}

static void show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct link_file *own = file->private_data;
	const struct mprog_link *link = &own->link;

	rtnl_lock();
	seq_printf(seq, "link_id:\t%u\nprog_id:\t%u\nifindex:\t%u\nattach_type:\t%u\n", link->id,
		   mprog_prog_id(link->prog), mprog_link_ifindex(link), link->attach_type);
	rtnl_unlock();
}

const struct file_operations mprogcheck_link_fops = {
    .owner = THIS_MODULE,
    .release = release,
    .show_fdinfo = show_fdinfo,
};
