#include "publish/site/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "publish/site/human.h"

namespace boxmeter {
namespace {

constexpr double kHeight = 36;
/// Steps without a value that the line is drawn across: boxes may be polled that rarely.
constexpr std::size_t kBridged = 10;
constexpr std::ptrdiff_t kFewest = 20;  // steps that are drawn at least: 10 minutes

std::string coordinates(std::size_t x, double y) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%zu %.1f", x, y);
  return text.data();
}

/// A part of the curve without a gap, as points of an SVG path.
struct Stretch {
  std::string points = {};
  std::size_t first = 0, last = 0;
};

std::vector<Stretch> stretches(const std::vector<History::Rates>& hour, float History::Rates::*way,
                               double most) {
  std::vector<Stretch> all;
  for (std::size_t x = 0; x < hour.size(); ++x) {
    const double value = hour[x].*way;
    if (std::isnan(value)) continue;
    if (all.empty() || x - all.back().last > kBridged) all.push_back({.first = x, .last = x});
    Stretch& stretch = all.back();
    stretch.points += (stretch.points.empty() ? "M" : "L") +
                      coordinates(x, kHeight - value / most * (kHeight - 2));
    stretch.last = x;
  }
  return all;
}

double largest(const std::vector<History::Rates>& hour, float History::Rates::*way) {
  double most = 0;
  for (const History::Rates& rates : hour)
    if (!std::isnan(rates.*way)) most = std::max(most, static_cast<double>(rates.*way));
  return most;
}

}  // namespace

std::string sparkline(const std::vector<History::Rates>& last) {
  const auto is_known = [](const History::Rates& rates) {
    return !std::isnan(rates.down) || !std::isnan(rates.up);
  };
  // Begin at the first known value: just after a start most of the hour would be empty.
  const auto from = std::min(std::ranges::find_if(last, is_known),
                             last.end() - std::min<std::ptrdiff_t>(kFewest, std::ssize(last)));
  const std::vector<History::Rates> hour(from, last.end());
  if (std::ranges::none_of(hour, is_known)) return "";
  const double down = largest(hour, &History::Rates::down), up = largest(hour, &History::Rates::up);
  const double most = std::max({down, up, 1.0});
  std::string areas, lines, sent;
  for (const Stretch& stretch : stretches(hour, &History::Rates::down, most)) {
    lines += stretch.points;
    areas += stretch.points + "L" + coordinates(stretch.last, kHeight) + "L" +
             coordinates(stretch.first, kHeight) + "Z";
  }
  for (const Stretch& stretch : stretches(hour, &History::Rates::up, most)) sent += stretch.points;
  const double span =
      static_cast<double>(hour.size()) * std::chrono::duration<double>(History::kStep).count();
  const std::string words = "The last " +
                            (std::ssize(hour) == History::kSteps ? "hour" : lasting(span)) +
                            ": down at most " + bit_rate(down) + ", up at most " + bit_rate(up);
  std::string svg = "<svg class=\"spark\" viewBox=\"0 0 " + std::to_string(hour.size() - 1) +
                    " 36\" preserveAspectRatio=\"none\" "
                    "role=\"img\" aria-label=\"" +
                    words + "\"><title>" + words + "</title>";
  if (!areas.empty())
    svg += "<path class=\"area\" d=\"" + areas + "\"/><path class=\"down\" d=\"" + lines + "\"/>";
  if (!sent.empty()) svg += "<path class=\"up\" d=\"" + sent + "\"/>";
  return svg + "</svg>";
}

}  // namespace boxmeter
