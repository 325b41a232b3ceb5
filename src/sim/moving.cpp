#include "sim/moving.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "base/number.h"
#include "sim/json.h"

namespace boxmeter::sim {
namespace {

constexpr double kPeriod = 60.0;  // seconds, of the sine
constexpr double kSway = 0.1;

struct ElementMove {
  std::string_view element;
  Motion motion;
  double rate;
  double WanRates::*of_wan = nullptr;  // `rate` is multiplied by it
};

// The 32-bit and 64-bit forms of a counter move together, as on a box.
constexpr ElementMove kElements[] = {
    {"NewUpTime", Motion::clock, 1},
    {"NewUptime", Motion::clock, 1},
    {"NewX_AVM_DE_TotalBytesSent64", Motion::counter, 1, &WanRates::send},
    {"NewX_AVM_DE_TotalBytesReceived64", Motion::counter, 1, &WanRates::receive},
    {"NewTotalBytesSent", Motion::counter32, 1, &WanRates::send},
    {"NewTotalBytesReceived", Motion::counter32, 1, &WanRates::receive},
    {"NewByteSendRate", Motion::gauge, kSway, &WanRates::send},
    {"NewByteReceiveRate", Motion::gauge, kSway, &WanRates::receive},
    {"NewTotalPacketsSent", Motion::counter32, 1.0 / 300, &WanRates::send},
    {"NewTotalPacketsReceived", Motion::counter32, 1.0 / 900, &WanRates::receive},
    {"NewBytesSent", Motion::counter32, 1, &WanRates::receive},
    {"NewBytesReceived", Motion::counter32, 1, &WanRates::send},
    {"NewPacketsSent", Motion::counter32, 1.0 / 900, &WanRates::receive},
    {"NewPacketsReceived", Motion::counter32, 1.0 / 300, &WanRates::send},
    {"NewReceiveBlocks", Motion::counter32, 44},
    {"NewTransmitBlocks", Motion::counter32, 21},
    {"NewFECErrors", Motion::counter32, 0.4},
    {"NewATUCFECErrors", Motion::counter32, 0.1},
    {"NewCRCErrors", Motion::counter32, 0.02},
    {"NewATUCCRCErrors", Motion::counter32, 0.002},
    {"NewErroredSecs", Motion::counter32, 0.01},
    // Of smart home devices: Wh, a tenth of a degree.
    {"energy", Motion::counter, 0.02},
    {"celsius", Motion::gauge, 3},
};

std::optional<Move> element_move(std::string_view element, const WanRates& rates) {
  const auto* found = std::ranges::find(kElements, element, &ElementMove::element);
  if (found == std::end(kElements)) return std::nullopt;
  return Move{.motion = found->motion,
              .rate = found->rate * (found->of_wan != nullptr ? rates.*found->of_wan : 1.0)};
}

// Members of a Freebox reply, and the member beside them that is their rate.
struct MemberMove {
  std::string_view member;
  std::string_view neighbour;
};
constexpr MemberMove kMembers[] = {
    {"bytes_down", "rate_down"},
    {"bytes_up", "rate_up"},
    {"rx_bytes", "rx_rate"},
    {"tx_bytes", "tx_rate"},
    {"rx_good_bytes", "rx_bytes_rate"},
    {"tx_bytes", "tx_bytes_rate"},
    {"rx_good_packets", "rx_packets_rate"},
    {"tx_packets", "tx_packets_rate"},
};

using Json = nlohmann::ordered_json;

std::optional<Move> member_move(const Json& object, std::string_view member,
                                std::string_view parent) {
  const double recorded = object.at(member).get<double>();
  if (member == "uptime_val" || member == "uptime") return Move{.motion = Motion::clock};
  if (member == "rate_up" || member == "rate_down")
    return Move{.motion = Motion::gauge, .rate = kSway * recorded};
  if (member == "value" && parent == "sensors") return Move{.motion = Motion::gauge, .rate = 2};
  if (member == "value" && parent == "fans") return Move{.motion = Motion::gauge, .rate = 40};
  for (const MemberMove& row : kMembers) {
    if (row.member != member) continue;
    const auto rate = object.find(row.neighbour);
    if (rate != object.end() && rate->is_number())
      return Move{.motion = Motion::counter, .rate = rate->get<double>()};
  }
  return std::nullopt;
}

struct Moving {
  std::int64_t recorded;
  Move move;
};

// Replaces moving numbers in the JSON, to find their positions in its text; no recording contains
// it.
constexpr std::string_view kMark = "@moving number@";

/// Puts kMark in place of the numbers that move, in the order in which dump() writes them.
void mark(Json& node, std::string_view parent, std::vector<Moving>& moving) {
  if (node.is_array())
    for (Json& child : node) mark(child, parent, moving);
  if (!node.is_object()) return;
  // Rates are read from other members, so all of them before the first number is replaced.
  std::vector<std::optional<Move>> moves;
  for (const auto& [member, value] : node.items())
    moves.push_back(value.is_number_integer() ? member_move(node, member, parent) : std::nullopt);
  std::size_t i = 0;
  for (auto& [member, value] : node.items()) {
    if (const auto& move = moves[i++]) {
      moving.push_back({value.get<std::int64_t>(), *move});
      value = kMark;
    } else {
      mark(value, member, moving);
    }
  }
}

}  // namespace

std::int64_t moved(std::int64_t recorded, const Move& move, const Moment& moment) {
  const double angle = 2 * std::numbers::pi * moment.seconds / kPeriod + moment.phase;
  if (move.motion == Motion::gauge)
    return recorded + static_cast<std::int64_t>(std::lround(move.rate * std::sin(angle)));
  const std::int64_t start = moment.restarted ? 0 : recorded;
  if (move.motion == Motion::clock) return start + static_cast<std::int64_t>(moment.seconds);
  // The integral of rate x (1 + kSway x sin), so that it never falls and matches the moving rate.
  const double swayed =
      kSway * kPeriod / (2 * std::numbers::pi) * (std::cos(moment.phase) - std::cos(angle));
  const auto risen = static_cast<std::int64_t>(move.rate * (moment.seconds + swayed));
  const std::int64_t value = start + risen;
  return move.motion == Motion::counter32 ? value & 0xFFFF'FFFF : value;
}

MovingText::MovingText(std::string text)
    : text_(std::make_shared<const std::string>(std::move(text))) {}

MovingText MovingText::of_soap(std::string_view text, const WanRates& rates) {
  std::string kept;
  std::vector<Gap> gaps;
  std::size_t from = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t close = text.find('>', at);
    if (close == std::string_view::npos) break;
    const auto move = element_move(text.substr(at + 1, close - at - 1), rates);
    if (!move) continue;
    const std::size_t end = text.find('<', close);
    if (end == std::string_view::npos) break;
    const auto recorded = parse_signed(text.substr(close + 1, end - close - 1));
    if (!recorded) continue;
    kept += text.substr(from, close + 1 - from);
    gaps.push_back({kept.size(), *recorded, *move});
    from = end;
  }
  kept += text.substr(from);
  MovingText result(std::move(kept));
  result.gaps_ = std::move(gaps);
  return result;
}

