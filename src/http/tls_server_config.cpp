#include "http/tls_server_config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "http/openssl_reason.h"
#include "http/transport.h"

namespace boxmeter::http {
namespace {

// Forward secrecy and authenticated encryption: every client of the last ten years has one of them.
constexpr const char* kGoodCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kGoodCurves = "X25519:P-256:P-384:P-521";
constexpr unsigned char kHttp11[] = "\x08http/1.1";

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

Bio reader(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
}

Certificate next_certificate(BIO* from) {
  return {PEM_read_bio_X509(from, nullptr, nullptr, nullptr), &X509_free};
}

/// By default OpenSSL would ask for a passphrase at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Key read_key(const std::string& pem) {
  const auto from = reader(pem);
  return {PEM_read_bio_PrivateKey(from.get(), nullptr, &no_passphrase, nullptr), &EVP_PKEY_free};
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::config, why); }

void use_certificate(SSL_CTX* context, const std::string& pem) {
  const auto from = reader(pem);
  const auto first = next_certificate(from.get());
  bool good = first && SSL_CTX_use_certificate(context, first.get()) == 1;
  while (const auto one = next_certificate(from.get()))
    good = good && SSL_CTX_add1_chain_cert(context, one.get()) == 1;
  if (!good) refuse("the certificate cannot be used: " + openssl_reason());
  ERR_clear_error();  // the end of the text counts as an error there
}

void trust_client_ca(SSL_CTX* context, const std::string& pem) {
  const auto from = reader(pem);
  while (const auto one = next_certificate(from.get())) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get());
    SSL_CTX_add_client_CA(context, one.get());
  }
  ERR_clear_error();
}

using Names = std::vector<std::string>;

void free_names(void*, void* names, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Names*>(names);
}

/// The index at which a context keeps the names that clients may have, so that they live as long as
/// its connections.
int names_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_names);
  return index;
}

bool has_uri(X509* certificate, const std::string& uri) {
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> owner(all, &GENERAL_NAMES_free);
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_URI) continue;
    const ASN1_STRING* text = name->d.uniformResourceIdentifier;
    if (uri == std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                static_cast<std::size_t>(ASN1_STRING_length(text))))
      return true;
  }
  return false;
}

bool is_for(X509* certificate, const std::string& name) {
  constexpr unsigned kFlags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;
  return X509_check_host(certificate, name.data(), name.size(), kFlags, nullptr) == 1 ||
         X509_check_email(certificate, name.data(), name.size(), kFlags) == 1 ||
         X509_check_ip_asc(certificate, name.c_str(), kFlags) == 1 || has_uri(certificate, name);
}

/// After OpenSSL's own check: the client's certificate is for one of the names.
int check_names(int good, X509_STORE_CTX* chain) {
  if (good == 0 || X509_STORE_CTX_get_error_depth(chain) != 0) return good;
  auto* tls =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* names =
      static_cast<const Names*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), names_index()));
  X509* certificate = X509_STORE_CTX_get_current_cert(chain);
  if (names == nullptr ||
      std::ranges::any_of(*names, [&](const auto& name) { return is_for(certificate, name); }))
    return 1;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

int accept_any_certificate(int, X509_STORE_CTX*) { return 1; }

void ask_for_certificates(SSL_CTX* context, const TlsServerConfig& config) {
  if (!config.client_ca.empty()) trust_client_ca(context, config.client_ca);
  if (!config.client_sans.empty())
    SSL_CTX_set_ex_data(context, names_index(), new Names(config.client_sans));
  switch (config.client_auth) {
    case ClientAuth::none:
      return SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    case ClientAuth::request:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &accept_any_certificate);
    case ClientAuth::require_any:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                &accept_any_certificate);
    case ClientAuth::verify_if_given:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &check_names);
    case ClientAuth::require_and_verify:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                &check_names);
  }
}

/// ALPN: chooses http/1.1 if it is offered; else the handshake goes on without a choice.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, static_cast<const unsigned char*>(kHttp11),
                            sizeof kHttp11 - 1, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

int number_of(TlsVersion version) {
  return version == TlsVersion::tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

void set_rules(SSL_CTX* context, const TlsServerConfig& config) {
  SSL_CTX_set_min_proto_version(context, number_of(config.least));
  SSL_CTX_set_max_proto_version(context, number_of(config.most));
  // No sessions are resumed: who got hold of the ticket key, which would live as long as the
  // process, could decrypt all of them, and a client certificate that is no longer trusted would
  // still be accepted.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  if (config.prefers_own_ciphers) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  const std::string ciphers = config.ciphers.empty() ? kGoodCiphers : joined(config.ciphers, ":");
  const std::string curves = config.curves.empty() ? kGoodCurves : joined(config.curves, ":");
  if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1 ||
      SSL_CTX_set1_groups_list(context, curves.c_str()) != 1)
    refuse("this system's OpenSSL has none of the ciphers or curves: " + openssl_reason());
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

}  // namespace

void check_certificates(const std::string& pem, const std::string& name) {
  const auto from = reader(pem);
  const auto first = next_certificate(from.get());
  ERR_clear_error();
  if (!first) refuse(name + " holds no certificate in PEM form");
}

void check_key(const std::string& pem, const std::string& name, const std::string& certificate,
               const std::string& certificate_name) {
  const auto key = read_key(pem);
  ERR_clear_error();
  const bool encrypted = pem.find("ENCRYPTED") != std::string::npos;
  if (!key && encrypted)
    refuse(name +
           " is protected by a passphrase; write it without one (openssl pkey -in KEY -out "
           "NEW) and let only boxmeter read it");
  if (!key) refuse(name + " holds no private key in PEM form");
  const auto from = reader(certificate);
  const auto first = next_certificate(from.get());
  const bool fits = first && X509_check_private_key(first.get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) refuse(name + " is not the key of the certificate in " + certificate_name);
}

std::shared_ptr<const TlsIdentity> TlsIdentity::from_config(const TlsServerConfig& config) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!context) throw Error(ErrorKind::internal, "OpenSSL cannot serve TLS");
  set_rules(context.get(), config);
  use_certificate(context.get(), config.certificate);
  const auto key = read_key(config.key);
  if (!key || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
    refuse("the key cannot be used: " + openssl_reason());
  ask_for_certificates(context.get(), config);
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(context));
}

}  // namespace boxmeter::http
