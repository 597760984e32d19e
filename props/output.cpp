// SPDX-License-Identifier: GPL-2.0-only
#include "props/output.hpp"

#include <fmt/color.h>
#include <unistd.h>

#include <cstdlib>

#include "model/words/plain_text.hpp"

namespace mprogcheck {
namespace {

enum class When { automatic, always, never } when = When::automatic;

bool colored(FILE* out) {
  if (when != When::automatic) return when == When::always;
  const char *const no_color = std::getenv("NO_COLOR"), *const terminal = std::getenv("TERM");
  if (no_color && *no_color) return false;
  return isatty(fileno(out)) == 1 && !(terminal && std::string_view(terminal) == "dumb");
}

std::string in(FILE* out, fmt::terminal_color color, std::string_view verdict) {
  if (!colored(out)) return std::string(verdict);
  return fmt::format(fmt::fg(color) | fmt::emphasis::bold, "{}", verdict);
}

}  // namespace

void put(FILE* out, std::string_view text) {
  // Where nothing is coloured, a colour is somebody else's.
  const std::string plain = colored(out) ? plain_text_in_colors(text) : plain_text(text);
  if (out == stderr)
    std::fwrite(plain.data(), 1, plain.size(), out);
  else
    fmt::print(out, "{}", plain);
}

void choose_color(std::string_view choice) {
  when = choice == "always" ? When::always : choice == "never" ? When::never : When::automatic;
}

std::string good(FILE* out, std::string_view verdict) {
  return in(out, fmt::terminal_color::green, verdict);
}

std::string bad(FILE* out, std::string_view verdict) {
  return in(out, fmt::terminal_color::red, verdict);
}

std::string unsure(FILE* out, std::string_view verdict) {
  return in(out, fmt::terminal_color::yellow, verdict);
}

}  // namespace mprogcheck
