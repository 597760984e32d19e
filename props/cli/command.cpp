// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <map>

#include "model/words/text.hpp"
#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/values.hpp"

namespace mprogcheck::cli {
namespace {

using Words = std::vector<std::string>;

// "-o,--out FILE" as CLI11 wants it: the names, and the word for the value.
std::pair<std::string, std::string> split(const std::string& names) {
  const std::size_t blank = names.find(' ');
  if (blank == names.npos) return {names, names.starts_with('-') ? "" : names};
  return {names.substr(0, blank), names.substr(blank + 1)};
}

std::string base_name(const std::string& names) {
  return split(names).first;
}

}  // namespace

// --- The definitions

struct Program::Parts {
  struct Details {
    std::vector<std::string> notes;
    std::vector<Example> examples;
    std::function<int()> run;
  };
  CLI::App app;
  std::map<const CLI::App*, Details> verbs;
  std::map<const CLI::Option*, Words> words;
  std::string color;
  bool version = false, parse_only = false;
  std::string generate;
  Words asked;  // of `help`

  Page page_of(const CLI::App& of, const std::string& name) const;
  const CLI::App& chosen() const;
  int run_chosen(const Page& whole) const;
  [[noreturn]] void explain_extras() const;
  void color_option(CLI::App& of);
};

Option& Option::required() {
  option_->required();
  return *this;
}
Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}
Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}
Option& Option::check(Check check) {
  option_->transform(CLI::Validator(std::move(check), ""));
  return *this;
}
Option& Option::among(Words words) {
  program_.parts_->words[option_] = words;
  return check([words = std::move(words)](std::string& value) {
    if (std::find(words.begin(), words.end(), value) != words.end()) return std::string();
    return fmt::format("'{}' is not one of {}{}", value, fmt::join(words, ", "),
                       did_you_mean(value, words));
  });
}
Option& Option::hidden() {
  option_->group("");
  return *this;
}
bool Option::given() const {
  return !option_->empty();
}

Option Command::flag(const std::string& name, bool& to, const std::string& what) {
  return {program_, app_->add_flag(name, to, what)};
}

Option Command::text(const std::string& names, std::string& to, const std::string& what) {
  CLI::Option* const option = app_->add_option(base_name(names), to, what);
  option->type_name(split(names).second);
  return {program_, option};
}

Option Command::texts(const std::string& names, Words& to, const std::string& what) {
  CLI::Option* const option = app_->add_option(base_name(names), to, what);
  option->type_name(split(names).second);
  return {program_, option};
}

Option Command::number(const std::string& names, std::function<void(std::uint64_t)> set,
                       Range range, const std::string& what) {
  CLI::Option* const option = app_->add_option(
      base_name(names),
      [set = std::move(set)](const CLI::results_t& all) {
        set(std::stoull(all.at(0)));  // digits alone: the check has seen to that
        return true;
      },
      what);
  option->type_name(split(names).second);
  return Option(program_, option).check(decimal(range));
}

Option Command::seconds(const std::string& names, double& to, const std::string& what) {
  CLI::Option* const option = app_->add_option(base_name(names), to, what);
  option->type_name(split(names).second);
  return Option(program_, option).check(duration());
}

Option Command::bytes(const std::string& names, std::uint64_t& to, const std::string& what) {
  CLI::Option* const option = app_->add_option(base_name(names), to, what);
  option->type_name(split(names).second);
  return Option(program_, option).check(size_in_bytes());
}

Option Command::targets(Words& to, const std::string& what) {
  return texts("--target TARGET", to, what);
}
Option Command::target(std::string& to, const std::string& what) {
  return text("--target TARGET", to, what);
}
Option Command::dialect(std::string& to, const std::string& otherwise) {
  Words words;
  for (const Dialect d : kDialects) words.emplace_back(word(d));
  return text("--dialect DIALECT", to,
              fmt::format("{} (default: {})", fmt::join(words, " or "), otherwise))
      .among(words);
}
Option Command::strict(bool& to) {
  return flag("--strict", to,
              "End with 1 also for what differs from code alone, which no document and no selftest "
              "promises");
}

