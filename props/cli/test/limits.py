#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A machine that gives less than is needed: there is a verdict or none, never a false one, and never a crash.

  props/cli/test/limits.py PROGRAM [--only files,memory,disk,missing] [--targets impl,kernel,vm:NAME] [--every N]

Runs what conforms, and what has a planted fault, with few open files, little address space, a file system that is full
after so many pages or files, and without HOME, TMPDIR, /dev/shm, /dev/net/tun and a writable file system. Prints for
each kind how many runs there were, how many had a verdict, and how many could not run and said why. Ends with 1 if
anything else came out. --every N takes each Nth limit only. Needs root, for mount(8) in a namespace of its own.
"""
import argparse, pathlib, re, shutil, subprocess, sys, tempfile

from signals import FAULT, half_written

SOUND = """dialect mainline
device d0
load p0 p1
attach p0 d0/ingress
attach p1 d0/ingress before rel=p0
query d0/ingress room=2 progs
"""
FILES = list(range(4, 20)) + list(range(20, 141, 10))
MEGABYTES = list(range(20, 120, 5)) + [150, 200, 400, 800, 1600]
# What a file system without room for it gives: pages, and files.
ROOM = [("size", 4096 * n, "nr_inodes", 1000) for n in range(1, 40)]
ROOM += [("size", "4m", "nr_inodes", n) for n in range(1, 40)]
DEVICES = "null zero full random urandom tty kvm net/tun vhost-vsock".split()


def verbs(target, out):
    """Commands that look at a sound target, and such that look at a faulty one."""
    sound = [["replay", "t.trace", "--target", target], ["table", "t.trace", "--target", target],
             ["fuzz", "--target", target, "--traces", "3", "--seed", "1", "--out", out]]
    if target != "impl":
        return sound, []
    sound += [["repro", "t.trace", "--format", "c"], ["conform", "--suite", "suite", "--out", out]]
    faulty = [["fuzz", "--target", FAULT, "--traces", "150", "--seed", "1", "--out", out],
              ["conform", "--suite", "suite", "--target", FAULT, "--out", out]]
    return sound, faulty


def without(*names):
    """A shell's words that make a /dev without these."""
    kept = [d for d in DEVICES if d not in names and pathlib.Path("/dev", d).exists()]
    words = ["mkdir dev", "mount -t tmpfs dev dev", "mkdir dev/net"]
    words += [f"touch dev/{d} && mount --bind /dev/{d} dev/{d}" for d in kept]
    if "shm" not in names:
        words += ["mkdir dev/shm"]
    return " && ".join(words + ["mount --rbind dev /dev"])


def limits(kind):
    """Pairs: what is said of the limit, and the shell's words that set it, before `exec`."""
    if kind == "files":
        return [(f"{n} open files", f"prlimit --pid $$ --nofile={n}:{n}") for n in FILES]
    if kind == "memory":
        return [(f"{n} MB of address space", f"prlimit --pid $$ --as={n}000000") for n in MEGABYTES]
    if kind == "disk":
        return [(f"{a}={n} {b}={m}", f"mkdir disk && mount -t tmpfs -o {a}={n},{b}={m} disk disk")
                for a, n, b, m in ROOM]
    return [("no HOME, no TMPDIR", "unset HOME XDG_CACHE_HOME TMPDIR"),
            ("HOME and TMPDIR that are not there", "export HOME=/nowhere TMPDIR=/nowhere"),
            ("no /dev/shm", without("shm")),
            ("no /dev/net/tun", without("net/tun")),
            ("no /dev/kvm, no /dev/net/tun, no /dev/shm", without("kvm", "net/tun", "shm")),
            ("a read-only file system", "mkdir disk && mount -t tmpfs -o ro disk disk && "
             "export TMPDIR=$PWD/disk HOME=$PWD/disk"),
            ("everything read-only", "mount -o bind,ro / / && mount -o remount,bind,ro /")]


def one(program, kind, words, command, allowed):
    """Runs a command under a limit. Returns its status and what is wrong with that, if anything."""
    work = pathlib.Path(tempfile.mkdtemp(prefix="limits-"))
    try:
        (work / "t.trace").write_text(SOUND)
        (work / "suite").mkdir()
        (work / "suite/t.trace").write_text(SOUND)
        (work / "kept").mkdir()
        # What is within the namespace is copied out of it, to be looked at.
        script = (f"{words} || exit 99; ( exec timeout -k 9 240 \"$@\" ); status=$?; "
                  "[ ! -d disk/out ] || cp -a disk/out kept/; exit $status")
        if kind in ("files", "memory"):
            script = f"{words} || exit 99; exec timeout -k 9 240 \"$@\""
        run = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", program, *command], cwd=work,
                             capture_output=True, text=True, errors="replace")
        wrong = []
        if run.returncode not in allowed:
            wrong.append(f"status {run.returncode}: {run.stderr.strip()[-300:]}")
        elif run.returncode in (2, 3) and not re.search(r"^mprogcheck\S*: ", run.stderr, re.M):
            wrong.append(f"status {run.returncode} without a reason: {run.stderr.strip()[-300:]}")
        for out in (work / "kept/out", work / "out"):
            wrong += [f"half written: {file.name}" for file in half_written(program, out)]
        return run.returncode, wrong
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--only", default="files,memory,disk,missing")
    parser.add_argument("--targets", default="impl")
    parser.add_argument("--every", type=int, default=1)
    o = parser.parse_args()
    program, bad = o.program.resolve(), 0
    for kind in o.only.split(","):
        tried = verdicts = could_not = 0
        for said, words in limits(kind)[::o.every]:
            for target in o.targets.split(","):
                sound, faulty = verbs(target, "disk/out" if kind == "disk" or "disk" in words else "out")
                # 127: the loader had no room for libraries. 2: a file could not be read or written.
                none = {2, 3, 127}
                for command, allowed in [(c, none | {0}) for c in sound] + [(c, none | {1}) for c in faulty]:
                    status, wrong = one(program, kind, words, command, allowed)
                    tried += 1
                    verdicts += status in (0, 1)
                    could_not += status in (2, 3, 127)
                    bad += bool(wrong)
                    for what in wrong:
                        print(f"  {said}: {' '.join(command)}: {what}")
        print(f"{kind}: {tried} runs, {verdicts} with their verdict, {could_not} that could not run and said why",
              flush=True)
    print(f"limits: {bad} false, crashed, silent or half written")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
