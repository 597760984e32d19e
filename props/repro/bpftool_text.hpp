// SPDX-License-Identifier: GPL-2.0-only
// The part of a bpftool script that is the same for every trace. Read it as shell.
#pragma once

#include <string_view>

namespace mprogcheck::repro::bpftool_text {

inline constexpr std::string_view kBegin = R"SH(#
# Written by mprogcheck. What is expected is what the interface promises.
#
#	sh repro.sh		(as root; BPFTOOL=/path/to/bpftool for another than the one in PATH)
#
# Needs bpftool with tcx (7.5 or newer), clang for the BPF target, and ip. It makes a network and a mount
# namespace of its own, touches nothing outside of them, and leaves nothing behind.
#
# Compared are errors and lists of programs. bpftool shows no revisions.
#
# Exit status: 0, they are as promised; 1, not where the output says DEVIATION; 2, could not run.

set -u
export LC_ALL=C # errors are told by their text
bpftool=${BPFTOOL:-bpftool}

cannot() {
	echo "could not run: $*" >&2
	exit 2
}

if [ -z "${REPRO_INSIDE-}" ]; then
	[ "$(id -u)" = 0 ] || cannot 'it has to be run as root'
	unshare --net --mount true || cannot 'no namespaces could be made'
	REPRO_INSIDE=1 exec unshare --net --mount sh "$0"
fi

"$bpftool" net help 2>&1 | grep -q tcx_ingress || cannot 'this bpftool does not know tcx (7.5 or newer does)'
command -v clang >/dev/null || cannot 'there is no clang to make a BPF program with'

dir=$(mktemp -d) || cannot 'no temporary directory could be made'
trap 'umount "$dir/bpf" 2>/dev/null; rm -rf "$dir"' EXIT
mkdir "$dir/bpf"
mount -t bpf bpf "$dir/bpf" || cannot 'no BPF file system could be mounted'

# load NAME SECTION: a program that lets every packet go on to the next (TCX_NEXT, -1).
programs=
load() {
	echo "__attribute__((section(\"$2\"), used)) int next(void *context) { (void)context; return -1; }" |
		clang -O2 -target bpf -x c -c -o "$dir/$2.o" - || cannot 'no BPF program could be compiled'
	"$bpftool" prog load "$dir/$2.o" "$dir/bpf/$1" || cannot 'no BPF program could be loaded'
	id=$("$bpftool" prog show pinned "$dir/bpf/$1" | sed 's/:.*//;q')
	programs="$programs $1=$id"
}

# list HOOK: the names of the programs that $shown has there, in order.
list() {
	echo "$shown" | sed -n "s|.*tcx/$1 .*prog_id \([0-9]*\).*|\1|p" | while read -r id; do
		name=id-$id
		for program in $programs; do
			[ "${program#*=}" = "$id" ] && name=${program%%=*}
		done
		echo "$name"
	done | paste -s -d ' ' -
}

steps=0
deviations=0

step() {
	steps=$((steps + 1))
	what=$1
}

request() {
	if said=$("$@" 2>&1); then
		outcome=ok
	else
		outcome=${said##*: }
	fi
}

# expect OUTCOME [DEVICE HOOK LIST]: the error, and the list afterwards.
expect() {
	expected=$1
	observed=$outcome
	if [ $# -gt 1 ]; then
		shown=$("$bpftool" net show dev "$2") || cannot "bpftool cannot show $2"
		expected="$1 [$4]"
		observed="$outcome [$(list "$3")]"
	fi
	mark=
	if [ "$expected" != "$observed" ]; then
		mark=' | DEVIATION'
		deviations=$((deviations + 1))
	fi
	echo "step $steps: $what | expected $expected | observed $observed$mark"
}

)SH";

inline constexpr std::string_view kNeedsPrepend =
    "\"$bpftool\" net help 2>&1 | grep -q prepend || cannot 'this bpftool cannot attach in front "
    "of others'\n\n";

inline constexpr std::string_view kEnd = R"SH(
if [ "$deviations" -gt 0 ]; then
	echo "Steps that deviate: $deviations of $steps, in errors and program lists; bpftool shows no revisions."
	exit 1
fi
echo "As promised in all steps ($steps), in errors and program lists; bpftool shows no revisions."
)SH";

}  // namespace mprogcheck::repro::bpftool_text