Option Command::known(Words& to) {
  return texts("--known FILE", to,
               "Know the deviations in FILE as well as those that are installed, each a trace with "
               "its releases or targets, its bucket and a reason; none: without those that are "
               "installed. A name such as known/kernel.trace that is not in this directory is "
               "looked for among them");
}
Option Command::seed(std::uint64_t& to, const std::string& what) {
  return number("--seed N", to, {}, what);
}
Option Command::append(std::string& to) {
  return text("--append WORDS", to, "Add WORDS to the command line of the guest's kernel");
}
Option Command::out_dir(std::string& to, const std::string& what) {
  return text("-o,--out DIR", to, what);
}
Option Command::out_file(std::string& to, const std::string& what) {
  return text("-o,--out FILE", to, what);
}
Option Command::json(bool& to) {
  return flag("--json", to,
              "Print one JSON document on standard output, all else on standard error");
}

Command Command::verb(const std::string& name, const std::string& what) {
  app_->require_subcommand(0, 1);
  CLI::App* const app = app_->add_subcommand(name, what);
  program_.parts_->color_option(*app);
  return {program_, app};
}
void Command::example(const std::string& line, const std::string& what) {
  program_.parts_->verbs[app_].examples.push_back({line, what});
}
void Command::note(const std::string& paragraph) {
  program_.parts_->verbs[app_].notes.push_back(paragraph);
}
void Command::action(std::function<int()> run) {
  program_.parts_->verbs[app_].run = std::move(run);
}

// --- The program

void Program::Parts::color_option(CLI::App& of) {
  CLI::Option* const option =
      of.add_option("--color", color,
                    "auto, always or never: whether verdicts are coloured (default: auto, on a "
                    "terminal, unless NO_COLOR is set)");
  option->type_name("WHEN");
  option->take_last();
  words[option] = {"auto", "always", "never"};
  option->check(CLI::Validator(
      [](std::string& value) {
        return value == "auto" || value == "always" || value == "never"
                   ? std::string()
                   : fmt::format("'{}' is not one of auto, always, never", value);
      },
      ""));
}

Program::Program() : parts_(std::make_unique<Parts>()) {
  CLI::App& app = parts_->app;
  app.name("mprogcheck");
  app.description(
      "Judges implementations of Linux's multi-program attachment (bpf_mprog, used by tcx and "
      "netkit) by an executable model of what the interface promises");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.add_flag("--version", parts_->version, "Print version, commit and compiler and exit");
  parts_->color_option(app);
  app.add_flag("--parse-only", parts_->parse_only, "Read the command line and do nothing")
      ->group("");
  app.add_option("--generate", parts_->generate, "Print man, bash, zsh, language")->group("");
  app.require_subcommand(0, 1);
}

Program::~Program() = default;

Command Program::verb(const std::string& name, const std::string& what) {
  CLI::App* const app = parts_->app.add_subcommand(name, what);
  parts_->color_option(*app);
  return {*this, app};
}

Page Program::Parts::page_of(const CLI::App& of, const std::string& name) const {
  Page page{.name = name,
            .what = of.get_description(),
            .operands = {},
            .options = {},
            .notes = {},
            .examples = {},
            .verbs = {}};
  for (const CLI::Option* option : of.get_options()) {
    if (option->get_group().empty()) continue;
    Row row{.names = {},
            .value = option->get_type_size() == 0 ? "" : option->get_type_name(),
            .what = option->get_description(),
            .words = {},
            .several = option->get_expected_max() > 1,
            .required = option->get_required()};
    if (const auto its = words.find(option); its != words.end()) row.words = its->second;
    if (option->get_positional()) {
      row.names = {option->get_name(true, false)};
      page.operands.push_back(std::move(row));
      continue;
    }
    for (const std::string& n : option->get_snames()) row.names.push_back("-" + n);
    for (const std::string& n : option->get_lnames()) row.names.push_back("--" + n);
    page.options.push_back(std::move(row));
  }
  if (const auto its = verbs.find(&of); its != verbs.end()) {
    page.notes = its->second.notes;
    page.examples = its->second.examples;
  }
  for (const CLI::App* verb : of.get_subcommands([](const CLI::App*) { return true; }))
    page.verbs.push_back(page_of(*verb, name + " " + verb->get_name()));
  return page;
}

