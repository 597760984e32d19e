#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A nightly campaign: goes on with a store that is kept from night to night, and fails only on what is new.
#
#   STORE=store NEW=new recipes/nightly.sh --target vm:./bzImage --time 1h --known my-known.trace
#
# Usage: nightly.sh FUZZ-OPTION...
# Environment:
#   STORE       the store's directory, kept between runs (default: nightly-store)
#   NEW         gets a trace, a C program and a mail for each finding that is new (default: nightly-new); emptied first
#   BASELINE    a file with a bucket on each line: findings that fail nothing; '#' begins a comment (default: none)
#   MINIMIZE    how long to go on minimising what earlier nights have left (default: 10m)
#   BISECT      options of `mprogcheck bisect`, such as "--from 6.12": each mail then names the kernels (default: no)
#   TREE        a kernel tree, from whose MAINTAINERS the mails take their recipients (default: none)
#   MPROGCHECK  the program (default: mprogcheck beside this script's folder, or in PATH)
# NEW/summary.md has it in Markdown. Exit status: 0 nothing is new; 1 something is; 2 bad usage; 3 could not run.
# What is in the store already, or in BASELINE, or marked known or fixed with `mprogcheck store mark`, is not new.
set -euo pipefail
beside=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)/mprogcheck
[ -x "$beside" ] && [ -f "$beside" ] || beside=mprogcheck
program=${MPROGCHECK:-$beside} store=${STORE:-nightly-store} new=${NEW:-nightly-new} baseline=${BASELINE:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -z "$baseline" ] || [ -r "$baseline" ] || { echo "nightly: $baseline cannot be read" >&2; exit 2; }
mkdir -p "$new"
find "$new" -maxdepth 1 -type f \( -name '*.trace' -o -name '*.c' -o -name '*.console' -o -name '*.mail' \
  -o -name '*.json' -o -name summary.md \) -delete

# shown FILE: the store as it is; nothing if there is none yet.
shown() {
  if [ -e "$store/campaigns.db" ]; then "$program" store show "$store" --json > "$1"; else echo '{}' > "$1"; fi
}
shown "$work/before"
status=0
"$program" fuzz --out "$store" "$@" || status=$?
# 1 is told for what is not new as well; what could not run is never a pass.
[ $status -le 1 ] || [ $status -eq 3 ] || exit $status
unfinished=0
"$program" minimize --store "$store" --time "${MINIMIZE:-10m}" || unfinished=$?
[ $unfinished -ne 2 ] || exit 3
shown "$work/after"

# Writes the trace, program and console of each finding that is new, and its name on a line.
python3 - "$work/before" "$work/after" "$new" "$baseline" > "$work/names" << 'END'
import json, os, re, sys
before, after = (json.load(open(name)) for name in sys.argv[1:3])
into, baseline = sys.argv[3:]
lines = open(baseline).read().splitlines() if baseline else []
expected = {line.split('#')[0].strip() for line in lines} - {''}
seen = {(f['bucket'], f['target']) for f in before.get('findings', [])}
for f in after['findings']:
    if (f['bucket'], f['target']) in seen or f['bucket'] in expected or f['status'] != 'open':
        continue
    name = re.sub(r'[^A-Za-z0-9._-]', '-', f['bucket'] + '-on-' + f['target'])
    head = f"# {f['bucket']}\n# step {f['step']}: expected {f['expected']}, observed {f['observed']}\n"
    for suffix, text in ('.trace', head + f['trace']), ('.c', f['program']), ('.console', f['console']):
        if text:
            with open(os.path.join(into, name + suffix), 'w') as out:
                out.write(text)
    print(name, f['target'], f['bucket'])
END

count=$(wc -l < "$work/names")
{
  echo "## mprogcheck: $count new"
  echo
  "$program" store show "$store" | sed 's/^/    /'
} > "$new/summary.md"
while read -r name target bucket; do
  options=(--format mail --on "$target")
  if [ -n "${BISECT:-}" ]; then
    read -ra more <<< "$BISECT"
    "$program" bisect "$new/$name.trace" --bucket "$bucket" --json "${more[@]}" > "$new/$name.json" || true
    [ ! -s "$new/$name.json" ] || options+=(--bisect "$new/$name.json")
  fi
  [ -z "${TREE:-}" ] || options+=(--tree "$TREE")
  "$program" repro "$new/$name.trace" "${options[@]}" -o "$new/$name.mail" ||
    echo "nightly: there is no mail for $name" >&2
  printf '\n### new: %s on %s\n\n```\n%s\n```\n' "$bucket" "$target" "$(cat "$new/$name.trace")" >> "$new/summary.md"
  echo "new: $bucket on $target: $new/$name.*"
done < "$work/names"
[ "$count" -eq 0 ] || exit 1
[ $status -ne 3 ] || exit 3
echo "nothing is new"
