// SPDX-License-Identifier: GPL-2.0-only
// Other programs, run without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mprogcheck::vm {

struct Finished {
  int status = 0;  // what it exited with; 128 + N if signal N ended it
  std::string out, err;
};

// Runs argv[0], an absolute path, with nothing on standard input and messages in English, and waits
// for it. `tick` is called ten times a second meanwhile; if it throws, the program is ended. So it
// is when we end, in whatever way. Throws CannotRun if it is not there.
Finished run_program(const std::vector<std::string>& argv, const std::function<void()>& tick = {});

}  // namespace mprogcheck::vm
