#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Signals at random moments: what was printed is on disk, nothing is half written or left behind.

  props/cli/test/signals.py PROGRAM [--rounds N] [--seed N] [--targets impl,kernel,conform,vm:NAME]

Each round starts a campaign or a conform, sends it KILL, TERM or HUP at a moment drawn from
the seed, or closes the pipe that it prints to, and looks at what is there afterwards. Ends with 1
if anything was lost, half written or left. With kernel among the targets nothing else may make
programs, links or network namespaces meanwhile: whose they are cannot be told.
"""
import argparse, ctypes, glob, os, pathlib, random, re, shutil, signal, subprocess, sys, tempfile, time

FAULT = "impl:before_lands_behind"
SIGNALS = ["KILL", "TERM", "HUP", "PIPE"]
NAMED = re.compile(r"\S+\.(?:trace|c|console|html|history)(?![\w.])")
FOUND = re.compile(r"^found (\S+): its trace is in (\S+)$", re.M)


def command(target, out, seed):
    if target == "conform":
        return ["conform", "--target", FAULT, "--target", "impl", "--out", out]
    name = FAULT if target == "impl" else target
    # With no deviation known, kernels show some.
    return ["fuzz", "--target", name, "--known", "none", "--time", "4s", "--seed", str(seed), "--out",
            out]


def ids(words):
    said = subprocess.run(words, capture_output=True, text=True).stdout
    return set(re.findall(r"^(\d+):", said, re.M))


def namespaces():
    found = set()
    for entry in pathlib.Path("/proc").glob("[0-9]*/task/*/ns/net"):
        try:
            found.add(os.readlink(entry))
        except OSError:
            pass  # it has ended
    return found


def adopt_orphans():
    """What a run leaves running becomes this process's child, and is counted."""
    PR_SET_CHILD_SUBREAPER = 36
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def descendants():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return []
    parent = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            pass  # it has ended
    found = [os.getpid()]
    for process in found:
        found += [p for p, its in parent.items() if its == process]
    return found[1:]


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


def temporary(out, tmp):
    return [p for p in out.rglob(".*") if out.exists()] + list(tmp.rglob("*"))


def half_written(program, out):
    bad = []
    for file in out.rglob("*") if out.exists() else []:
        if not file.is_file() or file.name.startswith("."):
            continue
        text = file.read_bytes()
        if not text.endswith(b"\n") and file.suffix in (".trace", ".c"):
            bad.append(file)
        elif file.suffix == ".trace":
            # Parsed by the program; a half one lacks operations or ends within a word.
            if subprocess.run([program, "replay", "--quiet", file],
                              capture_output=True).returncode == 2:
                bad.append(file)
        elif file.suffix == ".html" and b"</html>" not in text:
            bad.append(file)
    return bad


def one(program, target, name, after, seed, work, count):
    out, tmp = work / "out", work / "tmp"
    tmp.mkdir()
    environment = dict(os.environ, TMPDIR=str(tmp))
    in_kernel = target == "kernel"

    def there():
        if not in_kernel:
            return [set()] * 3
        return [ids(["bpftool", kind, "show"]) for kind in ("prog", "link")] + [namespaces()]

    before = there()
    with open(work / "errors", "wb") as errors:
        child = subprocess.Popen([program, *command(target, str(out), seed)], stdout=subprocess.PIPE,
                                 stderr=errors, env=environment, start_new_session=True,
                                 cwd=work, restore_signals=True)
    os.set_blocking(child.stdout.fileno(), False)
    printed, end = b"", time.monotonic() + after
    while time.monotonic() < end and child.poll() is None:
        printed += child.stdout.read() or b""
        time.sleep(0.02)
    count["hit"] += child.poll() is None
    if name == "PIPE":
        child.stdout.close()
    elif child.poll() is None:
        child.send_signal(getattr(signal, "SIG" + name))
    try:
        child.wait(180)
    except subprocess.TimeoutExpired:
        count["did not end"] += 1
        child.kill()
        child.wait()
    if name != "PIPE":
        printed += child.stdout.read() or b""
        child.stdout.close()
    said = (work / "errors").read_text(errors="replace")
    found = {bucket for bucket, _ in FOUND.findall(said)}
    named = {f for f in NAMED.findall(printed.decode(errors="replace")) if str(out) in f}
    lost = [f for f in named if not (work / f).exists()]
    lost += [b for b in found if not list(out.glob(glob.escape(b) + "*.trace"))]
    # Before a run has begun its signal has the default action.
    by_signal = {"KILL"} if found else {"KILL", "TERM", "HUP", "PIPE"}
    allowed = {0, 1, 3} | ({-getattr(signal, "SIG" + name)} if name in by_signal else set())
    count["other status"] += child.returncode not in allowed
    count["printed"] += len(named) + len(found)
    count["lost"] += len(lost)
    count["files"] += sum(p.is_file() for p in out.rglob("*")) if out.exists() else 0
    half = half_written(program, out)
    count["half written"] += len(half)

    wait_until(lambda: not descendants())
    for process in descendants():
        count["processes left"] += 1
        os.kill(process, signal.SIGKILL)

    def extra():
        return [now - then for now, then in zip(there(), before)]

    wait_until(lambda: not any(extra()))
    for what, left in zip(("programs left", "links left", "namespaces left"), extra()):
        count[what] += len(left)
    # The next run clears what a killed one could not.
    subprocess.run([program, "fuzz", "--target", "impl", "--traces", "1", "--seed", "1", "--out",
                    str(out)], env=environment, cwd=work, capture_output=True)
    left = temporary(out, tmp)
    count["temporary left"] += len(left)
    for what, files in (("lost", lost), ("half written", half), ("temporary left", left)):
        for file in files:
            print(f"  {target} {name} after {after:.2f} s: {what}: {file}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", default="impl,kernel,conform")
    o = parser.parse_args()
    draw, targets = random.Random(o.seed), o.targets.split(",")
    wanted = ("hit", "printed", "files")
    zero = ("lost", "half written", "processes left", "programs left", "links left",
            "namespaces left", "temporary left", "did not end", "other status")
    count = dict.fromkeys(wanted + zero, 0)
    adopt_orphans()
    for i in range(o.rounds):
        # A guest takes some seconds to boot.
        target = targets[i % len(targets)]
        after = draw.uniform(0.1, 25 if target.startswith("vm:") else 6)
        work = pathlib.Path(tempfile.mkdtemp(prefix="signals-"))
        try:
            one(o.program.resolve(), target, SIGNALS[i // len(targets) % len(SIGNALS)], after, i + 1,
                work, count)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    print(f"signals: {o.rounds} rounds of seed {o.seed} over {o.targets}: " +
          ", ".join(f"{n} {what}" for what, n in count.items()))
    return 1 if any(count[what] for what in zero) else 0


if __name__ == "__main__":
    sys.exit(main())
