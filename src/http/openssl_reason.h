#pragma once
#include <string>

namespace boxmeter::http {

/// Why the last call of OpenSSL on this thread failed, in its words ("no start line"), or "unknown
/// reason"; OpenSSL's list of errors is empty after it.  Any thread.
std::string openssl_reason();

}  // namespace boxmeter::http
