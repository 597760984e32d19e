// SPDX-License-Identifier: GPL-2.0-only
// Calls of bpf(2) that libbpf does not make.

struct attach_attr { /* of union bpf_attr; the same for detach */
	__u32 target_ifindex, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd;
	union {
		__u32 relative_fd, relative_id;
	};
	__u64 expected_revision;
};

struct query_attr { /* of union bpf_attr */
	__u32 target_ifindex, attach_type, query_flags, attach_flags;
	__u64 prog_ids;
	__u32 count, reserved;
	__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
};

struct link_create_attr { /* of union bpf_attr */
	__u32 prog_fd, target_ifindex, attach_type, flags;
	union {
		__u32 relative_fd, relative_id;
	};
	__u32 reserved;
	__u64 expected_revision;
};

struct link_update_attr { /* of union bpf_attr */
	__u32 link_fd, new_prog_fd, flags, old_prog_fd;
};

struct link_detach_attr { /* of union bpf_attr */
	__u32 link_fd;
};

/* A descriptor, 0, or an error below 0. */
static int sys_bpf(int command, void *attr, unsigned int size)
{
	long result = syscall(__NR_bpf, command, attr, size);

	return result < 0 ? -errno : (int)result;
}

/* As a user who may do nothing, in a process of its own that shares our memory. */
static int bpf_as_nobody(int command, void *attr, unsigned int size)
{
	static int result, status;
	const int nobody = 65534, child = vfork();

	if (child == 0) {
		if (setresgid(nobody, nobody, nobody) || setresuid(nobody, nobody, nobody))
			_exit(1);
		result = sys_bpf(command, attr, size);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		err(2, "could not run: making a process of another user");
	return result;
}

/* As one who may do everything, but only in a user namespace of its own. */
static int bpf_in_userns(int command, void *attr, unsigned int size)
{
	static int result, status;
	const int child = vfork();

	if (child == 0) {
		if (unshare(CLONE_NEWUSER))
			_exit(1);
		result = sys_bpf(command, attr, size);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		err(2, "could not run: making a process in another user namespace");
	return result;
}

#define CLEAN -1

/*
 * The call with the first `bytes` of an attribute, or with so many more of 0, and with a 1 at
 * `dirty`, which is in no field. Whatever is written beside these bytes belongs to somebody else.
 */
static int bpf_with_bytes(unsigned int bytes, int dirty, int (*bpf)(int, void *, unsigned int),
			  int command, void *attr, unsigned int size)
{
	static _Alignas(8) unsigned char memory[64 + 8192 + 64];
	unsigned char *given = memory + 64;
	const unsigned int fields = bytes < size ? bytes : size;
	int result, strayed = 0;

	memset(memory, 0xa5, sizeof(memory));
	memset(given, 0, bytes);
	memcpy(given, attr, fields);
	if (dirty != CLEAN && (unsigned int)dirty < bytes)
		given[dirty] = 1;
	result = bpf(command, given, bytes);
	/* What was not given is not answered. */
	memset(attr, 0, size);
	memcpy(attr, given, fields);
	for (unsigned int i = 0; i < sizeof(memory); i++)
		strayed |= (i < 64 || i >= 64 + bytes) && memory[i] != 0xa5;
	check("\tbytes beside the attribute", "untouched", strayed ? "written" : "untouched");
	return result;
}

static int make_map(void)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "repro", 4, 4, 1, NULL);

	if (map < 0)
		err(2, "could not run: making a BPF map");
	return map;
}

static int open_file(void)
{
	int file = open("/dev/null", O_RDWR);

	if (file <= 0) /* 0 is "not given" in the interface */
		err(2, "could not run: opening /dev/null");
	return file;
}
