#include "http/failure.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace boxmeter::http {
namespace {

std::string system_words(int error) { return std::generic_category().message(error); }

Error timed_out(const Target& target, const TransferProgress& progress) {
  const auto fail = [](const std::string& what, std::chrono::milliseconds limit) {
    return Error(ErrorKind::timeout, what + " within " + duration_text(limit));
  };
  if (progress.received)
    return fail("the answer of " + target.where + " was not complete", progress.timeout);
  if (progress.sent) return fail("no answer from " + target.where, progress.timeout);
  if (progress.connected)
    return fail("no TLS handshake with " + target.where, progress.connect_timeout);
  if (progress.socket) return fail("cannot connect to " + target.where, progress.connect_timeout);
  return fail("cannot look up the name " + target.host, progress.connect_timeout);
}

Error broken_off(const Target& target, const TransferProgress& progress) {
  const char* when = progress.received ? " in the middle of the answer" : " without an answer";
  if (progress.os_error == ECONNRESET || progress.os_error == EPIPE)
    return {ErrorKind::network, target.where + " reset the connection" + when};
  return {ErrorKind::network, target.where + " closed the connection" + when};
}

}  // namespace

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

bool is_tls_failure(CURLcode code) {
  constexpr CURLcode kCodes[] = {
      CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER,        CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_ISSUER_ERROR,
      CURLE_USE_SSL_FAILED,    CURLE_SSL_CRL_BADFILE,          CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_CLIENTCERT,    CURLE_SSL_PINNEDPUBKEYNOTMATCH};
  return std::ranges::find(kCodes, code) != std::end(kCodes);
}

Error transport_error(CURLcode code, const Target& target, const TransferProgress& progress) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorKind::network, target.host + ": name not found"};
    case CURLE_COULDNT_CONNECT:
      return {ErrorKind::network,
              "cannot connect to " + target.where + ": " +
                  (progress.os_error ? system_words(progress.os_error) : progress.detail)};
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(target, progress);
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
      return broken_off(target, progress);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return {ErrorKind::protocol,
              "the answer of " + target.where + " is not HTTP: " + progress.detail};
    default:
      return {ErrorKind::internal, "request to " + target.where + " failed: " + progress.detail};
  }
}

}  // namespace boxmeter::http
