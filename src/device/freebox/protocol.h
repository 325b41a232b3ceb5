#pragma once
#include <string>
#include <string_view>

#include "base/coded_error.h"
#include "base/secret.h"
#include "metric/model.h"

// The protocol of the Freebox API, without the network ("API basics", "Login" and "API errors" of
// Free's documentation, https://dev.freebox.fr/sdk/os/, which every box also has at
// http://mafreebox.freebox.fr/doc/; codes that are missing there are from real boxes).  Pure, any
// thread; every function may throw Error.
namespace boxmeter::freebox {

/// The JSON object that every reply of the API is wrapped in.
struct Envelope {
  int status = 0;  // of HTTP
  bool success = false;
  Reply result = Reply::array();  // an absent one, and null, are an empty list
  std::string code = {};          // error_code; some refusals have none
  std::string message = {};       // for people, in French
  std::string missing_right = {};
};

/// Throws Error{protocol} if the body is not an envelope: a web page, truncated JSON, another
/// program.
Envelope parse_envelope(int status, std::string_view body);

/// The error for `success: false`, whatever the HTTP status was.  For some values of `path` an
/// internal_error means that the box does not have it.
CodedError refusal(const Envelope& envelope, std::string_view path = {});

/// Whether the box refused because it does not know the session (any more): open one and ask again.
bool wants_session(const Envelope& envelope);

/// The challenge in the reply to GET login/, or in a refusal that contains one; empty: there is
/// none. Throws Error{protocol} for a challenge that is not text: that of the web interface is a
/// list of scripts.
std::string challenge_of(const Envelope& envelope);

/// HMAC-SHA1 of the challenge, in lower-case hex; the key is the text of the app token, not
/// decoded.
std::string login_password(const Secret& token, std::string_view challenge);

/// The token in the reply to an accepted login.  Throws Error{protocol} if there is none.
Secret session_token(const Envelope& envelope);

}  // namespace boxmeter::freebox
