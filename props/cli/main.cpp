// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

int run(int argc, char** argv) {
  CLI::App app{
      "Judges implementations of multi-program attachment (bpf_mprog) by an executable model.\n"
      "Exit status: 0 conforms, 1 a deviation, 2 bad usage or input, 3 could not run."};
  app.name("mprogcheck");
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return fmt::format("mprogcheck: {}; --help says what there is\n", e.what());
  });
  app.require_subcommand(1);
  int status = kConforms;
  add_fuzz(app, status);
  add_replay(app, status);
  add_minimize(app, status);
  add_repro(app, status);
  add_spec(app, status);
  add_faults(app, status);
  add_prove(app, status);
  add_conform(app, status);
  add_explore(app, status);
  add_plan(app, status);
  add_kernels(app, status);
  add_table(app, status);
  add_stress(app, status);
  add_compare(app, status);
  // Behind the verbs, each of which would take it over.
  app.footer(
      "The script ./mprogcheck at the top of the source has two more:\n"
      "  test                        Build and run all tests, under sanitizers and optimised\n"
      "  bench                       Measure: lockstep, kernel, faults, shortest, explore, spin");
  try {
    const auto verbs = app.get_subcommands(
        [&](const CLI::App* verb) { return argc > 1 && verb->get_name() == argv[1]; });
    if (argc > 1 && argv[1][0] != '-' && verbs.empty())
      throw BadInput(fmt::format("there is no verb '{}'; 'mprogcheck --help' lists them", argv[1]));
    app.parse(argc, argv);
    return status;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kConforms : kBadInput;
  } catch (const BadInput& e) {
    tell(stderr, "mprogcheck: {}\n", e.what());
    return kBadInput;
  } catch (const ParseError& e) {
    tell(stderr, "{}\n", e.what());
    return kBadInput;
  } catch (const Interrupted& e) {
    tell(stderr, "mprogcheck: could not run to the end: {}\n", e.what());
    return kCannotRun;
  } catch (const std::exception& e) {
    tell(stderr, "mprogcheck: could not run: {}\n", e.what());
    return kCannotRun;
  }
}

// A descriptor that is closed would be given to the next file that is opened. What is written to
// standard output then must fail, to standard error it need not.
void hold_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

// A verdict that did not arrive is none: the disk may be full, the descriptor closed.
int delivered(int status) {
  errno = 0;
  const bool written = std::cout.flush().good() && std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (written || status == kCannotRun) return status;
  tell(stderr, "mprogcheck: could not run: standard output cannot be written: {}\n",
       errno ? std::strerror(errno) : "something is missing in it");
  return kCannotRun;
}

}  // namespace
}  // namespace mprogcheck::cli

int main(int argc, char** argv) {
  mprogcheck::cli::hold_standard_streams();
  return mprogcheck::cli::delivered(mprogcheck::cli::run(argc, argv));
}
