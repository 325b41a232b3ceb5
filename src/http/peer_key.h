#pragma once
#include <chrono>
#include <string>

#include "http/client.h"

namespace boxmeter::http {

/// The public key that the server of an https URL shows, unverified: "sha256//BASE64", as a
/// TlsPolicy's pin.  Throws Error as Client::send() when there is no handshake.  Any thread.
std::string peer_key(const std::string& url, std::chrono::milliseconds timeout, Stop& stop);

}  // namespace boxmeter::http
