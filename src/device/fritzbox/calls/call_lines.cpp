#include "device/fritzbox/calls/call_lines.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace boxmeter::fritzbox {
namespace {

constexpr std::size_t kLongestLine = 1024;

}  // namespace

std::vector<std::string> CallLines::take(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const bool ends = end < bytes.size();
    if (rest_.size() + end > kLongestLine) is_skipping_ = true;
    if (is_skipping_)
      rest_.clear();
    else
      rest_ += bytes.substr(0, end);
    bytes.remove_prefix(end + (ends ? 1 : 0));
    if (!ends) continue;
    if (std::string line(trim(rest_)); !line.empty()) lines.push_back(std::move(line));
    forget_rest();
  }
  return lines;
}

void CallLines::forget_rest() {
  rest_.clear();
  is_skipping_ = false;
}

}  // namespace boxmeter::fritzbox
