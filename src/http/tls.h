#pragma once
#include <openssl/ssl.h>

#include <exception>
#include <memory>
#include <string>

#include "base/error.h"
#include "http/client.h"
#include "http/target.h"

// Whom to believe on https: the part that OpenSSL asks in the middle of a handshake.
namespace boxmeter::http {

/// "sha256//BASE64" of the certificate's public key: what `openssl x509 -pubkey -noout | openssl
/// pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64` prints.
std::string public_key_pin(X509& certificate);

/// One policy applied to the connections of one client.  One thread at a time; stays where it is.
class Trust {
 public:
  explicit Trust(TlsPolicy policy) : policy_(std::move(policy)) {}
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  bool checks_certificate() const { return policy_.mode != TlsMode::insecure; }
  /// With a ca_file an address will do: a box's certificate rarely names the one it is reached by.
  bool checks_name(const Target& target) const;

  /// Makes the context ask us, with roots shared by all clients of the same policy.  Throws
  /// Error{config} when the policy's certificates cannot be read.
  void prepare(SSL_CTX* context);

  /// Before each request.  What was seen at the last handshake stays: a resumed session shows no
  /// certificate again.
  void begin() { seen_.thrown = nullptr; }
  /// The last handshake, also where anybody is believed; null before one.
  const std::shared_ptr<const Handshake>& handshake() const { return seen_.handshake; }
  /// After a handshake: remembers a key seen for the first time.  Throws Error{config}.
  void accepted(const Target& target);
  /// Why there is no connection; `peer_refused`: it was not the transport; `detail`: in libcurl's
  /// words.  Rethrows what kept us from checking.
  Error failure(const Target& target, bool peer_refused, const std::string& detail) const;

 private:
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  struct Seen {
    std::unique_ptr<X509, FreeCertificate> certificate = {};
    std::string key = {};
    std::shared_ptr<const Handshake> handshake = {};
    std::string expected = {};  // the key that was pinned or remembered; empty: none was
    bool good = false;
    std::string complaint = {};  // of OpenSSL about the chain
    std::exception_ptr thrown = {};
  };

  static int verify(X509_STORE_CTX* context, void* self);
  bool believe(X509_STORE_CTX* context);

  TlsPolicy policy_;
  std::shared_ptr<X509_STORE> roots_ = {};
  Seen seen_ = {};
};

}  // namespace boxmeter::http