// The deepest verb that was named.
const CLI::App& Program::Parts::chosen() const {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

void Program::Parts::explain_extras() const {
  const std::string word = app.remaining(true).at(0);
  const CLI::App& verb = chosen();
  Words names;
  if (word.starts_with('-')) {
    for (const CLI::Option* option : verb.get_options())
      for (const std::string& name : option->get_lnames())
        if (!option->get_group().empty()) names.push_back("--" + name);
    const std::string bare = word.substr(0, word.find('='));
    throw BadInput(fmt::format("there is no option '{}'{}", bare, did_you_mean(bare, names)));
  }
  for (const CLI::App* other : verb.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(other->get_name());
  if (!names.empty())
    throw BadInput(fmt::format("there is no verb '{}'{}", word, did_you_mean(word, names)));
  throw BadInput(
      fmt::format("'{}' was not expected: '{}' takes no more operands", word, verb.get_name()));
}

Page Program::page() const {
  return parts_->page_of(parts_->app, "mprogcheck");
}

namespace {

const Page& page_named(const Page& whole, const Words& names) {
  const Page* at = &whole;
  for (const std::string& name : names) {
    Words there;
    const Page* next = nullptr;
    for (const Page& verb : at->verbs) {
      there.push_back(verb.name.substr(at->name.size() + 1));
      if (there.back() == name) next = &verb;
    }
    if (!next)
      throw BadInput(fmt::format("there is no verb '{}'{}", name, did_you_mean(name, there)));
    at = next;
  }
  return *at;
}

}  // namespace

int Program::Parts::run_chosen(const Page& whole) const {
  if (version) {
    fmt::print("{}", version_text());
    return kConforms;
  }
  if (!generate.empty()) {
    if (generate == "man")
      fmt::print("{}", manual(whole));
    else if (generate == "bash")
      fmt::print("{}", bash_completion(whole));
    else if (generate == "zsh")
      fmt::print("{}", zsh_completion(whole));
    else if (generate == "language")
      fmt::print("{}", language_reference());
    else
      throw BadInput("--generate makes man, bash, zsh and language");
    return kConforms;
  }
  const CLI::App& verb = chosen();
  if (&verb == &app) throw BadInput("name a verb\nTry 'mprogcheck --help'.");
  if (parse_only) return kConforms;
  const auto its = verbs.find(&verb);
  if (its == verbs.end())
    throw BadInput(
        fmt::format("name a verb of {0}\nTry 'mprogcheck {0} --help'.", verb.get_name()));
  return its->second.run();
}

int Program::run(int argc, const char* const* argv) {
  Parts& p = *parts_;
  Command help = verb("help", "Print the help of a verb");
  help.texts("VERB", p.asked, "The verb, for instance fuzz, or kernels fetch");
  help.example("mprogcheck help kernels fetch", "The same as mprogcheck kernels fetch --help.");
  help.action([this, &p] {
    fmt::print("{}", help_text(page_named(page(), p.asked)));
    return static_cast<int>(kConforms);
  });
  try {
    p.app.parse(argc, argv);
    choose_color(p.color);
    return p.run_chosen(page());
  } catch (const CLI::CallForHelp&) {
    Words names;
    for (const CLI::App* at = &p.app; !at->get_subcommands().empty();
         names.push_back(at->get_name()))
      at = at->get_subcommands().front();
    fmt::print("{}", help_text(page_named(page(), names)));
    return kConforms;
  } catch (const CLI::ParseError& e) {
    std::string verb = "mprogcheck";
    for (const CLI::App* at = &p.app; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      verb += " " + at->get_name();
    }
    const std::string hint = fmt::format("\nTry '{} --help'.", verb);
    try {
      if (p.app.remaining_size(true) > 0) p.explain_extras();
    } catch (const BadInput& better) {
      throw BadInput(better.what() + hint);
    }
    throw BadInput(e.what() + hint);
  }
}

}  // namespace mprogcheck::cli
