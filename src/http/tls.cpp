#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "http/encode.h"
#include "http/openssl_reason.h"

namespace boxmeter::http {
namespace {

namespace fs = std::filesystem;

using Store = std::shared_ptr<X509_STORE>;

/// How many certificates of the PEM text went into the store.
int add_certificates(X509_STORE* store, const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  int count = 0;
  while (X509* certificate = PEM_read_bio_X509_AUX(text.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(store, certificate);
    X509_free(certificate);
    ++count;
  }
  ERR_clear_error();  // the end of the text counts as an error there
  return count;
}

bool is_hashed(const fs::path& folder) {
  try {
    return std::ranges::any_of(list_folder(folder),
                               [](const fs::path& file) { return file.extension() == ".0"; });
  } catch (const Error&) {
    return false;
  }
}

/// Where the system keeps them by hash (Debian does), OpenSSL reads a root when it is first needed;
/// else it reads all of them now, which takes 30 ms and a megabyte.
void add_system_roots(X509_STORE* store) {
  const auto set = [](const char* variable) {
    return std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets them meanwhile
  };
  const char* folder = set(X509_get_default_cert_dir_env());
  if (!folder) folder = X509_get_default_cert_dir();
  const bool done = is_hashed(folder) && !set(X509_get_default_cert_file_env())
                        ? X509_STORE_load_path(store, folder)
                        : X509_STORE_set_default_paths(store);
  if (!done)
    throw Error(ErrorKind::config, "cannot use the system's certificates: " + openssl_reason());
}

Store load_roots(const TlsPolicy& policy) {
  Store store(X509_STORE_new(), &X509_STORE_free);
  if (!store) throw Error(ErrorKind::internal, openssl_reason());
  // PARTIAL_CHAIN: a certificate in the file is trusted though it is no root, as it is often the
  // box's own.  X509_V_FLAG_X509_STRICT stays off: roots of real boxes break rules that only it
  // checks.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (policy.mode == TlsMode::ca_file) {
    if (add_certificates(store.get(), read_file(policy.ca_file)) == 0)
      throw Error(ErrorKind::config,
                  "no certificate in '" + policy.ca_file.string() + "': it must be PEM");
    return store;
  }
  add_system_roots(store.get());
  if (!policy.extra_roots.empty() && add_certificates(store.get(), policy.extra_roots) == 0)
    throw Error(ErrorKind::config, "no certificate in the extra roots: they must be PEM");
  return store;
}

/// One store per set of roots, however many clients there are: the system's take half a megabyte.
Store shared_roots(const TlsPolicy& policy) {
  using Key = std::pair<std::string, std::string>;
  static Guarded<std::map<Key, std::weak_ptr<X509_STORE>>> stores;
  const bool own = policy.mode == TlsMode::ca_file;
  const Key key{own ? policy.ca_file.string() : "", own ? "" : policy.extra_roots};
  return stores.with([&](auto& known) {
    auto& place = known[key];
    Store store = place.lock();
    if (!store) place = store = load_roots(policy);
    return store;
  });
}

bool is_pin(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256//";
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + 44) return false;
  return text.find_first_not_of(kAlphabet, kPrefix.size()) == text.size() - 1 && text.back() == '=';
}

/// Empty when none is remembered yet.
std::string remembered_key(const fs::path& path) {
  if (path.empty())
    throw Error(ErrorKind::internal, "tls first-use without a file to remember the key in");
  if (!file_exists(path)) return {};
  std::string key(trim(read_file(path, 4096)));
  if (!is_pin(key))
    throw Error(ErrorKind::config,
                "'" + path.string() +
                    "' does not hold a key (sha256//BASE64); delete it to remember the box's key "
                    "anew");
  return key;
}

/// "wrong version number" of "OpenSSL/3.0.1: error:0A00010B:SSL routines::wrong version number",
/// for people.
std::string without_codes(const std::string& detail) {
  constexpr std::string_view kRoutines = "SSL routines::";
  const auto at = detail.find(kRoutines);
  if (at == std::string::npos) return detail;
  const auto reason = detail.substr(at + kRoutines.size());
  return reason == "wrong version number" ? "the port does not speak TLS" : reason;
}

std::chrono::system_clock::time_point expiry(const X509& certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

/// The TLS version, during the handshake: it is negotiated before the certificate arrives.
std::string version_of(const X509_STORE_CTX* context) {
  const auto* const ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return ssl ? SSL_get_version(ssl) : "";
}

std::string quoted_name(std::string_view text) { return "'" + repair_utf8(text) + "'"; }

std::string names_of(X509* certificate) {
  constexpr int kShown = 5;
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> owner(all, &GENERAL_NAMES_free);
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all) && names.size() < kShown; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_DNS) continue;
    const ASN1_STRING* text = name->d.dNSName;
    names.push_back(quoted_name({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                 static_cast<std::size_t>(ASN1_STRING_length(text))}));
  }
  if (!names.empty()) return joined(names);
  std::array<char, 256> common{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common.data(),
                            static_cast<int>(common.size()));
  return quoted_name(common.data());
}

}  // namespace

