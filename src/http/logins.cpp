#include "http/logins.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "http/bcrypt.h"

namespace boxmeter::http {
namespace {

constexpr std::size_t kMostRemembered = 128;
constexpr std::size_t kMostClients = 4096;
constexpr double kBurst = 10;
constexpr double kPerSecond = 0.5;
constexpr std::size_t kMostCredentials = 1024;  // bytes of base64

std::optional<std::string> decoded(std::string_view base64) {
  if (base64.empty() || base64.size() % 4 != 0 || base64.size() > kMostCredentials) return {};
  std::string text(base64.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(base64.data()),
                                   static_cast<int>(base64.size()));
  if (size < 0) return {};
  const auto padding = static_cast<std::size_t>(std::ranges::count(base64, '='));
  if (padding > 2) return {};
  text.resize(static_cast<std::size_t>(size) - padding);
  return text;
}

/// Whoever has one IPv6 address has a /64 of them.
std::string network_of(const std::string& client) {
  in6_addr address{};
  if (::inet_pton(AF_INET6, client.c_str(), &address) != 1) return client;
  return {reinterpret_cast<const char*>(&address), 8};
}

}  // namespace

std::optional<Login> parse_basic(std::string_view authorization) {
  const auto blank = authorization.find(' ');
  if (blank == std::string_view::npos ||
      !equal_ignoring_case(authorization.substr(0, blank), "basic"))
    return {};
  const auto pair = decoded(trim(authorization.substr(blank)));
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return {};
  return Login{pair->substr(0, colon), Secret(pair->substr(colon + 1))};
}

Logins::Logins() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
    throw Error(ErrorKind::internal, "the system gives no random bytes");
}

/// With the lengths, so that two different logins never give the same text.
Logins::Digest Logins::digest_of(const Login& login, const std::string& hash) const {
  std::string text = std::to_string(login.user.size()) + ":" + std::to_string(hash.size()) + ":" +
                     login.user + hash + login.password.reveal();
  Digest digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

bool Logins::remembers(const Users& users, const Login& login) {
  const auto user = users.find(login.user);
  if (user == users.end()) return false;
  const Digest digest = digest_of(login, user->second);
  return accepted_.with([&](std::vector<Digest>& all) {
    const auto found = std::ranges::find(all, digest);
    if (found == all.end()) return false;
    std::rotate(found, found + 1, all.end());
    return true;
  });
}

Logins::Result Logins::look(const Users& users, const Login& login, const std::string& client,
                            Time now) {
  if (remembers(users, login)) return Result::accepted;
  return take_attempt(network_of(client), now) ? Result::undecided : Result::limited;
}

bool Logins::take_attempt(const std::string& client, Time now) {
  return clients_.with([&](auto& clients) {
    if (clients.size() >= kMostClients) forget_idle(clients, now);
    auto& attempts = clients.try_emplace(client, Attempts{kBurst, now}).first->second;
    const std::chrono::duration<double> passed = now - attempts.counted;
    attempts.left = std::min(kBurst, attempts.left + passed.count() * kPerSecond);
    attempts.counted = now;
    if (attempts.left < 1) return false;
    attempts.left -= 1;
    return true;
  });
}

/// Forgets the clients that have all attempts again; if none has, all clients.
void Logins::forget_idle(std::unordered_map<std::string, Attempts>& clients, Time now) {
  std::erase_if(clients, [&](const auto& client) {
    const std::chrono::duration<double> passed = now - client.second.counted;
    return client.second.left + passed.count() * kPerSecond >= kBurst;
  });
  if (clients.size() >= kMostClients) clients.clear();
}

Logins::Result Logins::check(const Users& users, const Login& login, const std::string& client) {
  if (users.empty()) return Result::wrong;
  // For a user who does not exist, the hash of another one is checked (our key decides which), so
  // that the time does not tell whether the user exists.
  const auto user = users.find(login.user);
  const bool exists = user != users.end();
  const std::size_t stand_in = digest_of({login.user, {}}, "")[0] % users.size();
  const std::string& hash =
      exists ? user->second
             : std::next(users.begin(), static_cast<std::ptrdiff_t>(stand_in))->second;
  const bool good = remembers(users, login) || (bcrypt_matches(login.password, hash) && exists);
  if (!good) return Result::wrong;
  accepted_.with([digest = digest_of(login, hash)](std::vector<Digest>& all) {
    std::erase(all, digest);
    if (all.size() >= kMostRemembered) all.erase(all.begin());
    all.push_back(digest);
  });
  clients_.with([&](auto& clients) {
    if (const auto found = clients.find(network_of(client)); found != clients.end())
      found->second.left = std::min(kBurst, found->second.left + 1);
  });
  return Result::accepted;
}

}  // namespace boxmeter::http
