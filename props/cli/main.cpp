// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <string_view>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/search/interrupt.hpp"
#include "props/store/store.hpp"

namespace mprogcheck::cli {
namespace {

std::atomic<bool> deviates{false};

int run(int argc, char** argv) {
  try {
    Program program;
    for (const auto add : {add_fuzz, add_conform, add_replay, add_table, add_compare, add_minimize,
                           add_bisect, add_repro, add_explore, add_prove, add_spec, add_plan,
                           add_stress, add_coverage, add_faults, add_kernels, add_store})
      add(program);
    return program.run(argc, argv);
  } catch (const BadInput& e) {
    tell(stderr, "mprogcheck: {}\n", e.what());
    return kBadInput;
  } catch (const StoreFailed& e) {
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

// Destructors of libraries allocate, where no exception can say that memory is used up.
[[noreturn]] void out_of_memory() {
  constexpr std::string_view kWords = "mprogcheck: could not run: there is no more memory\n";
  (void)!write(STDERR_FILENO, kWords.data(), kWords.size());
  _exit(deviates ? kDeviates : kCannotRun);
}

// A closed descriptor would be given to the next file that is opened. Writing to standard output
// must then fail, writing to standard error need not.
void hold_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

// A verdict that could not be written is none: the disk may be full, the descriptor closed.
int delivered(int status) {
  errno = 0;
  const bool written = std::cout.flush().good() && std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (written || status == kCannotRun) return status;
  tell(stderr, "mprogcheck: could not run: standard output cannot be written: {}\n",
       errno ? std::strerror(errno) : "something is missing in it");
  return kCannotRun;
}

}  // namespace

void note_deviation() {
  deviates = true;
}
bool deviation_noted() {
  return deviates;
}

}  // namespace mprogcheck::cli

int main(int argc, char** argv) {
  std::set_new_handler(mprogcheck::cli::out_of_memory);
  mprogcheck::cli::hold_standard_streams();
  const int status = mprogcheck::cli::delivered(mprogcheck::cli::run(argc, argv));
  return mprogcheck::cli::deviation_noted() ? mprogcheck::cli::kDeviates : status;
}