MovingText MovingText::of_json(std::string text) {
  Json json = parsed_json(text);
  std::vector<Moving> moving;
  if (!json.is_discarded()) mark(json, "", moving);
  if (moving.empty()) return MovingText(std::move(text));
  const std::string marked = json.dump(1);
  const std::string quoted = '"' + std::string(kMark) + '"';
  std::string kept;
  std::vector<Gap> gaps;
  std::size_t from = 0;
  for (const Moving& number : moving) {
    const std::size_t at = marked.find(quoted, from);
    kept.append(marked, from, at - from);
    gaps.push_back({kept.size(), number.recorded, number.move});
    from = at + quoted.size();
  }
  kept.append(marked, from);
  MovingText result(std::move(kept));
  result.gaps_ = std::move(gaps);
  return result;
}

http::Chunk MovingText::at(const Moment& moment) const {
  if (gaps_.empty()) return text_;
  auto text = std::make_shared<std::string>();
  text->reserve(text_->size() + 20 * gaps_.size());
  std::size_t from = 0;
  for (const Gap& gap : gaps_) {
    text->append(*text_, from, gap.offset - from);
    *text += std::to_string(moved(gap.recorded, gap.move, moment));
    from = gap.offset;
  }
  text->append(*text_, from);
  return text;
}

std::optional<std::string_view> element_text(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">", close = "</" + std::string(name) + ">";
  const std::size_t at = xml.find(open);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t end = xml.find(close, at);
  if (end == std::string_view::npos) return std::nullopt;
  return xml.substr(at + open.size(), end - at - open.size());
}

}  // namespace boxmeter::sim
