#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.h"
#include "base/secret.h"

namespace boxmeter::sim {

/// The fields of an `Authorization: Digest ...` header: names in lower case, values unquoted.
using DigestFields = std::map<std::string, std::string, std::less<>>;

/// Empty if it is not a digest header, or malformed.  Pure.
DigestFields parse_digest(std::string_view header);

/// The response of RFC 2617 with qop=auth; `ha1` is MD5(user:realm:password).  Pure.
std::string digest_response(std::string_view ha1, std::string_view method,
                            const DigestFields& fields);

/// The result of checking the credentials of a request.
enum class DigestResult {
  accepted,
  logged_in,          // accepted, and the first request with its nonce
  missing,            // no Authorization header
  wrong_credentials,  // user, realm, qop, uri or response
  wrong_count,        // nc did not rise
  unknown_nonce,
  expired_nonce,  // correct, but the nonce is used up: the next challenge says stale=true
};

/// A box's HTTP digest login, as strict as RFC 7616.  `lenient`: like real boxes it does not
/// compare the uri with the request line (a released client sends the type of the service there),
/// and nc need not have eight digits and rise (the same client sends 1).  Any thread.
class DigestGate {
 public:
  /// A nonce is valid for `nonce_uses` requests (0: any number); nonces are derived from `seed`.
  DigestGate(const std::string& username, const Secret& password, std::uint64_t nonce_uses,
             std::uint64_t seed, bool lenient = false);

  /// `target` is that of the request line, `header` the Authorization header.
  DigestResult check(std::string_view method, std::string_view target, std::string_view header);
  /// The value of WWW-Authenticate, with a new nonce.
  std::string challenge(bool stale);
  /// Invalidates all nonces, as a restart does.
  void expire();

 private:
  struct Nonce {
    std::uint64_t count = 0;  // the highest nc so far
    std::uint64_t uses = 0;
  };
  struct Nonces {
    std::unordered_map<std::string, Nonce> known;
    std::deque<std::string> order;
    std::uint64_t issued = 0;
  };

  DigestResult spend(Nonces& nonces, const std::string& nonce, std::uint64_t count) const;

  std::string username_;
  std::string ha1_;
  std::uint64_t nonce_uses_;
  std::uint64_t seed_;
  bool lenient_;
  Guarded<Nonces> nonces_;
};

}  // namespace boxmeter::sim
