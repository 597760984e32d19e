// SPDX-License-Identifier: GPL-2.0-only
// What a C reproducer checks behind a step: what the request returned, and what a list must be.
#include <fmt/format.h>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "props/repro/c_program.hpp"
#include "props/repro/libbpf_words.hpp"

namespace mprogcheck::repro {
namespace {

std::string is_one_of(const std::vector<Errno>& all) {
  std::string out;
  for (const Errno e : all)
    out += fmt::format("{}ret == -{}", out.empty() ? "" : " || ", to_string(e));
  return out;
}

std::string names_of(const std::vector<Errno>& all) {
  std::string out;
  for (const Errno e : all) out += (out.empty() ? "" : " or ") + to_string(e);
  return out;
}

}  // namespace

std::string c_check(const Step& step, std::string_view call, std::string_view first) {
  const std::string error = step.any_error ? "!0" : error_text(step.must.error);
  const std::string due =
      step.also_due.empty() || !step.permitted.empty()
          ? ""
          : fmt::format("\t/* {} is due as well, but behind it. */\n", names_of(step.also_due));
  if (step.permitted.empty() && first.empty())
    return due + folded(fmt::format("\tCHECK(\"{}\", {});", error, call));
  const std::string asked = due + folded(fmt::format("\tret = {};", call)) + std::string(first);
  if (!step.permitted.empty())
    return asked + folded(fmt::format("\tcheck(\"{}\", {} ? NAME(ret) : \"{}\", NAME(ret));",
                                      word(step.op.verb), is_one_of(step.permitted), error));
  return asked +
         folded(fmt::format("\tcheck(\"{}\", \"{}\", NAME(ret));", word(step.op.verb), error));
}

std::string either(std::string_view refused, std::string_view done) {
  return refused == done ? fmt::format("\"{}\"", done)
                         : fmt::format("ret ? \"{}\" : \"{}\"", refused, done);
}

std::string c_list(const CProgram& program, const Step& step, Point where,
                   const std::string& expected) {
  Point through = where;
  std::uint8_t space = 0;
  if (where.device >= step.header_devices) {
    const DeviceView& d = step.devices[where.device];
    const bool of_peer = where.hook == Hook::primary && !d.primary;
    through = of_peer ? Point{d.link, Hook::peer} : where;
    space = step.devices[through.device].space;
  }
  const std::string device =
      through.device == program.loopback ? "LOOPBACK" : fmt::format("d{}", through.device);
  return in_space(space, folded(fmt::format("\tcheck_list({}, {}, {}, {});", device,
                                            attach_type(through.hook), place(where), expected)));
}

std::string list_text(const Listing& list, bool changes) {
  std::string out;
  for (std::size_t i = 0; i < list.filled; ++i) {
    const Entry& e = list.entries[i];
    out += program_name(e.prog) + " " + (e.link == kNoLink ? "" : link_name(e.link) + " ");
  }
  return fmt::format("{}| {} revision", out, changes ? "new" : "same");
}

}  // namespace mprogcheck::repro
