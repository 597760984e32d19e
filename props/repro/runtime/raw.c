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

/* A descriptor, 0, or an error below 0. */
static int sys_bpf(int command, void *attr, unsigned int size)
{
	long result = syscall(__NR_bpf, command, attr, size);

	return result < 0 ? -errno : (int)result;
}

/* What the effective user may do is all that the process may. */
static void become(int user)
{
	if (seteuid(user))
		err(2, "could not run: becoming user %d", user);
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

/* An attribute of so many bytes. Whatever is written beside these belongs to somebody else. */
#ifdef DIRTY
static int bpf_with_bytes(unsigned int bytes, int dirty, int (*bpf)(int, void *, unsigned int),
			  int command, void *attr, unsigned int size)
#else
static int bpf_with_bytes(unsigned int bytes, int (*bpf)(int, void *, unsigned int), int command,
			  void *attr, unsigned int size)
#endif
{
	static _Alignas(8) unsigned char memory[64 + 8192 + 64];
	unsigned char *given = memory + 64;
	int result, strayed = 0;

	memset(memory, 0xa5, sizeof(memory));
	memset(given, 0, bytes);
	memcpy(given, attr, bytes < size ? bytes : size);
#ifdef DIRTY
	if (dirty != CLEAN)
		given[dirty] = 1; /* in no field */
#endif
	result = bpf(command, given, bytes);
#ifdef ANSWERS
	memset(attr, 0, size);
	memcpy(attr, given, bytes < size ? bytes : size);
#endif
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
