// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include "model/text.hpp"
#include "props/cli/cli.hpp"

int main(int argc, char** argv) {
  using namespace mprogcheck::cli;
  CLI::App app{
      "Judges implementations of multi-program attachment (bpf_mprog) by an executable model.\n"
      "Exit status: 0 conforms, 1 a deviation, 2 bad usage or input, 3 could not run."};
  app.name("mprogcheck");
  app.require_subcommand(1);
  int status = kConforms;
  add_fuzz(app, status);
  add_replay(app, status);
  add_minimize(app, status);
  add_repro(app, status);
  add_spec(app, status);
  add_faults(app, status);
  add_prove(app, status);
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
    fmt::print(stderr, "mprogcheck: {}\n", e.what());
    return kBadInput;
  } catch (const mprogcheck::ParseError& e) {
    fmt::print(stderr, "{}\n", e.what());
    return kBadInput;
  } catch (const mprogcheck::CannotRun& e) {
    fmt::print(stderr, "mprogcheck: could not run: {}\n", e.what());
    return kCannotRun;
  } catch (const std::exception& e) {
    fmt::print(stderr, "mprogcheck: could not run: {}\n", e.what());
    return kCannotRun;
  }
}
