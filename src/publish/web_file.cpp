#include "publish/web_file.h"

#include <algorithm>
#include <optional>

#include "base/file.h"
#include "base/secret_file.h"
#include "base/text.h"
#include "http/bcrypt.h"
#include "http/tls_server_config.h"
#include "http/transport.h"
#include "publish/web_file_keys.h"
#include "yaml/section.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;
using http::ClientAuth;
using http::TlsVersion;

struct Header {
  std::string_view name;
  std::vector<std::string> values = {};  // empty: any
};

/// The headers, and their values, that exporter-toolkit accepts (web/handler.go).
const Header kHeaders[] = {
    {"Strict-Transport-Security"},
    {"X-Content-Type-Options", {"nosniff"}},
    {"X-Frame-Options", {"deny", "sameorigin"}},
    {"X-XSS-Protection"},
    {"Content-Security-Policy"},
};

/// PEM that is given in the web file itself or in a file of its own.
struct Pem {
  std::string text = {};
  std::string name = {};  // for messages: "'server.crt'"
  Value place;
};

class Reader {
 public:
  Reader(const fs::path& file, Mistakes& mistakes) : folder_(file.parent_path()) {
    read_.sources.push_back(file);
    mistakes.collect([&] {
      const Document document = parse_yaml(read_file(file), file.string());
      const Value whole(document, &mistakes);
      if (whole.is_null()) return;  // an empty file: neither TLS nor login, as in exporter-toolkit
      read(Section(whole, kWebFileKeys));
    });
  }

  WebFile result() && { return std::move(read_); }

 private:
  void read(const Section& root);
  void read_tls(const Section& section);
  void read_versions(const Section& section, http::TlsServerConfig& serving);
  void read_clients(const Section& section, http::TlsServerConfig& serving);
  void read_headers(const Value& value);
  void read_users(const Value& value);
  void read_rate_limit(const Section& section);
  std::optional<Pem> pem(const Section& section, std::string_view inline_key,
                         std::string_view file_key);

  const fs::path folder_;
  WebFile read_ = {};
};

void Reader::read(const Section& root) {
  const auto with = [&](std::string_view key, auto step) {
    root.collect([&] {
      if (const auto value = root.find(key)) step(*value);
    });
  };
  with("tls_server_config", [&](const Value& tls) { read_tls(Section(tls, kTlsServerKeys)); });
  with("http_server_config", [&](const Value& http) {
    const Section section(http, kHttpServerKeys);
    section.boolean("http2");
    if (const auto headers = section.find("headers")) read_headers(*headers);
  });
  with("basic_auth_users", [&](const Value& users) { read_users(users); });
  with("rate_limit", [&](const Value& limit) { read_rate_limit(Section(limit, kRateLimitKeys)); });
}

void Reader::read_rate_limit(const Section& section) {
  const auto burst = section.integer("burst");
  read_.rate_limit.interval = section.duration("interval").value_or(read_.rate_limit.interval);
  if (read_.rate_limit.interval.count() > 0 && !burst)
    throw section.problem(
        "'rate_limit' needs 'burst', how many requests may come at once: none would be answered");
  read_.rate_limit.burst = burst.value_or(0);
}

std::optional<Pem> Reader::pem(const Section& section, std::string_view inline_key,
                               std::string_view file_key) {
  const auto text = section.find(inline_key);
  const auto file = section.find(file_key);
  if (text && file)
    throw text->problem("'" + std::string(inline_key) + "' and '" + std::string(file_key) +
                        "' say the same; remove one of them");
  if (text) return Pem{text->prose(), text->name(), *text};
  if (!file) return {};
  const fs::path path = find_secret_file(file->text(), folder_);
  read_.sources.push_back(path);
  return Pem{file->placed([&] { return read_file(path); }), "'" + path.string() + "'", *file};
}

std::vector<std::string> named(const Section& section, std::string_view key,
                               std::span<const http::TlsName> table) {
  std::vector<std::string> chosen;
  const auto given = section.find(key);
  if (!given) return chosen;
  std::vector<std::string> known;
  for (const auto& row : table) known.emplace_back(row.name);
  for (const Value& one : given->list_or_one()) {
    const std::string text = one.text();
    const auto row = std::ranges::find(table, text, &http::TlsName::name);
    if (row == table.end())
      throw one.problem("unknown name '" + text + "' in " + given->name() +
                        did_you_mean(text, known) + " (known: " + joined(known) + ")");
    if (!row->openssl.empty()) chosen.emplace_back(row->openssl);
  }
  return chosen;
}

TlsVersion version(const Section& section, std::string_view key, TlsVersion otherwise) {
  const auto value = section.find(key);
  if (!value) return otherwise;
  const std::string text = value->text();
  if (text == "TLS12") return TlsVersion::tls12;
  if (text == "TLS13") return TlsVersion::tls13;
  if (text == "TLS10" || text == "TLS11")
    throw value->problem("'" + text + "' is not spoken: it is no longer safe; the least is TLS12");
  throw value->problem(value->name() + " must be TLS12 or TLS13, not '" + text + "'");
}

void Reader::read_versions(const Section& section, http::TlsServerConfig& serving) {
  serving.least = version(section, "min_version", serving.least);
  serving.most = version(section, "max_version", serving.most);
  if (serving.least > serving.most)
    throw section.key("max_version").problem("'max_version' is below 'min_version'");
  serving.ciphers = named(section, "cipher_suites", http::kCipherSuites);
  serving.curves = named(section, "curve_preferences", http::kCurves);
  serving.prefers_own_ciphers = section.boolean("prefer_server_cipher_suites").value_or(true);
}

