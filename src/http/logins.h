#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "base/secret.h"

namespace boxmeter::http {

/// Who may log in: bcrypt hashes by user name.
using Users = std::map<std::string, std::string>;

struct Login {
  std::string user = {};
  Secret password = {};
};

/// "Basic QWxhZGRpbjpvcGVu" of RFC 7617; nothing for what is not that.  Pure.
std::optional<Login> parse_basic(std::string_view authorization);

/// Checks logins, and bounds how often a client can guess a password or make us compute. bcrypt
/// takes 50 ms and more on purpose; what it accepted is remembered, as a keyed digest with a key of
/// this process and never as the password, so that a scrape does not pay for it.  Refused logins
/// are not remembered, so that a stranger cannot displace accepted ones.  Any thread; throws
/// nothing of ours.
class Logins {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Logins();

  enum class Result {
    accepted,
    wrong,
    limited,    // this client tried too often; nothing was checked
    undecided,  // only check() knows
  };
  /// At once.  `undecided` is one of the attempts that `client` (an address) has: ten, and one more
  /// every two seconds; all of an IPv6 /64 are one client.
  Result look(const Users& users, const Login& login, const std::string& client, Time now);
  /// Takes the time of bcrypt, whether there is such a user or not.  Accepted attempts are given
  /// back.  After `undecided`.
  Result check(const Users& users, const Login& login, const std::string& client);

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Attempts {
    double left = 0;
    Time counted = {};
  };

  Digest digest_of(const Login& login, const std::string& hash) const;
  bool remembers(const Users& users, const Login& login);
  bool take_attempt(const std::string& client, Time now);
  static void forget_idle(std::unordered_map<std::string, Attempts>& clients, Time now);

  Digest key_ = {};
  Guarded<std::vector<Digest>> accepted_;  // newest last
  Guarded<std::unordered_map<std::string, Attempts>> clients_;
};

}  // namespace boxmeter::http
