// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck bisect: which releases of the kernel show a deviation.
#include "props/search/bisect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "impl/vm/bzimage.hpp"
#include "impl/vm/kernels.hpp"
#include "impl/vm/version.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/cli/values.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string file, bucket, kernels, from, to;
  bool all = false, here = false, json = false;
};

// A row of the table, and how to run on it.
struct Kernel {
  Tested tested;
  std::string target;   // vm:6.12.57+deb12-cloud-amd64
  std::string release;  // empty of a target that is no kernel
};

// The only trace of a file, or of several the one that says it is of that bucket.
Trace trace_in(const Options& o) {
  std::vector<Trace> traces = read_traces(o.file);
  if (traces.size() == 1) return std::move(traces[0]);
  for (Trace& t : traces)
    if (!o.bucket.empty() && t.bucket == o.bucket) return std::move(t);
  throw BadInput(
      fmt::format("{}: holds {} traces; say which one with --bucket", o.file, traces.size()));
}

// 6.12.57: 6.12; 7.3-rc7: 7.3-rc, which is followed by 7.3.
std::string series_of(const std::string& release) {
  if (const auto rc = release.find("-rc"); rc != release.npos) return release.substr(0, rc + 3);
  return release.substr(0, release.find('.', release.find('.') + 1));
}

bool older(const std::string& a, const std::string& b) {
  return vm::compare_versions(vm::in_debian_order(a), vm::in_debian_order(b)) < 0;
}

bool is_file(const std::string& name) {
  std::error_code none;
  return name.find('/') != name.npos || std::filesystem::is_regular_file(name, none);
}

Kernel row_of(const std::string& name, const std::string& target, const std::string& release) {
  return {{name, series_of(release)}, target, release};
}

std::vector<vm::KernelPackage> available() {
  Progress progress;
  return vm::available(kernel_store(progress));
}

// A kernel or a target by name, a bzImage by path.
Kernel named_kernel(const std::string& name) {
  for (const char* target : {"impl", "kernel", "kmod"})
    if (name == target || name.starts_with(std::string(target) + ":"))
      return row_of(name, name, name == "kernel" ? target_named(name)()->release() : "");
  if (name.empty())
    throw BadInput("--kernels: expected names with commas between them, such as 6.12,7.2");
  if (is_file(name)) {
    image(name);  // complains of what is none
    return row_of(name, "vm:" + name, vm::read_bzimage(name).release);
  }
  for (const vm::KernelPackage& k : available())
    for (const std::string* text : {&k.release, &k.uname, &k.package})
      if (vm::means(name, *text)) return row_of(k.release, "vm:" + k.uname, k.release);
  throw BadInput(
      fmt::format("there is no kernel '{}'; 'mprogcheck kernels list' lists them", name));
}

