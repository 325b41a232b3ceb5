#pragma once
#include <string>
#include <string_view>
#include <vector>

// The TLS settings of a server, as Prometheus' exporter-toolkit has them (tls_server_config).
namespace boxmeter::http {

/// What is asked of a client's certificate.
enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

enum class TlsVersion { tls12, tls13 };

/// All texts are PEM.
struct TlsServerConfig {
  std::string certificate = {};  // followed by its intermediate certificates
  std::string key = {};
  std::string client_ca = {};
  ClientAuth client_auth = ClientAuth::none;
  /// When not empty: a verified client's certificate is for one of these (DNS name, address, mail
  /// address, URI).
  std::vector<std::string> client_sans = {};
  TlsVersion least = TlsVersion::tls12;
  TlsVersion most = TlsVersion::tls13;
  std::vector<std::string> ciphers = {};  // of TLS 1.2, as OpenSSL names them; empty: our defaults
  std::vector<std::string> curves = {};   // likewise
  bool prefers_own_ciphers = true;
};

/// Go's and IANA's names, OpenSSL's: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".  OpenSSL's is empty
/// for those of TLS 1.3, which need no permission.
struct TlsName {
  std::string_view name;
  std::string_view openssl;
};
inline constexpr TlsName kCipherSuites[] = {
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"},
    {"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
    {"TLS_AES_128_GCM_SHA256", ""},
    {"TLS_AES_256_GCM_SHA384", ""},
    {"TLS_CHACHA20_POLY1305_SHA256", ""},
};
inline constexpr TlsName kCurves[] = {
    {"X25519", "X25519"},
    {"CurveP256", "P-256"},
    {"CurveP384", "P-384"},
    {"CurveP521", "P-521"},
};

// Each throws Error{config} with what is wrong: `name` is what messages call the text.  Pure.
void check_certificates(const std::string& pem, const std::string& name);
/// That it is a key, can be read without a passphrase, and is that of the first certificate.
void check_key(const std::string& pem, const std::string& name, const std::string& certificate,
               const std::string& certificate_name);

}  // namespace boxmeter::http
