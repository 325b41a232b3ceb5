#include "base/error.h"

namespace boxmeter {

std::string_view name(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::network:
      return "network";
    case ErrorKind::tls:
      return "tls";
    case ErrorKind::auth:
      return "auth";
    case ErrorKind::too_large:
      return "too_large";
    case ErrorKind::protocol:
      return "protocol";
    case ErrorKind::refused:
      return "refused";
    case ErrorKind::mapping:
      return "mapping";
    case ErrorKind::config:
      return "config";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace boxmeter
