// SPDX-License-Identifier: GPL-2.0-only
// Calls of bpf(2) that libbpf does not make.

struct attach_attr { /* of union bpf_attr; the same for detach */
	__u32 target_ifindex, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd, relative;
	__u64 expected_revision;
};

struct query_attr { /* of union bpf_attr */
	__u32 target_ifindex, attach_type, query_flags, attach_flags;
	__u64 prog_ids;
	__u32 count, reserved;
	__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
};

struct link_create_attr { /* of union bpf_attr */
	__u32 prog_fd, target_ifindex, attach_type, flags, relative, reserved;
	__u64 expected_revision;
};

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

#ifdef USERNS
static int in_userns; /* is the next caller */
#endif

/* An attribute of so many bytes. Whatever is written beside these belongs to somebody else. */
#ifdef DIRTY
static int bpf_with_bytes(int command, void *attr, unsigned int size, unsigned int bytes, int dirty)
#else
static int bpf_with_bytes(int command, void *attr, unsigned int size, unsigned int bytes)
#endif
{
	static _Alignas(8) unsigned char memory[64 + 8192 + 64];
	unsigned char *given = memory + 64;
	int result, strayed = 0;

	memset(memory, 0xa5, sizeof(memory));
	memset(given, 0, bytes);
	memcpy(given, attr, bytes < size ? bytes : size);
#ifdef DIRTY
	given[dirty] |= dirty > 0; /* in no field */
#endif
#ifdef USERNS
	result = in_userns ? bpf_in_userns(command, given, bytes)
			   : syscall(__NR_bpf, command, given, bytes);
#else
	result = syscall(__NR_bpf, command, given, bytes);
#endif
	result = result == -1 ? -errno : result;
#ifdef ANSWERS
	memset(attr, 0, size);
	memcpy(attr, given, bytes < size ? bytes : size);
#endif
	for (unsigned int i = 0; i < sizeof(memory); i++)
		strayed |= (i < 64 || i >= 64 + bytes) && memory[i] != 0xa5;
	check("\tbytes beside the attribute", "untouched", strayed ? "written" : "untouched");
	return result;
}
