// SPDX-License-Identifier: GPL-2.0-only
// Calls of bpf(2) that libbpf does not make.

/* Of union bpf_attr, as headers older than Linux 6.6 do not have it; the same for detach. */
static struct attach_attr {
	__u32 ifindex, attach_bpf_fd, attach_type, attach_flags, replace_fd, relative;
	__u64 expected_revision;
#ifdef LONG
	unsigned char more[8192];
#endif
} raw_attach;

/* Of union bpf_attr, as headers older than Linux 6.6 do not have it. */
static struct query_attr {
	__u32 ifindex, attach_type, query_flags, attach_flags;
	__u64 prog_ids;
	__u32 count, reserved;
	__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
#ifdef LONG
	unsigned char more[8192];
#endif
} raw_query;

/* Of union bpf_attr, as headers older than Linux 6.6 do not have it. */
static struct link_create_attr {
	__u32 prog_fd, ifindex, attach_type, flags, relative, reserved;
	__u64 expected_revision;
#ifdef LONG
	unsigned char more[8192];
#endif
} raw_create;

static union {
	union bpf_attr attr;
	unsigned char more[8192];
} raw;

/* As one who may do everything, but only in a user namespace of its own. */
static int bpf_in_userns(int command, void *attr, unsigned int size)
{
	static int result, status;
	const int child = vfork();

	if (child == 0) {
		if (unshare(CLONE_NEWUSER))
			_exit(1);
		result = BPF(command, attr, size);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		err(2, "could not run: making a process in another user namespace");
	return result;
}
