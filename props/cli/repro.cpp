// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck repro: from a trace to a program.
#include "props/repro/repro.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "model/words/text.hpp"
#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/one_trace.hpp"
#include "props/repro/mail.hpp"
#include "props/sources/maintainers.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string file, out, format = "c";
  std::string on, bisect, fixes, tree;  // of a mail
  bool json = false;
};

// What `bisect --json` printed of the kernels.
std::string sentence_in(const std::string& file) {
  if (file.empty()) return {};
  const auto document = nlohmann::json::parse(content(file), nullptr, false);
  if (!document.is_object() || !document.contains("sentence") || !document["sentence"].is_string())
    throw BadInput(fmt::format("{}: is not what 'mprogcheck bisect --json' prints", file));
  return document["sentence"];
}

std::string mail_of(const Trace& trace, const Options& o) {
  MailFacts facts{o.on, sentence_in(o.bisect), o.fixes, {}, {}};
  if (!o.tree.empty()) {
    sources::Recipients all = sources::recipients(o.tree, files_concerned(trace));
    facts.to = std::move(all.to), facts.cc = std::move(all.cc);
  }
  return write_mail(trace, facts, {o.on, std::nullopt, version()});
}

int run_repro(const Options& o) {
  static const std::map<std::string, ReproFormat> kFormats{{"c", ReproFormat::c},
                                                           {"selftest", ReproFormat::selftest},
                                                           {"bpftool", ReproFormat::bpftool},
                                                           {"trace", ReproFormat::trace}};
  const Trace trace = only_trace(o.file);
  try {
    std::string text;
    if (o.format == "mail")
      text = mail_of(trace, o);
    else
      text = reproduce(trace, kFormats.at(o.format),
                       trace.preface.empty() ? std::string() : trace.preface[0],
                       {trace.target, std::nullopt, version()});
    deliver("repro", o.out, o.json, text, {{"file", o.file}, {"format", o.format}, {"text", text}});
  } catch (const std::invalid_argument& e) {
    throw BadInput(fmt::format("{}: {}", o.file, e.what()));
  }
  return kConforms;
}

}  // namespace

void add_repro(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("repro", "Write a trace as a program that shows the same");
  verb.text("TRACE", o->file, "A file with one trace").required();
  verb.text("--format FORMAT", o->format, "c (default), selftest, bpftool, trace or mail")
      .among({"c", "selftest", "bpftool", "trace", "mail"});
  verb.text("--on TARGET", o->on, "Of a mail: what showed it, such as vm:7.2");
  verb.text("--bisect FILE", o->bisect,
            "Of a mail: name the kernels that show it, as bisect --json printed to FILE");
  verb.text("--fixes COMMIT", o->fixes, "Of a mail: the commit that began it, for Fixes:");
  verb.text("--tree DIR", o->tree,
            "Of a mail: take the recipients from the MAINTAINERS of the kernel tree DIR");
  verb.out_file(o->out, "Write the program to a new file instead of standard output");
  verb.text("--output FILE", o->out, "The same as --out").hidden();
  verb.json(o->json);
  verb.example("mprogcheck repro traces/examples/detach-before-head.trace --format c -o repro.c",
               "Writes a C program that needs nothing but libbpf.");
  verb.example("mprogcheck repro traces/examples/detach-before-head.trace --format selftest",
               "Prints a test in the form of the kernel's own.");
  verb.example("mprogcheck repro traces/examples/detach-before-head.trace --format mail",
               "Prints a mail for the maintainers, with the C program in it.");
  verb.action([o] { return run_repro(*o); });
}

}  // namespace mprogcheck::cli
