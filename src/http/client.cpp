#include "http/client.h"

#include <openssl/rand.h>

#include <array>
#include <optional>

#include "http/channel.h"
#include "http/digest.h"
#include "http/encode.h"

namespace boxmeter::http {
namespace {

using Time = Channel::Time;

std::vector<std::string> challenges_of(const Response& response) {
  std::vector<std::string> challenges;
  for (const auto& [name, value] : response.headers)
    if (name == "www-authenticate") challenges.push_back(value);
  return challenges;
}

std::optional<Challenge> find_challenge(const Response& response) {
  for (const std::string& header : challenges_of(response))
    if (auto challenge = find_digest_challenge(header)) return challenge;
  return std::nullopt;
}

std::string random_hex() {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw Error(ErrorKind::internal, "OpenSSL has no random numbers");
  return hex(bytes);
}

}  // namespace

std::string Response::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (known == name) return value;
  return {};
}

struct Client::State {
  /// A nonce of the server, and how often it has been used.
  struct DigestState {
    Challenge challenge = {};
    std::string cnonce = {};
    unsigned count = 0;
  };

  ClientOptions options;
  Stop& stop;
  Target target = {};  // of the last URL
  std::optional<DigestState> digest = {};
  std::uint64_t logins = 0;
  std::unique_ptr<Channel> channel = {};

  Response send(const Request& request);
  Response send_with_digest(const Request& request, Time::time_point until);
  Response exchange(const Request& request, Time::time_point until);
  std::string authorization(const Request& request);
  Error not_accepted() const;
};

Response Client::State::send(const Request& request) {
  const auto until = Time::now() + options.timeout;
  target = parse_target(request.url);
  if (options.auth != Auth::digest || !request.login) return exchange(request, until);
  try {
    return send_with_digest(request, until);
  } catch (...) {
    // Forget the nonce: after a request that timed out, a box refused its nonce for good (openHAB
    // openhab1-addons#4548), and one that was used with a wrong password is of no use.
    digest.reset();
    throw;
  }
}

Response Client::State::send_with_digest(const Request& request, Time::time_point until) {
  Response response = exchange(request, until);
  if (response.status != 401) return response;
  // The first try had no nonce, or one that has expired (whether or not the box says stale=true):
  // only a 401 to the answer of a fresh challenge means a wrong password.
  if (options.username.empty() || options.password.empty()) throw not_accepted();
  auto challenge = find_challenge(response);
  // No Error{auth}: the password was not tried.
  if (!challenge)
    throw Error(ErrorKind::protocol,
                "HTTP 401 from " + target.where + ", which asks for " +
                    unanswerable(challenges_of(response)) +
                    ": only Digest with MD5 or SHA-256 and qop 'auth' or none is answered");
  digest = DigestState{.challenge = std::move(*challenge), .cnonce = random_hex()};
  ++logins;
  response = exchange(request, until);
  if (response.status == 401) throw not_accepted();
  return response;
}

Response Client::State::exchange(const Request& request, Time::time_point until) {
  if (!channel) channel = std::make_unique<Channel>(options.tls, stop);
  Response response = channel->perform({.request = request,
                                        .target = target,
                                        .authorization = authorization(request),
                                        .until = until,
                                        .timeout = options.timeout});
  if (options.tap) options.tap(request, response);
  return response;
}

std::string Client::State::authorization(const Request& request) {
  if (!request.login) return {};
  if (options.auth == Auth::basic && !options.username.empty())
    return "Basic " + base64(options.username + ":" + options.password.reveal());
  if (options.auth != Auth::digest || !digest) return {};
  return answer(digest->challenge, {.username = options.username,
                                    .password = options.password,
                                    .method = method_name(request.method),
                                    .target = target.request,
                                    .cnonce = digest->cnonce,
                                    .count = ++digest->count});
}

Error Client::State::not_accepted() const {
  if (options.username.empty())
    return {ErrorKind::auth, "HTTP 401 from " + target.where + ", and no username is configured"};
  const std::string message = "HTTP 401 for user '" + options.username + "'";
  return {ErrorKind::auth,
          options.password.empty() ? message + ", and no password is configured" : message};
}

Client::Client(ClientOptions options, Stop& stop)
    : state_(new State{.options = std::move(options), .stop = stop}) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

Response Client::send(const Request& request) { return state_->send(request); }

void Client::set_credentials(std::string username, Secret password) {
  state_->options.username = std::move(username);
  state_->options.password = std::move(password);
  state_->digest.reset();
}

std::uint64_t Client::logins() const { return state_->logins; }

}  // namespace boxmeter::http
