#include "poll/learned.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "device/kept_file.h"

namespace boxmeter {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using std::chrono::duration_cast, std::chrono::seconds;

constexpr int kFormat = 1;  // of the file; one of another format is not read
constexpr auto kClockError = 5min;
constexpr seconds kLongestWait = 1h;  // that a Capability waits

std::int64_t to_json(WallClock::time_point time) {
  return duration_cast<seconds>(time.time_since_epoch()).count();
}

WallClock::time_point to_time(const Json& json) {
  constexpr std::int64_t kLast = 9'000'000'000;  // the clock counts nanoseconds, to the year 2262
  return WallClock::time_point(
      seconds(std::clamp<std::int64_t>(json.get<std::int64_t>(), 0, kLast)));
}

Json to_json(const Capability& capability, const ClockPair& now) {
  const auto left = duration_cast<WallClock::duration>(capability.ask_again() - now.steady);
  return {{"reason", capability.reason()},
          {"refusals", capability.refusals()},
          {"ask_again", to_json(now.wall + left)}};
}

Capability to_capability(const Json& json, const ClockPair& now) {
  const auto left = duration_cast<seconds>(to_time(json.at("ask_again")) - now.wall);
  return {Support::unsupported, json.at("reason"), json.at("refusals"),
          now.steady + std::clamp(left, 0s, kLongestWait)};
}

Json to_json(const MetricInventory::Contents& contents) {
  return {{"firmware", contents.firmware},
          {"metrics", *contents.given},
          {"firmware_before", contents.firmware_before},
          {"missing", *contents.missing},
          {"changed", to_json(contents.changed)}};
}

MetricInventory::Contents to_inventory(const Json& json) {
  return {.firmware = json.at("firmware"),
          .given = interned(json.at("metrics").get<MetricNames>()),
          .firmware_before = json.at("firmware_before"),
          .missing = interned(json.at("missing").get<MetricNames>()),
          .changed = to_time(json.at("changed"))};
}

void describe(const Source& source, std::string& text) {
  text += source.constant.value_or("") + "\n" + source.path.text() + "\n" + source.split + "\n";
  for (const Source& addend : source.sum) describe(addend, text);
}

}  // namespace

std::string choices_key(const Query& query) {
  std::string sources;
  for (const Rule& rule : query.rules) {
    sources += (rule.family ? rule.family->name : "") + "\n";
    for (const Source& source : rule.value) describe(source, sources);
  }
  return query.name + "#" + std::to_string(stable_hash(sources));
}

bool is_same(const Incarnation& a, const Incarnation& b) {
  return a.firmware == b.firmware && std::chrono::abs(a.booted - b.booted) <= kClockError;
}

std::string to_text(const Learned& learned, const ClockPair& now) {
  Json unsupported = Json::object();
  for (const auto& [request, capability] : learned.unsupported)
    unsupported[request] = to_json(capability, now);
  const Json json = {{"format", kFormat},
                     {"firmware", learned.incarnation.firmware},
                     {"booted", to_json(learned.incarnation.booted)},
                     {"unsupported", std::move(unsupported)},
                     {"choices", learned.choices},
                     {"given", to_json(learned.given)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Learned from_text(std::string_view text, const ClockPair& now) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != kFormat)
      throw Error(ErrorKind::protocol, "it is of another version of boxmeter");
    Learned learned{
        .incarnation = {.firmware = json.at("firmware"), .booted = to_time(json.at("booted"))},
        .choices = json.at("choices")};
    if (json.contains("given")) learned.given = to_inventory(json.at("given"));
    for (const auto& [request, capability] : json.at("unsupported").items())
      learned.unsupported.emplace(request, to_capability(capability, now));
    return learned;
  } catch (const Json::exception&) {
    throw Error(ErrorKind::protocol, "it is damaged");
  }
}

Learned LearnedFile::load(const ClockPair& now) const {
  std::error_code none;
  if (file_.empty() || !std::filesystem::exists(file_, none)) return {};
  try {
    return from_text(read_file(file_), now);
  } catch (const Error& error) {
    log_event(LogLevel::warn,
              "what the box lacks is found out anew, not read from '" + file_.string() +
                  "': " + error.what(),
              {{"device", device_}});
    return {};
  }
}

void LearnedFile::save(const Learned& learned, const ClockPair& now) {
  if (!file_.empty() && !keep_file(file_, to_text(learned, now))) file_.clear();
}

}  // namespace boxmeter
