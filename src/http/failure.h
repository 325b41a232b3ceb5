#pragma once
#include <curl/curl.h>

#include <chrono>
#include <string>

#include "base/error.h"
#include "http/target.h"

namespace boxmeter::http {

/// How far a failed request got, as far as libcurl tells.
struct TransferProgress {
  bool socket = false;     // a new connection was begun, so the name was found
  bool connected = false;  // ... and TCP connected
  bool sent = false;       // the request went out
  bool received = false;   // something of the answer arrived
  int os_error = 0;
  std::chrono::milliseconds timeout{};          // of all
  std::chrono::milliseconds connect_timeout{};  // until sent
  std::string detail = {};                      // libcurl's words
};

/// What a failed transfer means, for everything but TLS and our own refusals.  Pure.
Error transport_error(CURLcode code, const Target& target, const TransferProgress& progress);

/// Whether a transfer failed at TLS: then Trust::failure() has the error.
bool is_tls_failure(CURLcode code);

/// "10 s", "300 ms"
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace boxmeter::http