// Those that are named, in their order if it is not known otherwise.
std::vector<Kernel> named_kernels(const std::string& names) {
  std::vector<Kernel> out;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    out.push_back(named_kernel(names.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (std::none_of(out.begin(), out.end(), [](const Kernel& k) { return k.release.empty(); }))
    std::stable_sort(out.begin(), out.end(),
                     [](const Kernel& a, const Kernel& b) { return older(a.release, b.release); });
  return out;
}

// Of each release the build that is here, or else the newest.
std::vector<Kernel> kernels_to_be_had(bool only_here) {
  std::vector<vm::KernelPackage> all = available();
  std::stable_partition(all.begin(), all.end(),
                        [](const vm::KernelPackage& k) { return !k.path.empty(); });
  std::vector<Kernel> out;
  std::set<std::string> releases;
  for (const vm::KernelPackage& k : all)
    if ((!only_here || !k.path.empty()) && releases.insert(k.release).second)
      out.push_back(row_of(k.release, "vm:" + k.uname, k.release));
  std::stable_sort(out.begin(), out.end(),
                   [](const Kernel& a, const Kernel& b) { return older(a.release, b.release); });
  return out;
}

std::vector<Kernel> kernels(const Options& o) {
  std::vector<Kernel> all =
      o.kernels.empty() ? kernels_to_be_had(o.here) : named_kernels(o.kernels);
  std::erase_if(all, [&](const Kernel& k) {
    return (!o.from.empty() && older(k.release, o.from)) ||
           (!o.to.empty() && older(o.to, k.release) && !vm::means(o.to, k.release));
  });
  if (all.empty()) throw CannotRun("there is no such kernel; 'mprogcheck kernels list' lists them");
  return all;
}

Json json_of(const std::vector<Kernel>& kernels, const std::vector<Tested>& rows) {
  Json out = Json::array();
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back({{"kernel", rows[i].name},
                   {"target", kernels[i].target},
                   {"verdict", word(rows[i].shows)},
                   {"why", rows[i].why}});
  return out;
}

int run(const Options& o) {
  const Trace trace = trace_in(o);
  SameDeviation deviation(trace, o.bucket.empty() ? trace.bucket : o.bucket);
  const std::vector<Kernel> all = kernels(o);
  std::vector<Tested> rows;
  std::vector<TargetFactory> factories;
  for (const Kernel& k : all) {
    rows.push_back(k.tested);
    factories.push_back(target_named(k.target));
  }
  end_on_signals();
  Progress progress;
  bool interrupted = false;
  try {
    bisect(rows, o.all || !o.kernels.empty(), [&](std::size_t i, std::string& why) {
      progress(fmt::format("{}: the trace runs", rows[i].name));
      try {
        return deviation.on(*factories[i]());
      } catch (const Interrupted&) {
        throw;
      } catch (const CannotRun& e) {
        why = e.what();
      } catch (const BadInput& e) {  // gone since the list was read
        why = e.what();
      }
      return Shows::not_run;
    });
  } catch (const Interrupted&) {
    interrupted = true;
  }
  progress.clear();

  FILE* const prose = o.json ? stderr : stdout;
  std::size_t width = 0, untested = 0;
  for (const Tested& row : rows) width = std::max(width, row.name.size());
  for (const Tested& row : rows) {
    untested += row.shows == Shows::untested;
    std::string said(word(row.shows));
    if (row.shows == Shows::yes) said = bad(prose, said);
    if (row.shows == Shows::no) said = good(prose, said);
    if (row.shows == Shows::not_run) said = unsure(prose, said) + ": " + row.why;
    if (row.shows != Shows::untested) tell(prose, "{:{}}  {}\n", row.name, width, said);
  }
  const std::string which =
      deviation.bucket().empty() ? std::string("any deviation") : deviation.bucket();
  tell(prose, "{}: {}\n", which, sentence(rows));
  if (untested && !interrupted)
    tell(prose, "{} between kernels that agree not tested; --all tests them\n",
         times(untested, "kernel"));
  const auto parts = stretches(rows);
  const bool shown = !parts.empty() && parts.back().shows == Shows::yes;
  if (shown && !interrupted) note_deviation();
  if (o.json) {
    Json spans = Json::array();
    for (const Stretch& s : parts)
      if (s.shows == Shows::yes)
        spans.push_back({{"first", rows[s.first].name}, {"last", rows[s.last].name}});
    print_json("bisect", {{"file", o.file},
                          {"bucket", deviation.bucket()},
                          {"kernels", json_of(all, rows)},
                          {"shown", spans},
                          {"sentence", sentence(rows)},
                          {"interrupted", interrupted}});
  }
  if (interrupted) throw Interrupted("interrupted before all kernels were asked");
  if (parts.empty()) tell(stderr, "mprogcheck: could not run the trace on any of the kernels\n");
  return parts.empty() ? kCannotRun : shown ? kDeviates : kConforms;
}

}  // namespace

void add_bisect(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("bisect", "Find out which releases of the kernel show a deviation");
  verb.note(
      "Runs the trace on the kernels of 'kernels list', each in a guest. Of a series with many "
      "releases the oldest and the newest are asked, and if they differ, the change is searched by "
      "halves. Ends with 1 if the newest kernel that could run the trace shows the deviation, with "
      "0 if it does not, with 3 if none could run it.");
  verb.text("TRACE", o->file, "A file with one trace, or with --bucket several").required();
  verb.text("--bucket BUCKET", o->bucket,
            "Which deviation (default: the bucket that the trace names, or the first that any "
            "kernel shows)");
  auto named =
      verb.text("--kernels LIST", o->kernels,
                "Ask these, with commas between them: kernels as 'kernels boot' takes them, or "
                "targets such as impl:FAULT, oldest first")
          .check(cli::named("a kernel"));
  verb.text("--from RELEASE", o->from, "None older than this").check(cli::named("a release"));
  verb.text("--to RELEASE", o->to, "None newer than this release or series")
      .check(cli::named("a release"));
  verb.flag("--all", o->all, "Ask every release of each series");
  verb.flag("--here", o->here, "Fetch none: ask only those that are here already").excludes(named);
  verb.json(o->json);
  verb.example("mprogcheck bisect traces/examples/detach-before-head.trace --from 7.0",
               "Shows which releases since 7.0 have the bug; guests of vm: kernels run it.");
  verb.example(
      "mprogcheck bisect traces/tutorial/02-before-and-after.trace --kernels "
      "impl:before_lands_behind,impl",
      "Compares our own implementation with a faulty one that stands for an older release.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli
