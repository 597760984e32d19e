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

inline constexpr std::string_view kLoadNoting = R"C(
/*
 * The program, for a packet of ours:
 *	note.order[note.ran % NOTES] = prog;
 *	note.ran++;
 *	return note.verdicts[prog];
 */
static void load(int prog, enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1,
		  .off = offsetof(struct __sk_buff, protocol) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_NEXT },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_2, .imm = htons(ETHERTYPE), .off = 18 },
		/* r0 = bpf_map_lookup_elem(note_map, &zero), or return TCX_NEXT */
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10, .off = -4, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -4 },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = note_map },
		{ .code = 0 }, /* the upper half of the above */
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_0, .imm = 0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_NEXT },
		{ .code = BPF_JMP | BPF_EXIT },
		/* r3 = &note.order[note.ran % NOTES] */
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0,
		  .off = offsetof(struct note, ran) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1 },
		{ .code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = BPF_REG_1, .imm = NOTES - 1 },
		{ .code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = BPF_REG_1, .imm = 2 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0 },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .off = offsetof(struct note, order),
		  .imm = prog },
		/* one packet is under way at a time, so this need not be atomic */
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_2,
		  .off = offsetof(struct note, ran) },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_0,
		  .off = (__s16)(offsetof(struct note, verdicts) + sizeof(__s32) * prog) },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	/* An XDP program is here to be refused and never runs; its context has no protocol. */
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (type == BPF_PROG_TYPE_XDP)
		prog_fd[prog] = bpf_prog_load(type, "repro", "GPL", pass, 2, NULL);
	else
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
/* A network namespace of our own, with DEVICES devices; whatever is attached goes with it. */
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
	if (unshare(CLONE_NEWNET))
		cannot("making a network namespace");
	for (int i = 0; i < DEVICES; i++)
		make_device(i);
	for (int where = 0; where < 2 * DEVICES; where++) {
		struct point *at = &points[where];
		int error = read_list(where, &at->last);

		errno = -error;
		if (error == -EINVAL)
			cannot("asking for the programs at tcx, which Linux has since 6.6");
		if (error)
			cannot("asking for the programs at tcx");
		at->revisions[++at->known] = at->last.revision;
	}
}
)C";

}  // namespace mprogcheck::repro::c_text
