#include "device/fritzbox/calls/call_tally.h"

#include <algorithm>

#include "base/number.h"
#include "base/text.h"

namespace boxmeter::fritzbox {
namespace {

constexpr std::size_t kMostCalls = 256;  // at a time, which bounds memory; boxes have a few lines

std::uint64_t seconds(std::string_view text) {
  return parse_integer<std::uint32_t>(text).value_or(0);
}

}  // namespace

void CallTally::take(std::string_view bytes) {
  for (const std::string& line : lines_.take(bytes)) take_line(line);
}

void CallTally::forget_calls_under_way() {
  under_way_.clear();
  lines_.forget_rest();
}

void CallTally::take_line(std::string_view line) {
  const auto fields = split(line, ';');
  if (fields.size() < 3) return;
  const std::string_view event = fields[1], id = fields[2];
  if (event == "RING" || event == "CALL") {
    Direction& direction = event == "RING" ? incoming_ : outgoing_;
    ++direction.count;
    if (under_way_.size() < kMostCalls) under_way_[std::string(id)] = {.direction = &direction};
    return;
  }
  const auto call = under_way_.find(id);
  if (call == under_way_.end()) return;  // it began before we connected
  auto& [direction, answered] = call->second;
  if (event == "CONNECT" && !answered) {
    answered = true;
    ++direction->answered;
  } else if (event == "DISCONNECT") {
    if (!answered) ++direction->unanswered;
    if (fields.size() > 3) direction->seconds += seconds(fields[3]);
    under_way_.erase(call);
  }
}

Reply CallTally::reply() const {
  const auto to_json = [](const char* name, const Direction& direction) {
    return Reply{{"direction", name},
                 {"count", direction.count},
                 {"answered", direction.answered},
                 {"unanswered", direction.unanswered},
                 {"seconds", direction.seconds}};
  };
  const auto active =
      std::ranges::count_if(under_way_, [](const auto& entry) { return entry.second.answered; });
  return Reply{{"active", active},
               {"ringing", static_cast<std::ptrdiff_t>(under_way_.size()) - active},
               {"calls", {to_json("incoming", incoming_), to_json("outgoing", outgoing_)}}};
}

}  // namespace boxmeter::fritzbox
