// SPDX-License-Identifier: GPL-2.0-only
// The process in which the code of a kernel tree runs. It is started with the descriptors of
// arena.hpp, maps the library, and answers what it finds in the shared memory each time it is rung
// for. What happens to it happens to nobody else.
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "impl/tree/arena.hpp"
#include "impl/tree/worker/sandbox.hpp"
#include "impl/tree/worker/session.hpp"
#include "impl/vm/bytes.hpp"
#include "impl/vm/wire.hpp"

namespace mprogcheck::tree {
namespace {

[[noreturn]] void give_up(const char* what, const char* why) {
  std::fprintf(stderr, "worker: could not %s: %s\n", what, why);
  std::_Exit(1);
}

// The last words of a fault: what, where, and the way there.
void on_fault(int signal, siginfo_t* info, void*) {
  std::fprintf(stderr, "BUG: %s, address %p\n",
               signal == SIGSEGV || signal == SIGBUS ? "unable to handle a page fault"
               : signal == SIGFPE                    ? "divide error"
                                                     : "invalid opcode",
               info->si_addr);
  void* frames[32];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, 32), 2);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void tell_of_faults() {
  // Not on the stack that may just have overflown. The first call loads a library.
  static char stack[65536];
  stack_t other{};
  other.ss_sp = stack;
  other.ss_size = sizeof(stack);
  ::sigaltstack(&other, nullptr);
  void* frame = nullptr;
  ::backtrace(&frame, 1);
  struct sigaction act {};
  act.sa_sigaction = on_fault;
  act.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigaction(signal, &act, nullptr);
}

const tree_api& api_of_library(bool sanitized) {
  if (!sanitized) tell_of_faults();  // a sanitizer has a report of its own
  if (!allow_only_what_is_needed()) give_up("give up system calls", std::strerror(errno));
  const std::string name = "/proc/self/fd/" + std::to_string(kLibrary);
  void* const library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) give_up("map the library", ::dlerror());
  const auto get = reinterpret_cast<const tree_api* (*)()>(::dlsym(library, TREE_API_SYMBOL));
  if (!get) give_up("find the way into the library", ::dlerror());
  const tree_api* const api = get();
  if (api->version != TREE_API_VERSION) give_up("use the library", "it is of another version");
  return *api;
}

class Worker {
 public:
  Worker(const tree_api& api, char* memory)
      : api_(api),
        session_(api),
        progress_(*reinterpret_cast<Progress*>(memory)),
        asked_(memory + kAskedAt),
        answers_(memory + kAnswersAt) {
    const Hello hello{.layout = vm::layout(), .slots = api.slots, .qdiscs = api.qdiscs};
    std::memcpy(answers_, &hello, sizeof(hello));
    progress_.written.store(sizeof(hello), std::memory_order_release);
  }

  void answer_all() {
    char rung = 0;
    do {
      if (::write(kBell, &rung, 1) != 1) return;
      if (::read(kBell, &rung, 1) != 1) return;
      answer();
    } while (true);
  }

 private:
  void answer() {
    written_ = 0;
    if (progress_.mode == static_cast<std::uint32_t>(Mode::coverage)) return tell_coverage();
    vm::Reader in({asked_, progress_.asked_bytes});
    std::string bytes;
    for (std::uint32_t t = 0; t < progress_.traces; ++t) {
      in >> bytes;
      run(vm::trace_from(bytes));
      progress_.over.store(t + 1, std::memory_order_release);
    }
  }

  void tell_coverage() {
    bytes_.clear();
    named_ = false;
    const auto take = [](tree_piece piece, const void* bytes, __u32 size, void* context) {
      Worker& worker = *static_cast<Worker*>(context);
      const std::string_view text(static_cast<const char*>(bytes), size);
      if (piece == TREE_BYTES) {
        worker.bytes_ += text;
        return;
      }
      worker.end_file();
      worker.put_frame(text);
      worker.named_ = true;
    };
    api_.coverage(take, this);
    end_file();
  }

  void end_file() {
    if (named_) put_frame(bytes_);
    bytes_.clear();
  }

  void run(const Trace& trace) {
    const bool carefully = progress_.mode == static_cast<std::uint32_t>(Mode::carefully);
    progress_.steps.store(0, std::memory_order_release);
    session_.begin(trace.header);
    if (seen_.size() < trace.operations.size()) seen_.resize(trace.operations.size());
    for (std::size_t i = 0; i < trace.operations.size(); ++i) {
      session_.apply(trace.operations[i], seen_[i]);
      progress_.ticks.fetch_add(1, std::memory_order_relaxed);
      if (!carefully) continue;
      put_frame(vm::bytes_of(std::span(&seen_[i], 1)));
      progress_.steps.store(static_cast<std::uint32_t>(i + 1), std::memory_order_release);
    }
    const Harm left = session_.end();
    if (!carefully) put_frame(vm::bytes_of(std::span(seen_.data(), trace.operations.size())));
    const char harm = static_cast<char>(left);
    put({&harm, 1});
  }

  void put_frame(std::string_view bytes) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    put({reinterpret_cast<const char*>(&length), sizeof(length)});
    put(bytes);
  }

  void put(std::string_view bytes) {
    if (bytes.size() > kMostAnswers - written_) give_up("answer", "it is too much");
    std::memcpy(answers_ + written_, bytes.data(), bytes.size());
    written_ += bytes.size();
    progress_.written.store(written_, std::memory_order_release);
  }

  const tree_api& api_;
  Session session_;
  Progress& progress_;
  const char* asked_;
  char* answers_;
  std::size_t written_ = 0;
  std::vector<Observation> seen_;
  std::string bytes_;  // of a file for gcov
  bool named_ = false;
};

}  // namespace
}  // namespace mprogcheck::tree

int main(int count, char**) {
  using namespace mprogcheck::tree;
  const tree_api& api = api_of_library(count > 1);
  void* const memory = ::mmap(nullptr, kArena, PROT_READ | PROT_WRITE, MAP_SHARED, kMemory, 0);
  if (memory == MAP_FAILED) give_up("map the shared memory", std::strerror(errno));
  Worker(api, static_cast<char*>(memory)).answer_all();
  std::_Exit(0);
}
