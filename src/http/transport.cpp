#include "http/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "http/openssl_reason.h"
#include "http/tls.h"

namespace boxmeter::http {
namespace {

constexpr long kYears = 10L * 365 * 24 * 3600;

std::shared_ptr<SSL_CTX> new_context() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!context) throw Error(ErrorKind::internal, "OpenSSL cannot serve TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  // An idle connection frees its buffers; a write that is repeated may have its bytes at another
  // address.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

void extend(X509* certificate, int kind, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Why a handshake failed: what is wrong with the client's certificate, if anything is.
std::string why_failed(SSL* tls) {
  const long verified = SSL_get_verify_result(tls);
  if (verified != X509_V_OK) {
    ERR_clear_error();
    return std::string("certificate of the client: ") + X509_verify_cert_error_string(verified);
  }
  return ERR_peek_error() == 0 ? "the client went away" : openssl_reason();
}

}  // namespace

TlsIdentity::TlsIdentity(std::shared_ptr<SSL_CTX> context)
    : context_(std::move(context)),
      pin_(public_key_pin(*SSL_CTX_get0_certificate(context_.get()))) {}

std::shared_ptr<const TlsIdentity> TlsIdentity::made() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), &X509_free);
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), kYears);
  X509_set_pubkey(x, key.get());
  constexpr const char* kName = "localhost";
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(kName), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  extend(x, NID_basic_constraints, "critical,CA:TRUE");
  extend(x, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  auto context = new_context();
  if (X509_sign(x, key.get(), EVP_sha256()) == 0 ||
      SSL_CTX_use_certificate(context.get(), x) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
    throw Error(ErrorKind::internal, "cannot make a certificate: " + openssl_reason());
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(std::move(context)));
}

std::shared_ptr<const TlsIdentity> TlsIdentity::read(const std::string& certificate,
                                                     const std::string& key) {
  auto context = new_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
    throw Error(ErrorKind::config,
                "cannot read a certificate in PEM from '" + certificate + "': " + openssl_reason());
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw Error(ErrorKind::config,
                "'" + key + "' has no key in PEM for '" + certificate + "': " + openssl_reason());
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(std::move(context)));
}

void Transport::Free::operator()(ssl_st* tls) const { SSL_free(tls); }

void Transport::secure(const TlsIdentity& identity) {
  tls_.reset(SSL_new(identity.context()));
  SSL_set_fd(tls_.get(), socket_);
  SSL_set_accept_state(tls_.get());
}

Transport::Handshake Transport::handshake() {
  if (!tls_) return Handshake::done;
  ERR_clear_error();
  const int returned = SSL_do_handshake(tls_.get());
  if (returned == 1) return Handshake::done;
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Handshake::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Handshake::wants_write;
    default:
      complaint_ = why_failed(tls_.get());
      return Handshake::failed;
  }
}

ssize_t Transport::outcome(int returned) {
  if (returned > 0) return returned;
  const int error = SSL_get_error(tls_.get(), returned);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? kLater : kEnd;
}

ssize_t Transport::read(std::span<char> to) {
  if (tls_) {
    ERR_clear_error();
    return outcome(SSL_read(tls_.get(), to.data(), static_cast<int>(to.size())));
  }
  const auto got = ::recv(socket_, to.data(), to.size(), 0);
  if (got >= 0) return got;
  return errno == EAGAIN || errno == EINTR ? kLater : kEnd;
}

ssize_t Transport::write(std::span<const iovec> pieces) {
  if (tls_) {
    const auto* piece =
        std::ranges::find_if(pieces, [](const iovec& each) { return each.iov_len > 0; }).base();
    constexpr std::size_t kRecord = 16U << 10;
    ERR_clear_error();
    return outcome(SSL_write(tls_.get(), piece->iov_base,
                             static_cast<int>(std::min(piece->iov_len, kRecord))));
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const auto sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    return errno == EAGAIN ? kLater : kEnd;
  }
}

bool Transport::send_all(std::string_view text) {
  while (!text.empty()) {
    const iovec piece{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
    const auto sent = write({&piece, 1});
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Transport::end() {
  if (tls_) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_, SHUT_WR);
}

}  // namespace boxmeter::http
