// SPDX-License-Identifier: GPL-2.0-only
#include <net/tcx.h>

struct standin_link {
	struct bpf_link link;
	struct net_device *dev;
};

static struct net_device *device(u32 ifindex)
{
	return __dev_get_by_index(current->nsproxy->net_ns, ifindex);
}

static struct bpf_mprog_entry **list(struct net_device *dev, u32 type)
{
	return type == BPF_TCX_INGRESS ? &dev->tcx_ingress : &dev->tcx_egress;
}

static int insert(struct net_device *dev, u32 type, struct bpf_prog *prog, struct bpf_link *link)
{
	struct bpf_mprog_entry **entry = list(dev, type);
	int ret;

	if (!*entry) {
		*entry = kzalloc(sizeof(**entry), GFP_KERNEL);
		(*entry)->parent = &(*entry)->own;
		(*entry)->own.revision = 1;
	}
	ret = standin_insert(*entry, prog, link);
	if (ret)
		return ret;
	tcx_inc();
	if (type == BPF_TCX_INGRESS)
		net_inc_ingress_queue();
	else
		net_inc_egress_queue();
	return 0;
}

static void gone(u32 type)
{
	if (type == BPF_TCX_INGRESS)
		net_dec_ingress_queue();
	else
		net_dec_egress_queue();
	tcx_dec();
}

static int remove_entry(struct net_device *dev, u32 type, struct bpf_prog *prog,
			struct bpf_link *link)
{
	struct bpf_mprog_entry **entry = list(dev, type);
	int ret = *entry ? standin_remove(*entry, prog, link) : -ENOENT;

	if (ret)
		return ret;
	gone(type);
	return 0;
}

int tcx_prog_attach(const union bpf_attr *attr, struct bpf_prog *prog)
{
	struct net_device *dev;
	int ret = -ENODEV;

	rtnl_lock();
	dev = device(attr->target_ifindex);
	if (dev)
		ret = insert(dev, attr->attach_type, prog, NULL);
	rtnl_unlock();
	return ret;
}

int tcx_prog_detach(const union bpf_attr *attr, struct bpf_prog *prog)
{
	struct net_device *dev;
	int ret = -ENODEV;

	rtnl_lock();
	dev = device(attr->target_ifindex);
	if (dev)
		ret = remove_entry(dev, attr->attach_type, prog, NULL);
	rtnl_unlock();
	return ret;
}

int tcx_prog_query(const union bpf_attr *attr, union bpf_attr *to)
{
	struct net_device *dev;
	int ret = -ENODEV;

	rtnl_lock();
	dev = device(attr->query.target_ifindex);
	if (dev)
		ret = standin_query(attr, to, *list(dev, attr->query.attach_type));
	rtnl_unlock();
	return ret;
}

static void uninstall(struct net_device *dev, u32 type)
{
	struct bpf_mprog_entry *entry = *list(dev, type);
	struct bpf_tuple tuple;
	struct bpf_mprog_fp *fp;
	struct bpf_mprog_cp *cp;

	if (!entry)
		return;
	bpf_mprog_foreach_tuple(entry, fp, cp, tuple)
	{
		if (tuple.link)
			container_of(tuple.link, struct standin_link, link)->dev = NULL;
		else
			bpf_prog_put(tuple.prog);
		gone(type);
	}
	*list(dev, type) = NULL;
	kfree(entry);
}

void dev_tcx_uninstall(struct net_device *dev)
{
	uninstall(dev, BPF_TCX_INGRESS);
	uninstall(dev, BPF_TCX_EGRESS);
}

static void link_release(struct bpf_link *link)
{
	struct standin_link *own = container_of(link, struct standin_link, link);

	rtnl_lock();
	if (own->dev)
		remove_entry(own->dev, link->attach_type, link->prog, link);
	own->dev = NULL;
	rtnl_unlock();
}

static int link_detach(struct bpf_link *link)
{
	link_release(link);
	return 0;
}

static void link_dealloc(struct bpf_link *link)
{
	kfree(container_of(link, struct standin_link, link));
}

static void link_fdinfo(const struct bpf_link *link, struct seq_file *seq)
{
	const struct standin_link *own = container_of(link, struct standin_link, link);

	seq_printf(seq, "ifindex:\t%u\nattach_type:\t%u\n", own->dev ? own->dev->ifindex : 0,
		   link->attach_type);
}

static int link_fill_info(const struct bpf_link *link, struct bpf_link_info *info)
{
	const struct standin_link *own = container_of(link, struct standin_link, link);

	info->tcx.ifindex = own->dev ? own->dev->ifindex : 0;
	info->tcx.attach_type = link->attach_type;
	return 0;
}

static const struct bpf_link_ops link_ops = {
    .release = link_release,
    .detach = link_detach,
    .dealloc = link_dealloc,
    .show_fdinfo = link_fdinfo,
    .fill_link_info = link_fill_info,
};

static int link_attach(const union bpf_attr *attr, struct net_device *dev, struct bpf_prog *prog)
{
	struct standin_link *own = kzalloc(sizeof(*own), GFP_KERNEL);
	struct bpf_link_primer primer;
	int ret;

	bpf_link_init(&own->link, BPF_LINK_TYPE_TCX, &link_ops, prog,
		      attr->link_create.attach_type);
	ret = bpf_link_prime(&own->link, &primer);
	if (ret) {
		kfree(own);
		return ret;
	}
	ret = insert(dev, attr->link_create.attach_type, prog, &own->link);
	if (ret) {
		bpf_link_cleanup(&primer);
		return ret;
	}
	own->dev = dev;
	return bpf_link_settle(&primer);
}

int tcx_link_attach(const union bpf_attr *attr, struct bpf_prog *prog)
{
	struct net_device *dev;
	int ret = -ENODEV;

	rtnl_lock();
	dev = device(attr->link_create.target_ifindex);
	if (dev)
		ret = link_attach(attr, dev, prog);
	rtnl_unlock();
	return ret;
}
