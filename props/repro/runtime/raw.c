// SPDX-License-Identifier: GPL-2.0-only
// Calls of bpf(2) that libbpf does not make.

static union { /* as headers older than Linux 6.6 do not have it */
#ifdef RAW_ATTACH
	struct attach_attr { /* the same for detach */
		__u32 target_ifindex, attach_bpf_fd, attach_type, attach_flags, replace_fd, relative;
		__u64 expected_revision;
	} attach;
#endif
#ifdef RAW_QUERY
	struct query_attr {
		__u32 target_ifindex, attach_type, query_flags, attach_flags;
		__u64 prog_ids;
		__u32 count, reserved;
		__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
	} query;
#endif
#ifdef RAW_CREATE
	struct link_create_attr {
		__u32 prog_fd, target_ifindex, attach_type, flags, relative, reserved;
		__u64 expected_revision;
	} create;
#endif
#ifdef RAW_OLD
	union bpf_attr attr;
#endif
	unsigned char bytes[8192 + 64];
} raw;

/* What is written behind so many bytes belongs to somebody else. */
static void check_behind(unsigned int bytes)
{
	while (bytes < sizeof(raw) && raw.bytes[bytes] == 0xa5)
		bytes++;
	check("\tbehind the attribute", "untouched", bytes < sizeof(raw) ? "written" : "untouched");
}

/* As one who may do everything, but only in a user namespace of its own. */
static int bpf_in_userns(int command, void *attr, unsigned int size)
{
	static int result, status;
	const int child = vfork();

	if (child == 0) {
		if (unshare(CLONE_NEWUSER))
			_exit(1);
		result = syscall(__NR_bpf, command, attr, size) < 0 ? -errno : 0;
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		err(2, "could not run: making a process in another user namespace");
	return result;
}
