#include "sim/registrations.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "sim/hash.h"

namespace boxmeter::sim {
Registrations::Started Registrations::start(const std::string& app_id) {
  return state_.with([&](State& state) -> Started {
    const std::size_t track = state.entries.size();
    std::string token = letters(mixed(seed_ + track, "app token of " + app_id), 64, kBase64);
    state.entries.push_back({.app_id = app_id, .application = {.token = token}});
    return {.token = std::move(token), .track = track};
  });
}

void Registrations::press(const std::string& answer) {
  constexpr std::array<std::string_view, 4> kAnswers = {"granted", "denied", "timeout", "pending"};
  if (std::ranges::find(kAnswers, answer) == kAnswers.end())
    throw Error(ErrorKind::config,
                "the button cannot be '" + answer + "' (known: granted, denied, timeout, pending)");
  state_.with([&](State& state) { state.button = answer; });
}

std::string Registrations::status(std::size_t track) {
  return state_.with([&](State& state) -> std::string {
    if (track >= state.entries.size()) return "unknown";
    Entry& entry = state.entries[track];
    std::string& status = entry.application.status;
    if (status == "pending" && !state.button.empty()) status = state.button;
    if (status == "pending" && state.button.empty() && entry.is_status_asked) status = "granted";
    entry.is_status_asked = true;
    return status;
  });
}

std::optional<Registrations::Application> Registrations::find(const std::string& app_id) const {
  return state_.with([&](const State& state) -> std::optional<Application> {
    const auto newest = std::find_if(state.entries.rbegin(), state.entries.rend(),
                                     [&](const Entry& entry) { return entry.app_id == app_id; });
    if (newest == state.entries.rend()) return std::nullopt;
    return newest->application;
  });
}

}  // namespace boxmeter::sim
