#pragma once
#include <string>
#include <string_view>

#include "base/coded_error.h"
#include "base/secret.h"
#include "metric/model.h"

// What a Freebox says, without the network.  Pure; every function may throw Error.
namespace boxmeter::freebox {

/// What every reply of the API is wrapped in.
struct Envelope {
  int status = 0;  // of HTTP
  bool success = false;
  Reply result = Reply::array();  // an absent one, and null, are an empty list
  std::string code = {};          // error_code; some refusals have none
  std::string message = {};       // for people, in French
  std::string missing_right = {};
};

/// Throws Error{protocol} for what is no envelope: a web page, cut off JSON, another program.
Envelope parse_envelope(int status, std::string_view body);

/// What a `success: false` means, whatever the HTTP status said.
/// Of `path` it depends whether an internal_error says that the box lacks it.
CodedError refusal(const Envelope& envelope, std::string_view path = {});

/// The session is not (or no longer) known: open one and ask again.
bool wants_session(const Envelope& envelope);

/// From the reply to GET login/, or from a refusal that brings one along; empty: it does not.
/// Throws Error{protocol} for a challenge that is not text: a web session's is a list of scripts.
std::string challenge_of(const Envelope& envelope);

/// HMAC-SHA1 of the challenge under the app token as it stands, in lower-case hex.
std::string login_password(const Secret& token, std::string_view challenge);

/// From the reply to a login that was accepted.  Throws Error{protocol} when there is none.
Secret session_token(const Envelope& envelope);

}  // namespace boxmeter::freebox
