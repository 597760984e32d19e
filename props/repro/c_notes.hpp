// SPDX-License-Identifier: GPL-2.0-only
// The text of C reproducers (see c_core.hpp) whose programs note that packets came by. It is in
// pieces: of a packet that goes from device to device they note more.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kNote = R"C(
#define ETHERTYPE 0x88b5 /* for local experiments (IEEE 802) */
#define NOTES 256 /* a power of two */

/* The programs note here that they ran, and find here what to return. */
static struct note {
	__u32 ran, order[NOTES];
)C";

inline constexpr std::string_view kNoteOfPacket =
    R"C(	/* and what the packet was on and had then */
	__u32 on[NOTES], mark[NOTES], priority[NOTES];
)C";

inline constexpr std::string_view kNoteEnd = R"C(	__s32 verdicts[PROGS];
} note;
static int note_map;

struct says {
	int prog, verdict;
};

#define SAYING(...) (const struct says[]){ __VA_ARGS__ }, \
		    sizeof((const struct says[]){ __VA_ARGS__ }) / sizeof(struct says)
#define ALL_NEXT NULL, 0

static void set_up_notes(void)
{
	note_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "repro", sizeof(__u32), sizeof(note), 1, NULL);
	if (note_map < 0)
		cannot("making a BPF map");
}

/* All programs say next but those named. */
static void clear_notes(const struct says *says, unsigned int count)
{
	const __u32 zero = 0;

	memset(&note, 0, sizeof(note));
	for (int i = 0; i < PROGS; i++)
		note.verdicts[i] = TCX_NEXT;
	for (unsigned int i = 0; i < count; i++)
		note.verdicts[says[i].prog] = says[i].verdict;
	if (bpf_map_update_elem(note_map, &zero, &note, BPF_ANY))
		cannot("writing to a BPF map");
}

static void read_notes(void)
{
	const __u32 zero = 0;

	if (bpf_map_lookup_elem(note_map, &zero, &note))
		cannot("reading a BPF map");
}
)C";

inline constexpr std::string_view kLoadNoting = R"C(
/*
 * The program, for a packet of ours:
 *	note.order[note.ran % NOTES] = prog;
)C";

inline constexpr std::string_view kLoadNotingPacket =
    R"C( *	the same with note.on, note.mark and note.priority;
 *	if (note.verdicts[prog] == TCX_REDIRECT)
 *		bpf_redirect(LOOPBACK, 0);
)C";

inline constexpr std::string_view kLoadNotingBegin = R"C( *	note.ran++;
 *	return note.verdicts[prog];
 */
static void load(int prog, enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1 },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_6,
		  .off = offsetof(struct __sk_buff, protocol) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_NEXT },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_2, .imm = htons(ETHERTYPE), .off = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
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
		/* r1 = &note.order[note.ran % NOTES] */
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0,
		  .off = offsetof(struct note, ran) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1 },
		{ .code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = BPF_REG_1, .imm = NOTES - 1 },
		{ .code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = BPF_REG_1, .imm = 2 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0 },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .off = offsetof(struct note, order),
		  .imm = prog },
)C";

inline constexpr std::string_view kNotingPacket =
    R"C(		/* r1 is as good for the arrays behind it */
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_3, .src_reg = BPF_REG_6,
		  .off = offsetof(struct __sk_buff, ifindex) },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_3,
		  .off = offsetof(struct note, on) },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_3, .src_reg = BPF_REG_6,
		  .off = offsetof(struct __sk_buff, mark) },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_3,
		  .off = offsetof(struct note, mark) },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_3, .src_reg = BPF_REG_6,
		  .off = offsetof(struct __sk_buff, priority) },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_3,
		  .off = offsetof(struct note, priority) },
)C";

inline constexpr std::string_view kNotingVerdict =
    R"C(		/* one packet is under way at a time, so this need not be atomic */
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_2,
		  .off = offsetof(struct note, ran) },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_0,
		  .off = (__s16)(offsetof(struct note, verdicts) + sizeof(__s32) * prog) },
)C";

inline constexpr std::string_view kNotingRedirect =
    R"C(		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_REDIRECT, .off = 3 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .imm = LOOPBACK },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect }, /* returns TCX_REDIRECT */
)C";

inline constexpr std::string_view kLoadNotingEnd = R"C(		{ .code = BPF_JMP | BPF_EXIT },
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

}  // namespace mprogcheck::repro::c_text
