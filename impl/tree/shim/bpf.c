// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf(2) in front of tcx: what kernel/bpf/syscall.c checks of an attribute before it calls the
 * files of the tree, and what it does with a reference afterwards.
 */
#include <linux/bpf_mprog.h>
#include <net/tcx.h>

#include "kernel.h"

#define MPROG_FLAGS (BPF_F_REPLACE | BPF_F_BEFORE | BPF_F_AFTER | BPF_F_ID | BPF_F_LINK)

/* That of link_create has grown. */
#ifdef TREE_UPROBE_PATH_FD
#define LINK_CREATE_LAST link_create.uprobe_multi.path_fd
#else
#define LINK_CREATE_LAST link_create.uprobe_multi.pid
#endif

#define ends_with(attr, field) zero_from(attr, offsetofend(union bpf_attr, field))

static bool zero_from(const union bpf_attr *attr, size_t from)
{
	const u8 *bytes = (const u8 *)attr;

	for (; from < sizeof(*attr); from++)
		if (bytes[from])
			return false;
	return true;
}

static bool is_tcx(u32 attach_type)
{
	return attach_type == BPF_TCX_INGRESS || attach_type == BPF_TCX_EGRESS;
}

static enum bpf_prog_type type_of(u32 attach_type)
{
	return is_tcx(attach_type) ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_UNSPEC;
}

bool bpf_net_capable(void)
{
	return current->capable;
}

static int prog_attach(const union bpf_attr *attr)
{
	enum bpf_prog_type type = type_of(attr->attach_type);
	struct bpf_prog *prog;
	int ret;

	if (!ends_with(attr, expected_revision) || type == BPF_PROG_TYPE_UNSPEC)
		return -EINVAL;
	if (!bpf_mprog_supported(type) || (attr->attach_flags & ~MPROG_FLAGS))
		return -EINVAL;
	prog = bpf_prog_get_type(attr->attach_bpf_fd, type);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	ret = tcx_prog_attach(attr, prog);
	if (ret)
		bpf_prog_put(prog);
	return ret;
}

static int prog_detach(const union bpf_attr *attr)
{
	enum bpf_prog_type type = type_of(attr->attach_type);
	struct bpf_prog *prog = NULL;
	int ret;

	if (!ends_with(attr, expected_revision) || type == BPF_PROG_TYPE_UNSPEC)
		return -EINVAL;
	if (!bpf_mprog_supported(type) || (attr->attach_flags & ~MPROG_FLAGS))
		return -EINVAL;
	if (attr->attach_bpf_fd) {
		prog = bpf_prog_get_type(attr->attach_bpf_fd, type);
		if (IS_ERR(prog))
			return PTR_ERR(prog);
	}
#ifdef TREE_DETACH_EMPTY
	else if (!bpf_mprog_detach_empty(type))
		return -EPERM;
#endif
	ret = tcx_prog_detach(attr, prog);
	if (prog)
		bpf_prog_put(prog);
	return ret;
}

static int prog_query(const union bpf_attr *attr, union bpf_attr __user *uattr)
{
	if (!bpf_net_capable())
		return -EPERM;
	if (!ends_with(attr, query.revision) || (attr->query.query_flags & ~BPF_F_QUERY_EFFECTIVE))
		return -EINVAL;
	return is_tcx(attr->query.attach_type) ? tcx_prog_query(attr, uattr) : -EINVAL;
}