/// Whatever else may be wrong in the mapping.
std::optional<Value> member(const Value& mapping, std::string_view name) {
  for (const auto& [key, value] : mapping.entries())
    if (key.raw() == name) return value;
  return {};
}

ClientAuth client_auth(const std::string& word) {
  constexpr std::pair<std::string_view, ClientAuth> kWords[] = {
      {"RequestClientCert", ClientAuth::request},
      {"RequireAnyClientCert", ClientAuth::require_any},
      {"RequireClientCert", ClientAuth::require_any},
      {"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
      {"RequireAndVerifyClientCert", ClientAuth::require_and_verify}};
  const auto* row =
      std::ranges::find(kWords, word, &std::pair<std::string_view, ClientAuth>::first);
  return row == std::end(kWords) ? ClientAuth::none : row->second;
}

void Reader::read_clients(const Section& section, http::TlsServerConfig& serving) {
  serving.client_auth = client_auth(section.word("client_auth_type").value_or(""));
  const bool verifies = serving.client_auth == ClientAuth::verify_if_given ||
                        serving.client_auth == ClientAuth::require_and_verify;
  const auto ca = pem(section, "client_ca", "client_ca_file");
  if (ca) {
    ca->place.placed([&] { http::check_certificates(ca->text, ca->name); });
    serving.client_ca = ca->text;
    if (!verifies)
      throw ca->place.problem(ca->place.name() +
                              " has no effect without client_auth_type: RequireAndVerifyClientCert "
                              "or VerifyClientCertIfGiven");
  }
  if (verifies && !ca) {
    section.expect_not_misspelt({"client_ca", "client_ca_file"});
    throw section.key("client_auth_type")
        .problem(
            "to verify the certificates of clients, 'client_ca_file' must name who signs them");
  }
  if (const auto names = section.find("client_allowed_sans")) {
    for (const Value& name : names->list_or_one()) serving.client_sans.push_back(name.text());
    if (!verifies) throw names->problem("'client_allowed_sans' needs clients that are verified");
  }
}

void Reader::read_tls(const Section& section) {
  http::TlsServerConfig serving;
  bool good = section.collect([&] { read_versions(section, serving); });
  good = section.collect([&] { read_clients(section, serving); }) && good;
  std::optional<Pem> certificate;
  good = section.collect([&] {
    certificate = pem(section, "cert", "cert_file");
    if (certificate)
      certificate->place.placed(
          [&] { http::check_certificates(certificate->text, certificate->name); });
  }) && good;
  const auto key = pem(section, "key", "key_file");
  if (!good) return;
  if (!certificate || !key) {
    section.expect_not_misspelt({"cert", "cert_file", "key", "key_file"});
    throw section.problem("'tls_server_config' needs 'cert_file' and 'key_file'");
  }
  key->place.placed(
      [&] { http::check_key(key->text, key->name, certificate->text, certificate->name); });
  serving.certificate = certificate->text;
  serving.key = key->text;
  read_.identity = section.value().placed([&] { return http::TlsIdentity::from_config(serving); });
}

void Reader::read_headers(const Value& value) {
  for (const auto& [key, text] : value.entries()) {
    const std::string name = key.raw();
    const auto* const header = std::ranges::find(kHeaders, name, &Header::name);
    if (header == std::end(kHeaders)) {
      std::vector<std::string> known;
      for (const Header& each : kHeaders) known.emplace_back(each.name);
      throw key.problem("the header '" + name + "' cannot be set" + did_you_mean(name, known) +
                        " (known: " + joined(known) + ")");
    }
    const std::string set = text.raw();
    if (!header->values.empty() && std::ranges::find(header->values, set) == header->values.end())
      throw text.problem(std::string("'")
                             .append(name)
                             .append("' must be ")
                             .append(joined(header->values, " or "))
                             .append(", not '")
                             .append(set)
                             .append("'"));
    read_.headers.emplace_back(name, set);
  }
}

void Reader::read_users(const Value& value) {
  for (const auto& [name, hash] : value.entries()) {
    value.collect([&, &user = name, &secret = hash] {
      if (user.raw().find(':') != std::string::npos)
        throw user.problem("the name of a user has no colon");
      // raw(), since the '$' of a hash does not begin a variable.
      if (const auto complaint = http::bcrypt_complaint(secret.raw()); !complaint.empty())
        throw secret.problem("the password of '" + user.raw() + "' " + complaint);
      read_.users[user.raw()] = secret.raw();
    });
  }
}

}  // namespace

WebFile read_web_file(const fs::path& file, Mistakes& mistakes) {
  return Reader(file, mistakes).result();
}

WebFile read_web_file(const fs::path& file) {
  Mistakes mistakes;
  WebFile read = read_web_file(file, mistakes);
  mistakes.throw_if_any();
  return read;
}

bool speaks_tls(const fs::path& file) {
  try {
    const Document document = parse_yaml(read_file(file), file.string());
    const auto tls = member(Value(document), "tls_server_config");
    return tls && !tls->is_null();
  } catch (const Error&) {
    return true;
  }
}

bool wants_certificate(const fs::path& file) {
  try {
    const Document document = parse_yaml(read_file(file), file.string());
    const auto tls = member(Value(document), "tls_server_config");
    const auto word = tls ? member(*tls, "client_auth_type") : std::nullopt;
    const ClientAuth wanted = word ? client_auth(word->raw()) : ClientAuth::none;
    return wanted == ClientAuth::require_any || wanted == ClientAuth::require_and_verify;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace boxmeter
