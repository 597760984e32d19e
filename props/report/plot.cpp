// SPDX-License-Identifier: GPL-2.0-only
// Small plots of a page as SVG.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/words/text.hpp"
#include "props/report/campaign.hpp"

namespace mprogcheck::report {
namespace {

constexpr double kWidth = 400, kHeight = 170, kLeft = 62, kRight = 12, kTop = 22, kBottom = 36;
constexpr std::size_t kMostPoints = 120, kMostLines = 16;

// The least of some round numbers that is not below.
double round_up(double most) {
  if (most <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0})
    if (most <= factor * power) return factor * power;
  return 10 * power;
}

std::string label(double value) {
  return value == std::floor(value) ? grouped(static_cast<std::uint64_t>(value))
                                    : fmt::format("{:g}", value);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

}  // namespace

std::string plot(const std::string& x, const std::string& y, const std::vector<Line>& lines) {
  double most_x = 0, most_y = 0;
  for (const Line& line : lines)
    for (const auto& [at, value] : line.points)
      most_x = std::max(most_x, at), most_y = std::max(most_y, value);
  most_x = round_up(most_x), most_y = round_up(most_y);
  const auto left = [&](double at) { return kLeft + at / most_x * (kWidth - kLeft - kRight); };
  const auto top = [&](double value) {
    return kHeight - kBottom - value / most_y * (kHeight - kTop - kBottom);
  };
  std::string out = fmt::format(
      "<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{} by {}\">"
      "<text x=\"4\" y=\"13\">{}</text>",
      kWidth, kHeight, escaped(y), escaped(x), escaped(y));
  for (const double part : {0.0, 0.5, 1.0}) {
    out += fmt::format(
        "<path class=\"grid\" d=\"M{:.0f} {:.1f}H{:.0f}\"/><text class=\"y\" x=\"{:.0f}\" "
        "y=\"{:.1f}\">{}</text>",
        kLeft, top(part * most_y), kWidth - kRight, kLeft - 5, top(part * most_y) + 4,
        label(part * most_y));
    out += fmt::format("<text class=\"x{}\" x=\"{:.1f}\" y=\"{:.0f}\">{}</text>",
                       part == 1.0 ? " end" : "", left(part * most_x), kHeight - kBottom + 15,
                       label(part * most_x));
  }
  out += fmt::format("<text class=\"x\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>",
                     (kLeft + kWidth - kRight) / 2, kHeight - 4, escaped(x));
  for (std::size_t n = 0; n < std::min(lines.size(), kMostLines); ++n) {
    const auto& points = lines[n].points;
    if (points.empty()) continue;
    out += fmt::format("<path class=\"line of-{}\" d=\"", n % 4);
    const std::size_t stride = points.size() / kMostPoints + 1;
    for (std::size_t i = 0; i < points.size(); i += stride) {
      const auto& [at, value] = points[i + stride < points.size() ? i : points.size() - 1];
      out += fmt::format("{}{:.1f} {:.1f}", i ? "L" : "M", left(at), top(value));
    }
    out += fmt::format("\"><title>{}</title></path>", escaped(lines[n].name));
  }
  return out + "</svg>";
}

}  // namespace mprogcheck::report
