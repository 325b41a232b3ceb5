#include "http/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/unicode.h"
#include "http/encode.h"

namespace boxmeter::http {
namespace {

struct Algorithm {
  std::string_view name;
  const EVP_MD* kind;  // null where this OpenSSL was built without it
};

const Algorithm* find_algorithm(std::string_view name) {
  // Fetched once: each look-up by name costs as much as the hash itself.
  static const Algorithm known[] = {{"MD5", EVP_MD_fetch(nullptr, "MD5", nullptr)},
                                    {"SHA-256", EVP_MD_fetch(nullptr, "SHA256", nullptr)}};
  if (name.empty()) return &known[0];
  const auto* found = std::ranges::find_if(
      known, [&](const Algorithm& one) { return equal_ignoring_case(one.name, name); });
  return found == std::end(known) ? nullptr : found;
}

/// Reads `Scheme name=value, name="quoted \" value", Other ...` from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip(" \t,");
    return rest_.empty();
  }
  std::string_view word() {
    const auto length = std::min(rest_.find_first_of(" \t,=\""), rest_.size());
    const auto found = rest_.substr(0, length);
    rest_.remove_prefix(length);
    // A single quote or equals sign is no word: skip it, or the caller would loop forever.
    if (found.empty() && !rest_.empty()) rest_.remove_prefix(1);
    return found;
  }
  bool take_equals() {
    skip(" \t");
    if (!rest_.starts_with('=')) return false;
    rest_.remove_prefix(1);
    skip(" \t");
    return true;
  }
  std::string value() {
    if (!rest_.starts_with('"')) return std::string(word());
    std::string found;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      found += rest_[i];
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return found;
  }

 private:
  void skip(std::string_view set) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(set), rest_.size()));
  }
  std::string_view rest_;
};

struct Offer {
  Challenge challenge;
  std::string qop;
};

/// The field for a parameter; null for those that are not needed.
std::string* field_for(Offer& offer, std::string_view name) {
  if (equal_ignoring_case(name, "realm")) return &offer.challenge.realm;
  if (equal_ignoring_case(name, "nonce")) return &offer.challenge.nonce;
  if (equal_ignoring_case(name, "opaque")) return &offer.challenge.opaque;
  if (equal_ignoring_case(name, "algorithm")) return &offer.challenge.algorithm;
  return equal_ignoring_case(name, "qop") ? &offer.qop : nullptr;
}

std::vector<Offer> digest_offers(std::string_view header) {
  std::vector<Offer> offers;
  bool digest = false;
  for (Cursor cursor(header); !cursor.at_end();) {
    const auto word = cursor.word();
    if (cursor.take_equals()) {
      std::string value = cursor.value();
      std::string* wanted = digest ? field_for(offers.back(), word) : nullptr;
      if (wanted) *wanted = std::move(value);
    } else {
      digest = equal_ignoring_case(word, "Digest");
      if (digest) offers.emplace_back();
    }
  }
  return offers;
}

/// The answer repeats what was sent: a line break in it would begin another header.
bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool is_sendable(const Challenge& challenge) {
  return !has_control_character(challenge.realm) && !has_control_character(challenge.nonce) &&
         !has_control_character(challenge.opaque);
}

std::string hash(const Algorithm& algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (!algorithm.kind ||
      !EVP_Digest(text.data(), text.size(), digest.data(), &length, algorithm.kind, nullptr))
    throw Error(ErrorKind::internal, "OpenSSL does not have " + std::string(algorithm.name));
  return hex(std::span(digest).first(length));
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// A word of the server, shortened and escaped for a message.
std::string short_quote(std::string_view word) {
  constexpr std::size_t kLongest = 40;
  return "'" + printable(word.substr(0, kLongest)) + "'";
}

std::string joined_with_colons(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) (text += part) += ':';
  text.pop_back();
  return text;
}

}  // namespace

std::optional<Challenge> find_digest_challenge(std::string_view www_authenticate) {
  for (auto& offer : digest_offers(www_authenticate)) {
    for (const auto qop : split(offer.qop, ','))
      offer.challenge.qop_auth |= equal_ignoring_case(trim(qop), "auth");
    const bool known = offer.challenge.qop_auth || offer.qop.empty();
    if (known && !offer.challenge.nonce.empty() && is_sendable(offer.challenge) &&
        find_algorithm(offer.challenge.algorithm))
      return std::move(offer.challenge);
  }
  return std::nullopt;
}

std::string unanswerable(const std::vector<std::string>& www_authenticate) {
  std::vector<std::string> asked;
  for (const std::string& header : www_authenticate) {
    for (const Offer& offer : digest_offers(header)) {
      const Challenge& challenge = offer.challenge;
      asked.push_back(challenge.nonce.empty()   ? "Digest without a nonce"
                      : !is_sendable(challenge) ? "Digest with control characters in it"
                      : !find_algorithm(challenge.algorithm)
                          ? "Digest with algorithm " + short_quote(challenge.algorithm)
                          : "Digest with qop " + short_quote(offer.qop));
    }
    const std::string scheme(trim(header).substr(0, trim(header).find_first_of(" \t,=\"")));
    if (!equal_ignoring_case(scheme, "Digest")) asked.push_back(short_quote(scheme));
  }
  return asked.empty() ? "nothing (no WWW-Authenticate)" : joined(asked, ", ");
}

std::string answer(const Challenge& challenge, const DigestRequest& request) {
  const Algorithm* algorithm = find_algorithm(challenge.algorithm);
  if (!algorithm)
    throw Error(ErrorKind::internal, "unknown digest algorithm '" + challenge.algorithm + "'");
  char count[9];
  std::snprintf(count, sizeof count, "%08x", request.count);
  const auto a1 =
      hash(*algorithm,
           joined_with_colons({request.username, challenge.realm, request.password.reveal()}));
  const auto a2 = hash(*algorithm, joined_with_colons({request.method, request.target}));
  const auto response = hash(
      *algorithm, challenge.qop_auth
                      ? joined_with_colons({a1, challenge.nonce, count, request.cnonce, "auth", a2})
                      : joined_with_colons({a1, challenge.nonce, a2}));

  std::string header = "Digest username=" + in_quotes(request.username) +
                       ", realm=" + in_quotes(challenge.realm) +
                       ", nonce=" + in_quotes(challenge.nonce) +
                       ", uri=" + in_quotes(request.target) + ", response=\"" + response + '"';
  if (!challenge.algorithm.empty()) header += ", algorithm=" + std::string(algorithm->name);
  if (!challenge.opaque.empty()) header += ", opaque=" + in_quotes(challenge.opaque);
  if (challenge.qop_auth)
    header += std::string(", qop=auth, nc=") + count + ", cnonce=" + in_quotes(request.cnonce);
  return header;
}

}  // namespace boxmeter::http
