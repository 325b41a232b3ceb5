#include "sim/sessions.h"

#include <algorithm>

#include "sim/hash.h"

namespace boxmeter::sim {
namespace {

constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxSessions = 256;

}  // namespace

Sessions::Sessions(std::string app_id, Secret app_token, std::uint64_t uses, std::uint64_t seed)
    : app_id_(std::move(app_id)), app_token_(std::move(app_token)), uses_(uses), seed_(seed) {}

std::string Sessions::challenge() {
  return state_.with([&](State& state) {
    state.challenges.push_back(letters(mixed(seed_ + state.issued++, "challenge"), 32, kBase64));
    if (state.challenges.size() > kMaxChallenges) state.challenges.pop_front();
    return state.challenges.back();
  });
}

std::string Sessions::open(const std::string& app_id, const std::string& password,
                           const std::string& app_token) {
  const std::string& key = app_token.empty() ? app_token_.reveal() : app_token;
  return state_.with([&](State& state) -> std::string {
    const auto used = std::ranges::find_if(state.challenges, [&](const std::string& challenge) {
      return hmac_sha1_hex(key, challenge) == password;
    });
    if ((app_token.empty() && app_id != app_id_) || used == state.challenges.end()) return {};
    state.challenges.erase(used);
    std::string token = letters(mixed(seed_ + state.issued++, "session"), 64, kBase64);
    state.uses.emplace(token, 0);
    state.order.push_back(token);
    if (state.order.size() > kMaxSessions) {
      state.uses.erase(state.order.front());
      state.order.pop_front();
    }
    return token;
  });
}

bool Sessions::use(const std::string& token) {
  return state_.with([&](State& state) {
    const auto found = state.uses.find(token);
    if (found == state.uses.end()) return false;
    return uses_ == 0 || found->second++ < uses_;
  });
}

void Sessions::close(const std::string& token) {
  state_.with([&](State& state) { state.uses.erase(token); });
}

void Sessions::expire() {
  state_.with([](State& state) {
    state.uses.clear();
    state.order.clear();
    state.challenges.clear();
  });
}

}  // namespace boxmeter::sim
