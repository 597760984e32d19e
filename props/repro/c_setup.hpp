// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): what there has to be before the
// first step.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kLoad = R"C(
/* The program returns at once: nothing here is about packets. */
static void load(int prog, enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0,
		  .imm = type == BPF_PROG_TYPE_XDP ? XDP_PASS : TCX_NEXT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	prog_fd[prog] = bpf_prog_load(type, "repro", "GPL", insns, sizeof(insns) / sizeof(insns[0]), NULL);
)C";

inline constexpr std::string_view kLoadEnd = R"C(	if (prog_fd[prog] < 0)
		cannot("loading a BPF program");
	if (bpf_obj_get_info_by_fd(prog_fd[prog], &info, &size))
		cannot("asking for the id of a BPF program");
	prog_id[prog] = info.id;
}
)C";

inline constexpr std::string_view kTrivial = R"C(
/* A program that returns `verdict` and does nothing. */
static int trivial(int type, int verdict, int expected_attach_type, int btf_id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = (enum bpf_attach_type)expected_attach_type,
		    .attach_btf_id = (__u32)btf_id);
	int fd = bpf_prog_load((enum bpf_prog_type)type, "repro", "GPL", insns, 2, &options);

	if (fd < 0)
		cannot("loading a BPF program that does nothing");
	return fd;
}
)C";

inline constexpr std::string_view kSetUp = R"C(
/* All in network namespaces of our own; whatever is attached goes with them. */
static void set_up(void)
{
	/* 0 means "not given" in the interface: keep it from being one of our descriptors. */
	do {
		some_file = open("/dev/null", O_RDWR);
		if (some_file < 0)
			cannot("opening /dev/null");
	} while (some_file <= 2);
	for (int i = 0; i < PROGS; i++) {
		prog_fd[i] = NOT_OPEN;
		prog_id[i] = NO_SUCH_ID;
	}
	for (int i = 0; i < LINKS; i++) {
		link_fd[i] = NOT_OPEN;
		link_id[i] = NO_SUCH_ID;
	}
)C";

inline constexpr std::string_view kSetUpNamespace = R"C(	if (unshare(CLONE_NEWNET))
		cannot("making a network namespace");
)C";

inline constexpr std::string_view kSetUpSpaces = R"C(	open_space(n1);
	open_space(n0);
)C";

inline constexpr std::string_view kSetUpDevices = R"C(	for (int i = 0; i < DEVICES; i++) {
		make_device(i);
		/* The lists of tcx come first. */
		for (int where = HOOKS * i; where < HOOKS * i + 2; where++) {
			int error = begin_list(where);

			errno = -error;
			if (error == -EINVAL)
				cannot("asking for the programs at tcx, which Linux has since 6.6");
			if (error)
				cannot("asking for the programs at tcx");
		}
	}
)C";

inline constexpr std::string_view kSetUpEnd = R"C(}
)C";

}  // namespace mprogcheck::repro::c_text
