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

/// An `Authorization: Digest ...` header: names in lower case, values unquoted.
using DigestFields = std::map<std::string, std::string, std::less<>>;

/// Empty when it is no digest header or breaks off.
DigestFields parse_digest(std::string_view header);

/// RFC 2617 with qop=auth; `ha1` is MD5(user:realm:password).
std::string digest_response(std::string_view ha1, std::string_view method,
                            const DigestFields& fields);

/// What the box thinks of a request's credentials.
enum class Verdict {
  accepted,
  logged_in,          // accepted, and the first with its nonce
  missing,            // no Authorization header
  wrong_credentials,  // user, realm, qop, uri or response
  wrong_count,        // nc did not rise
  unknown_nonce,
  expired_nonce,  // right but for its age: challenged again with stale=true
};

/// A box's login over HTTP digest, as strict as RFC 7616; `lenient`, as real boxes are: neither is
/// the uri compared with the request line (a released client sends the type of the service there),
/// nor need nc have eight digits and rise (the same sends 1).  Any thread.
class DigestGate {
 public:
  /// A nonce is good for `nonce_uses` requests (0: any number); `seed` decides the nonces.
  DigestGate(const std::string& username, const Secret& password, std::uint64_t nonce_uses,
             std::uint64_t seed, bool lenient = false);

  Verdict check(std::string_view method, std::string_view target, std::string_view header);
  /// The value of WWW-Authenticate, with a new nonce.
  std::string challenge(bool stale);
  /// Forgets all nonces, as a box does that restarts.
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

  Verdict spend(Nonces& nonces, const std::string& nonce, std::uint64_t count) const;

  std::string username_;
  std::string ha1_;
  std::uint64_t nonce_uses_;
  std::uint64_t seed_;
  bool lenient_;
  Guarded<Nonces> nonces_;
};

}  // namespace boxmeter::sim
