#pragma once
#include <openssl/ssl.h>

#include <exception>
#include <memory>
#include <string>

#include "base/error.h"
#include "http/client.h"
#include "http/target.h"

// Which servers to trust on https: called by OpenSSL during the handshake.
namespace boxmeter::http {

/// "sha256//BASE64" of the certificate's public key: what `openssl x509 -pubkey -noout | openssl
/// pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64` prints.
std::string public_key_pin(X509& certificate);

/// One policy applied to the connections of one client.  One thread at a time; not movable, since
/// OpenSSL calls back.
class Trust {
 public:
  explicit Trust(TlsPolicy policy) : policy_(std::move(policy)) {}
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  bool checks_certificate() const { return policy_.mode != TlsMode::insecure; }
  /// Whether the host name must match.  Not for an IP address with a ca_file: a box's certificate
  /// rarely has its address.
  bool checks_name(const Target& target) const;

  /// Makes the context verify by this policy, with roots shared by all clients of the same policy.
  /// Throws Error{config} when the policy's certificates cannot be read.
  void prepare(SSL_CTX* context);

  /// Before each request.  What was seen at the last handshake stays: a resumed session shows no
  /// certificate again.
  void begin() { last_.thrown = nullptr; }
  /// Of the last handshake, also if anything is accepted; null before the first.
  const std::shared_ptr<const Handshake>& handshake() const { return last_.handshake; }
  /// After a handshake: remembers a key seen for the first time.  Throws Error{config}.
  void remember_key(const Target& target);
  /// Why there is no connection.  `peer_refused`: because of the certificate, not of the transport;
  /// `detail`: libcurl's message.  Rethrows what verify() could not throw through OpenSSL.
  Error failure(const Target& target, bool peer_refused, const std::string& detail) const;

 private:
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  struct LastHandshake {
    std::unique_ptr<X509, FreeCertificate> certificate = {};
    std::string key = {};
    std::shared_ptr<const Handshake> handshake = {};
    std::string expected = {};  // the key that was pinned or remembered; empty: none was
    bool good = false;
    std::string complaint = {};  // of OpenSSL about the chain
    std::exception_ptr thrown = {};
  };

  static int verify(X509_STORE_CTX* context, void* self);
  bool is_trusted(X509_STORE_CTX* context);

  TlsPolicy policy_;
  std::shared_ptr<X509_STORE> roots_ = {};
  LastHandshake last_ = {};
};

}  // namespace boxmeter::http
