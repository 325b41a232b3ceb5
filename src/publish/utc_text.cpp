#include "publish/utc_text.h"

#include <array>
#include <ctime>

namespace boxmeter {

std::string utc_text(WallClock::time_point when) {
  const auto milliseconds =
      std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch()).count();
  const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const auto length = std::strftime(text.data(), text.size(), "%FT%T", &parts);
  auto fraction = std::to_string(1000 + milliseconds % 1000);
  fraction[0] = '.';
  return std::string(text.data(), length) + fraction + "Z";
}

}  // namespace boxmeter
