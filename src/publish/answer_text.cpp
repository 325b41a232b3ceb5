#include "publish/answer_text.h"

#include <time.h>

#include <algorithm>

#include "base/number.h"
#include "base/text.h"

namespace boxmeter {

// RFC 9110 10.2.3; all three forms of its date (5.6.7) have to be understood.  strptime reads
// English names because this program never calls setlocale.
std::optional<std::chrono::milliseconds> retry_after(std::string_view header,
                                                     WallClock::time_point now) {
  using std::chrono::milliseconds, std::chrono::seconds;
  constexpr std::int64_t kMost = 365LL * 24 * 3600;
  const std::string text(trim(header));
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    const std::int64_t count = parse_signed(text).value_or(kMost);  // more digits than fit
    return milliseconds(seconds(std::min(count, kMost)));
  }
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm date{};
    const char* end = ::strptime(text.c_str(), format, &date);
    if (end == nullptr || *end != '\0') continue;
    const std::int64_t left = ::timegm(&date) - WallClock::to_time_t(now);
    return milliseconds(seconds(std::clamp<std::int64_t>(left, 0, kMost)));
  }
  return std::nullopt;
}

std::string first_line(std::string_view body) {
  constexpr std::size_t kMost = 200;
  body = trim(body);
  std::string line = repair_utf8(trim(body.substr(0, std::min(body.find('\n'), 4 * kMost))));
  std::size_t characters = 0, at = 0;
  for (; at < line.size(); ++at) {
    const auto byte = static_cast<unsigned char>(line[at]);
    if ((byte & 0xC0) == 0x80) continue;  // a continuation byte of UTF-8
    if (++characters > kMost) break;
    if (byte < 0x20 || byte == 0x7F) line[at] = ' ';
  }
  line.resize(at);
  return line;
}

}  // namespace boxmeter
