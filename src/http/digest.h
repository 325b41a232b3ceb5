#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

// HTTP digest access authentication (RFC 7616), the client's side of it: pure.
//
// libcurl has one as well, but it tries with an empty body whenever it expects a challenge, so that
// an action which needs no login gets no arguments; and it takes a new nonce without stale=true for
// a wrong password, where a box has merely forgotten the old one.
namespace boxmeter::http {

/// What `WWW-Authenticate: Digest ...` asks for.
struct Challenge {
  std::string realm = {};
  std::string nonce = {};
  std::string opaque = {};
  std::string algorithm = {};  // as sent; empty is MD5
  bool qop_auth = false;       // else the form of RFC 2069, without nc
  friend bool operator==(const Challenge&, const Challenge&) = default;
};

/// The first challenge of the header's value that we can answer: MD5 or SHA-256, with qop auth or
/// none, and no control character in what the answer repeats.  Any thread.
std::optional<Challenge> find_digest_challenge(std::string_view www_authenticate);

/// What the values of WWW-Authenticate ask for that we cannot answer: "Basic", "Digest with
/// algorithm 'MD5-sess'", "Digest with qop 'auth-int'", "Digest without a nonce"; for a message.
std::string unanswerable(const std::vector<std::string>& www_authenticate);

/// The request to authorize, and the user.
struct DigestRequest {
  std::string_view username = {};
  const Secret& password;
  std::string_view method = {};
  std::string_view target = {};  // path and query, exactly as in the request line
  std::string_view cnonce = {};
  unsigned count = 1;  // of requests with this nonce, this one included
};

/// The value of the header Authorization.  Throws Error{internal} where OpenSSL lacks the hash.
/// Any thread.
std::string answer(const Challenge& challenge, const DigestRequest& request);

}  // namespace boxmeter::http