static int link_create(const union bpf_attr *attr)
{
	struct bpf_prog *prog;
	int ret = -EINVAL;

	if (!ends_with(attr, LINK_CREATE_LAST))
		return -EINVAL;
	prog = bpf_prog_get(attr->link_create.prog_fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (prog->type == BPF_PROG_TYPE_SCHED_CLS && is_tcx(attr->link_create.attach_type))
		ret = tcx_link_attach(attr, prog);
	if (ret < 0)
		bpf_prog_put(prog);
	return ret;
}

static int update(struct bpf_link *link, const union bpf_attr *attr)
{
	struct bpf_prog *old_prog = NULL, *new_prog;
	int ret = -EINVAL;

	new_prog = bpf_prog_get(attr->link_update.new_prog_fd);
	if (IS_ERR(new_prog))
		return PTR_ERR(new_prog);
	if (attr->link_update.flags & BPF_F_REPLACE) {
		old_prog = bpf_prog_get(attr->link_update.old_prog_fd);
		if (IS_ERR(old_prog)) {
			bpf_prog_put(new_prog);
			return PTR_ERR(old_prog);
		}
	} else if (attr->link_update.old_prog_fd) {
		goto out;
	}
	if (link->ops->update_prog)
		ret = link->ops->update_prog(link, new_prog, old_prog);
	if (old_prog)
		bpf_prog_put(old_prog);
out:
	if (ret)
		bpf_prog_put(new_prog);
	return ret;
}

static int link_update(const union bpf_attr *attr)
{
	struct bpf_link *link;
	int ret;

	if (!ends_with(attr, link_update.old_prog_fd) || (attr->link_update.flags & ~BPF_F_REPLACE))
		return -EINVAL;
	link = bpf_link_get_from_fd(attr->link_update.link_fd);
	if (IS_ERR(link))
		return PTR_ERR(link);
	ret = update(link, attr);
	bpf_link_put_direct(link);
	return ret;
}

static int link_detach(const union bpf_attr *attr)
{
	struct bpf_link *link;
	int ret;

	if (!ends_with(attr, link_detach.link_fd))
		return -EINVAL;
	link = bpf_link_get_from_fd(attr->link_detach.link_fd);
	if (IS_ERR(link))
		return PTR_ERR(link);
	ret = link->ops->detach ? link->ops->detach(link) : -EOPNOTSUPP;
	bpf_link_put_direct(link);
	return ret;
}

static int link_info(struct bpf_link *link, const union bpf_attr *attr)
{
	void __user *to = u64_to_user_ptr(attr->info.info);
	struct bpf_link_info info;
	u32 length = min_t(u32, sizeof(info), attr->info.info_len);
	int ret;

	memset(&info, 0, sizeof(info));
	if (copy_from_user(&info, to, length))
		return -EFAULT;
	info.type = link->type;
	info.id = link->id;
	if (link->prog)
		info.prog_id = link->prog->aux->id;
	if (link->ops->fill_link_info) {
		ret = link->ops->fill_link_info(link, &info);
		if (ret)
			return ret;
	}
	return copy_to_user(to, &info, length) ? -EFAULT : 0;
}

static int info_by_fd(const union bpf_attr *attr)
{
	struct bpf_link *link = shim_link_of(attr->info.bpf_fd);

	if (!ends_with(attr, info.info))
		return -EINVAL;
	if (IS_ERR(link))
		return -EBADFD;
	/* Of programs and maps there is information as well, which no trace asks for. */
	return link ? link_info(link, attr) : -EINVAL;
}

static int command_on(int command, const union bpf_attr *attr, void __user *uattr)
{
	switch (command) {
	case BPF_PROG_ATTACH:
		return prog_attach(attr);
	case BPF_PROG_DETACH:
		return prog_detach(attr);
	case BPF_PROG_QUERY:
		return prog_query(attr, uattr);
	case BPF_LINK_CREATE:
		return link_create(attr);
	case BPF_LINK_UPDATE:
		return link_update(attr);
	case BPF_LINK_DETACH:
		return link_detach(attr);
	case BPF_OBJ_GET_INFO_BY_FD:
		return info_by_fd(attr);
	}
	return -EINVAL;
}

int shim_bpf(struct tree_caller caller, int command, void *attribute, u32 size)
{
	struct nsproxy namespaces = {.net_ns = shim_net(caller.space)};
	const u8 *bytes = attribute;
	union bpf_attr attr;
	u32 i;

	if (size > PAGE_SIZE)
		return -E2BIG;
	for (i = sizeof(attr); i < size; i++)
		if (bytes[i])
			return -E2BIG;
	memset(&attr, 0, sizeof(attr));
	if (copy_from_user(&attr, attribute, min_t(u32, size, sizeof(attr))))
		return -EFAULT;
	current->nsproxy = &namespaces;
	current->capable = caller.capable;
	return command_on(command, &attr, attribute);
}
