#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What impl/faults/plant makes of a table, and that a slip that no longer fits its place is told by name."""
import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "..", "core", "list.c")

SOURCE = """static int twice(int x)
{
	return x + x;
}

int answer(int x, int y)
{
	int sum = twice(x) +
		  twice(y);

	if (sum < 0)
		return -1;
	return sum;
}
"""

TABLE = """
one_more: It counts one more.
    like: off by one
    core/f.c answer: return sum; => return sum + 1;
last_thrice (rfc2): The last one counts three times.
    like: a slip in two places
    core/f.c answer: twice(x) + twice(y); => twice(x) + 2 * y;
    core/f.c twice: x + x
        => x + x +
           x
unchecked (mainline): Negative sums are returned.
    like: a missing check
    core/f.c answer: return -1; => return sum;
second: The second return is 7.
    like: nothing
    core/f.c answer #2: return => return 7 *
every_slip
    core/f.c answer: sum < 0 => sum < -100
"""

MAIN = """#include <stdio.h>
#include "slips.h"
__thread unsigned int mprog_slip;
int planted_answer(int x, int y);
int answer(int x, int y) { return x + y; }
int main(void)
{
#define X(name, mainline, rfc2, sentence, like) MPROG_SLIP_##name,
	const unsigned int all[] = {MPROG_SLIP_none, MPROG_SLIPS(X)};
	for (unsigned int i = 0; i < sizeof(all) / sizeof(*all); i++) {
		mprog_slip = all[i];
		printf("%d %d %d\\n", planted_answer(1, 2), planted_answer(-5, 0), planted_answer(-100, 0));
	}
	return answer(0, 0);
}
"""


class Plant(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name, text=None):
        path = os.path.join(self.folder.name, name)
        if text is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
        return path

    def plant(self, tables, *sources):
        return subprocess.run([os.path.join(HERE, "plant"), "--out", self.path("out"), "--tables", *tables,
                               "--sources", *sources], capture_output=True, text=True, check=False)

    def complaint(self, table, source=SOURCE):
        run = self.plant([self.path("t.slips", table)], self.path("core/f.c", source))
        self.assertEqual(run.returncode, 1, table)
        self.assertFalse(os.path.exists(self.path("out/core/f.c")))
        return run.stderr

    def test_each_slip_is_selected_at_run_time(self):
        run = self.plant([self.path("t.slips", TABLE)], self.path("core/f.c", SOURCE))
        self.assertEqual(run.stderr, "")
        out = self.path("out")
        subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-I", out, "-c", "-include", out + "/names.h",
                        out + "/core/f.c", "-o", self.path("f.o")], check=True)
        subprocess.run(["cc", "-I", out, self.path("main.c", MAIN), self.path("f.o"), "-o", self.path("f")], check=True)
        said = subprocess.run([self.path("f")], capture_output=True, text=True, check=True).stdout.split("\n")
        self.assertEqual(said[0], "6 -1 -1", "none")
        self.assertEqual(said[1], "7 -9 -1", "one_more")
        self.assertEqual(said[2], "7 -15 -1", "last_thrice")
        self.assertEqual(said[3], "6 -10 -200", "unchecked")
        self.assertEqual(said[4], "42 -70 -1", "second")

    def test_messages_of_the_compiler_point_to_the_source(self):
        self.plant([self.path("t.slips", TABLE.replace("return sum + 1;", "return som;"))],
                   self.path("core/f.c", SOURCE))
        run = subprocess.run(["cc", "-c", self.path("out/core/f.c"), "-I", self.path("out"), "-o", "/dev/null"],
                             capture_output=True, text=True, check=False)
        self.assertIn("core/f.c:13:", run.stderr)
        self.assertIn("answer__one_more", run.stderr)

    def test_a_slip_that_no_longer_fits_is_told_by_name(self):
        slip = "misfit: Sentence.\n    like: it\n    "
        for place, what in [
                ("core/f.c answer: return som; => x", "the function answer does not contain 'return som;'"),
                ("core/f.c answer: return => x", "the function answer contains 'return' 2 times"),
                ("core/f.c answer #3: return => x", "the function answer contains 'return' only 2 times"),
                ("core/f.c question: return => x", "there is no function question"),
                ("core/g.c answer: return => x", "there is no file core/g.c"),
                ("core/f.c answer: su => x", "does not contain 'su'")]:
            self.assertRegex(self.complaint(slip + place), r"t\.slips:3: slip misfit no longer fits.*" + what.replace(
                "(", r"\("))
        two = slip + "core/f.c answer: sum < 0 => x\n    core/f.c answer: (sum < 0) => y"
        self.assertIn("misfit no longer fits core/f.c: two places in answer overlap", self.complaint(two))

    def test_a_wrong_table_is_told_by_its_line(self):
        for table, what in [
                ("a: B.\n    like: c\n    core/f.c answer return => x", ":3: not a place"),
                ("a (rfc3): B.", ":1: not a slip"),
                ("a: No full stop", ":1: not a slip"),
                ("    like: nothing", ":1: this belongs to no slip"),
                ("a: B.\n    like: c", ":1: slip a has no place"),
                ("a: B.\n    core/f.c answer: sum < 0 => x", ":1: slip a does not say what it is like"),
                ("a: B.\n    like: c\n    kmod/f.c answer: sum < 0 => x", "so it has to be a race")]:
            self.assertIn(what, self.complaint(table))
        self.assertIn("there are two slips a", self.complaint("a: B.\n    like: c\na: B.\n    like: c"))

    def test_a_change_of_the_core_tells_which_slips_it_breaks(self):
        with open(LIST, encoding="utf-8") as file:
            text = file.read()
        changed = text.replace("list->count >= list->capacity", "list->count == list->capacity_now")
        self.assertNotEqual(changed, text)
        run = self.plant([os.path.join(HERE, "lists.slips")], self.path("core/list.c", changed))
        self.assertEqual(run.returncode, 1)
        for slip in ["full_one_early", "full_one_late"]:
            self.assertIn(f"slip {slip} no longer fits core/list.c: the function mprog_full does not contain "
                          "'list->capacity'", run.stderr)


if __name__ == "__main__":
    unittest.main()