std::string public_key_pin(X509& certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  if (length <= 0) throw Error(ErrorKind::tls, "the certificate has no readable public key");
  std::array<unsigned char, 32> digest{};
  EVP_Digest(der, static_cast<std::size_t>(length), digest.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  return "sha256//" + base64(digest);
}

void check(const TlsPolicy& policy) {
  if (policy.mode == TlsMode::pin && !is_pin(policy.pin))
    throw Error(ErrorKind::config,
                "'" + policy.pin +
                    "' is not a pin: it is sha256// and 44 characters of base64, the hash of the "
                    "box's public key");
  if (policy.mode == TlsMode::ca_file || !policy.extra_roots.empty()) load_roots(policy);
  if (policy.mode == TlsMode::first_use && !policy.known_key.empty())
    remembered_key(policy.known_key);
}

bool Trust::checks_name(const Target& target) const {
  return policy_.mode == TlsMode::system || (policy_.mode == TlsMode::ca_file && !target.address);
}

void Trust::prepare(SSL_CTX* context) {
  if (policy_.mode == TlsMode::system || policy_.mode == TlsMode::ca_file) {
    if (!roots_) roots_ = shared_roots(policy_);
    SSL_CTX_set1_cert_store(context, roots_.get());
  }
  SSL_CTX_set_cert_verify_callback(context, &Trust::verify, this);
}

int Trust::verify(X509_STORE_CTX* context, void* self) {
  auto& trust = *static_cast<Trust*>(self);
  trust.last_ = {};
  try {
    trust.last_.good = trust.is_trusted(context);
  } catch (...) {
    trust.last_.thrown = std::current_exception();  // must not cross OpenSSL's C
  }
  if (!trust.last_.good) X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
  return trust.last_.good ? 1 : 0;
}

bool Trust::is_trusted(X509_STORE_CTX* context) {
  X509* certificate = X509_STORE_CTX_get0_cert(context);
  if (!certificate) return false;
  X509_up_ref(certificate);
  last_.certificate.reset(certificate);
  last_.key = public_key_pin(*certificate);
  last_.handshake = std::make_shared<const Handshake>(
      Handshake{.version = version_of(context), .key = last_.key, .until = expiry(*certificate)});
  if (policy_.mode == TlsMode::insecure) return true;
  if (policy_.mode == TlsMode::pin || policy_.mode == TlsMode::first_use) {
    last_.expected = policy_.mode == TlsMode::pin ? policy_.pin : remembered_key(policy_.known_key);
    return last_.expected.empty() || last_.expected == last_.key;
  }
  if (X509_verify_cert(context) == 1) return true;
  last_.complaint = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
  return false;
}

void Trust::remember_key(const Target& target) {
  if (policy_.mode != TlsMode::first_use || last_.key.empty() || !last_.expected.empty()) return;
  write_file(policy_.known_key, last_.key + "\n");
  log_event(LogLevel::info, "remembered the key of " + target.where +
                                ", seen for the first time, in '" + policy_.known_key.string() +
                                "': " + last_.key);
  last_.expected = last_.key;
}

Error Trust::failure(const Target& target, bool peer_refused, const std::string& detail) const {
  if (last_.thrown) std::rethrow_exception(last_.thrown);
  const auto tls = [](const std::string& message) { return Error(ErrorKind::tls, message); };
  if (!last_.certificate || !peer_refused)
    return tls("no TLS connection to " + target.where + ": " + without_codes(detail));
  const std::string key = "the key of " + target.where + " is " + last_.key;
  if (!last_.good && policy_.mode == TlsMode::pin)
    return tls(key + ", the pin says " + last_.expected);
  if (!last_.good && policy_.mode == TlsMode::first_use)
    return tls(key + ", but " + last_.expected + " is remembered in '" +
               policy_.known_key.string() +
               "'; if the box was replaced or got a new certificate, delete that file");

  const std::string certificate = "the certificate of " + target.where;
  const std::string way_out = "; to trust just this key, set tls: {pin: \"" + last_.key + "\"}";
  if (last_.good)
    return tls(certificate + " is for " + names_of(last_.certificate.get()) + ", not for '" +
               target.host + "'" + way_out);
  const std::string roots = policy_.mode == TlsMode::ca_file ? "'" + policy_.ca_file.string() + "'"
                                                             : "the system's roots";
  return tls(certificate + " is not trusted by " + roots + ": " + last_.complaint + way_out);
}

}  // namespace boxmeter::http
