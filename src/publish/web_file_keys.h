#pragma once
#include "yaml/keys.h"

// The keys of a `web.config_file`, with the names of Prometheus' exporter-toolkit.
namespace boxmeter {

inline constexpr std::string_view kClientAuthTypes[] = {
    "NoClientCert",      "RequestClientCert",       "RequireAnyClientCert",
    "RequireClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"};

inline constexpr Key kTlsServerKeys[] = {
    {.name = "cert_file",
     .type = KeyType::file,
     .help = "Certificate in PEM form, with those that signed it behind it",
     .example = "server.crt"},
    {.name = "cert", .type = KeyType::text, .help = "The same, in this file instead of its own"},
    {.name = "key_file",
     .type = KeyType::file,
     .help = "Private key of the certificate, in PEM form without a passphrase",
     .example = "server.key"},
    {.name = "key",
     .type = KeyType::text,
     .help = "The same, in this file instead of its own",
     .secret = true},
    {.name = "client_auth_type",
     .type = KeyType::word,
     .help = "What is asked of the certificate of a client",
     .default_text = "NoClientCert",
     .example = "RequireAndVerifyClientCert",
     .choices = kClientAuthTypes},
    {.name = "client_ca_file",
     .type = KeyType::file,
     .help = "Certificates that sign those of clients",
     .example = "client-ca.crt"},
    {.name = "client_ca",
     .type = KeyType::text,
     .help = "The same, in this file instead of its own"},
    {.name = "client_allowed_sans",
     .type = KeyType::texts,
     .help = "Names, one of which the certificate of a client is for",
     .example = "[prometheus.example]"},
    {.name = "min_version",
     .type = KeyType::text,
     .help = "The oldest TLS that is spoken: TLS12 or TLS13",
     .default_text = "TLS12",
     .example = "TLS13"},
    {.name = "max_version",
     .type = KeyType::text,
     .help = "The newest TLS that is spoken: TLS12 or TLS13",
     .default_text = "TLS13",
     .example = "TLS12"},
    {.name = "cipher_suites",
     .type = KeyType::texts,
     .help = "Ciphers of TLS 1.2, by the names of IANA",
     .example = "[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"},
    {.name = "prefer_server_cipher_suites",
     .type = KeyType::boolean,
     .help = "Whether our order of ciphers counts, not the client's",
     .default_text = "true",
     .example = "false"},
    {.name = "curve_preferences",
     .type = KeyType::texts,
     .help = "Curves of the key exchange: X25519, CurveP256, CurveP384, CurveP521",
     .example = "[X25519]"},
};
inline constexpr KeyTable kTlsServerTable{kTlsServerKeys};

inline constexpr Key kHttpServerKeys[] = {
    {.name = "http2",
     .type = KeyType::boolean,
     .help = "Without effect: boxmeter speaks HTTP/1.1",
     .default_text = "true",
     .example = "false"},
    {.name = "headers",
     .type = KeyType::mapping,
     .help = "Headers of every answer: Strict-Transport-Security, X-Content-Type-Options, "
             "X-Frame-Options, X-XSS-Protection, Content-Security-Policy",
     .example = "{Strict-Transport-Security: max-age=31536000}"},
};
inline constexpr KeyTable kHttpServerTable{kHttpServerKeys};

inline constexpr Key kRateLimitKeys[] = {
    {.name = "interval",
     .type = KeyType::duration,
     .help = "Time between two requests, of all clients together; 0s: no limit",
     .default_text = "0s",
     .example = "100ms",
     .least = "0s",
     .most = "1h"},
    {.name = "burst",
     .type = KeyType::integer,
     .help = "Requests that may come at once",
     .example = "20",
     .least = "1",
     .most = "1000000"},
};
inline constexpr KeyTable kRateLimitTable{kRateLimitKeys};

inline constexpr Key kWebFileKeys[] = {
    {.name = "tls_server_config",
     .type = KeyType::section,
     .help = "TLS",
     .members = &kTlsServerTable},
    {.name = "http_server_config",
     .type = KeyType::section,
     .help = "Headers",
     .members = &kHttpServerTable},
    {.name = "basic_auth_users",
     .type = KeyType::mapping,
     .help = "Who may log in: bcrypt hashes by user name ('boxmeter hash-password' makes them)"},
    {.name = "rate_limit",
     .type = KeyType::section,
     .help = "How many requests are answered",
     .members = &kRateLimitTable},
};
inline constexpr KeyTable kWebFileTable{kWebFileKeys};

}  // namespace boxmeter
