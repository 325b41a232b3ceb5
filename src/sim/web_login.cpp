#include "sim/web_login.h"

#include <algorithm>

#include "base/text.h"
#include "sim/hash.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxLoginChallenges = 16;
constexpr std::size_t kMaxLoginSessions = 16;
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kNoSession = "0000000000000000";
constexpr auto kLongestBlock = 256s;

/// Clients send parameters in the query or in a form.
std::string parameter(const http::ServerRequest& request, std::string_view name) {
  if (std::string given = request.parameter(name); !given.empty()) return given;
  return form_parameter(request.body, name);
}

}  // namespace

WebLogin::WebLogin(const BoxOptions& options, Stats& stats) : options_(options), stats_(stats) {}

std::string WebLogin::answer(const http::ServerRequest& request, bool refuse, Time now) {
  const std::string sid = parameter(request, "sid"), response = parameter(request, "response");
  const std::string username = parameter(request, "username");
  const bool version2 = request.parameter("version") == "2" && !options_.old_login;
  return state_.with([&](State& state) {
    std::string open_sid;
    if (!response.empty()) {
      open_sid = open(state, username, response, refuse, now);
    } else if (!sid.empty()) {
      const auto found =
          std::ranges::find(state.sessions, sid, &std::pair<std::string, std::uint64_t>::first);
      if (found == state.sessions.end()) {
        ++stats_.stale_sids;
      } else if (parameter(request, "logout").empty()) {
        open_sid = sid;
      } else {
        state.sessions.erase(found);
        ++stats_.logouts;
      }
    }
    return session_info(state, open_sid, challenge(state, version2), now);
  });
}

bool WebLogin::use(const std::string& sid) {
  return state_.with([&](State& state) {
    const auto found =
        std::ranges::find(state.sessions, sid, &std::pair<std::string, std::uint64_t>::first);
    const bool is_open = found != state.sessions.end();
    if (is_open && (options_.session_uses == 0 || found->second++ < options_.session_uses))
      return true;
    if (!sid.empty()) {
      ++stats_.stale_sids;
      state.sessions.clear();  // a real box: only those of this host
    }
    return false;
  });
}

void WebLogin::expire() {
  state_.with([](State& state) {
    state.challenges.clear();
    state.sessions.clear();
  });
}

std::string WebLogin::challenge(State& state, bool version2) const {
  const auto hex = [&](std::size_t count) {
    return letters(mixed(options_.seed + state.issued++, "login"), count, kHex);
  };
  // The salt of the first round is fixed per user; that of the second round is always new.
  const std::string salt = letters(mixed(options_.seed, "salt"), 32, kHex);
  std::string fresh = version2 ? "2$10000$" + salt + "$1000$" + hex(32) : hex(8);
  state.challenges.push_back(fresh);
  if (state.challenges.size() > kMaxLoginChallenges) state.challenges.pop_front();
  return fresh;
}

std::string WebLogin::open(State& state, const std::string& username, const std::string& response,
                           bool refuse, Time now) const {
  const auto used = std::ranges::find_if(state.challenges, [&](const std::string& challenge) {
    return expected(challenge) == response;
  });
  const bool is_right = used != state.challenges.end() && username == options_.username && !refuse;
  if (used != state.challenges.end()) state.challenges.erase(used);
  if (!is_right || now < state.blocked_until) {
    ++stats_.wrong_credentials;
    state.block = std::clamp<std::chrono::seconds>(2 * state.block, 1s, kLongestBlock);
    state.blocked_until = now + state.block;
    return {};
  }
  state.block = 0s;
  ++stats_.sessions;
  std::string sid = letters(mixed(options_.seed + state.issued++, "session"), 16, kHex);
  state.sessions.emplace_back(sid, 0);
  if (state.sessions.size() > kMaxLoginSessions) state.sessions.pop_front();
  return sid;
}

std::string WebLogin::expected(const std::string& challenge) const {
  const std::string& password = options_.password.reveal();
  if (!challenge.starts_with("2$"))
    return challenge + "-" + md5_hex(utf16le(challenge + "-" + password));
  const auto parts = split(challenge, '$');
  const std::string first = pbkdf2_sha256(password, from_hex(parts[2]), 10000);
  return std::string(parts[4]) + "$" + hex_text(pbkdf2_sha256(first, from_hex(parts[4]), 1000));
}

std::string WebLogin::session_info(const State& state, const std::string& sid,
                                   const std::string& challenge, Time now) const {
  const auto left =
      std::max(0s, std::chrono::ceil<std::chrono::seconds>(state.blocked_until - now));
  std::string rights;
  if (!sid.empty())
    for (const std::string& right : options_.rights)
      rights += xml_element("Name", right) + xml_element("Access", "2");
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><SessionInfo>" +
         xml_element("SID", sid.empty() ? kNoSession : sid) + xml_element("Challenge", challenge) +
         xml_element("BlockTime", std::to_string(left.count())) + "<Rights>" + rights +
         "</Rights><Users><User last=\"1\">" + xml_escaped(options_.username) +
         "</User></Users></SessionInfo>\n";
}

}  // namespace boxmeter::sim
