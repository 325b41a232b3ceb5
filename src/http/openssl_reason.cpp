#include "http/openssl_reason.h"

#include <openssl/err.h>

namespace boxmeter::http {

std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

}  // namespace boxmeter::http
