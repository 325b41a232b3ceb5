#include "sim/digest.h"

#include "base/number.h"
#include "base/text.h"
#include "sim/hash.h"

namespace boxmeter::sim {
namespace {

// The realm of real boxes, over plain HTTP too.
constexpr std::string_view kRealm = "HTTPS Access";
constexpr std::size_t kMaxNonces = 4096;

std::string field(const DigestFields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

/// Removes a value from the front of `rest`: quoted (with `\` escapes) or up to the next comma.
std::optional<std::string> take_value(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(','), rest.size());
    std::string value(trim(rest.substr(0, end)));
    rest.remove_prefix(end);
    return value;
  }
  std::string value;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    value += rest[i];
  }
  return std::nullopt;
}

std::optional<std::uint64_t> hex_number(std::string_view text, bool any_length) {
  return text.size() == 8 || any_length ? parse_integer<std::uint64_t>(text, 16) : std::nullopt;
}

}  // namespace

DigestFields parse_digest(std::string_view header) {
  constexpr std::string_view kScheme = "digest ";
  if (!equal_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return {};
  std::string_view rest = header.substr(kScheme.size());
  DigestFields fields;
  while (!(rest = trim(rest)).empty()) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return {};
    std::string name = lower(trim(rest.substr(0, equals)));
    rest = trim(rest.substr(equals + 1));
    const auto value = take_value(rest);
    if (!value) return {};
    fields[std::move(name)] = *value;
    rest = trim(rest);
    if (!rest.empty() && !rest.starts_with(',')) return {};
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return fields;
}

std::string digest_response(std::string_view ha1, std::string_view method,
                            const DigestFields& fields) {
  const std::string ha2 = md5_hex(std::string(method) + ":" + field(fields, "uri"));
  return md5_hex(std::string(ha1) + ":" + field(fields, "nonce") + ":" + field(fields, "nc") + ":" +
                 field(fields, "cnonce") + ":" + field(fields, "qop") + ":" + ha2);
}

DigestGate::DigestGate(const std::string& username, const Secret& password,
                       std::uint64_t nonce_uses, std::uint64_t seed, bool lenient)
    : username_(username),
      ha1_(md5_hex(username + ":" + std::string(kRealm) + ":" + password.reveal())),
      nonce_uses_(nonce_uses),
      seed_(seed),
      lenient_(lenient) {}

DigestResult DigestGate::check(std::string_view method, std::string_view target,
                               std::string_view header) {
  if (header.empty()) return DigestResult::missing;
  const DigestFields fields = parse_digest(header);
  const std::string algorithm = field(fields, "algorithm");
  const auto count = hex_number(field(fields, "nc"), lenient_);
  if (field(fields, "username") != username_ || field(fields, "realm") != kRealm ||
      field(fields, "qop") != "auth" || !(algorithm.empty() || algorithm == "MD5") || !count ||
      (field(fields, "uri") != target && !lenient_) ||
      field(fields, "response") != digest_response(ha1_, method, fields))
    return DigestResult::wrong_credentials;
  return nonces_.with(
      [&](Nonces& nonces) { return spend(nonces, field(fields, "nonce"), *count); });
}

DigestResult DigestGate::spend(Nonces& nonces, const std::string& nonce,
                               std::uint64_t count) const {
  const auto found = nonces.known.find(nonce);
  if (found == nonces.known.end()) return DigestResult::unknown_nonce;
  if (count <= found->second.count && !lenient_) return DigestResult::wrong_count;
  if (nonce_uses_ > 0 && found->second.uses >= nonce_uses_) return DigestResult::expired_nonce;
  found->second.count = count;
  return found->second.uses++ == 0 ? DigestResult::logged_in : DigestResult::accepted;
}

std::string DigestGate::challenge(bool stale) {
  const std::string nonce = nonces_.with([&](Nonces& nonces) {
    std::string fresh = letters(mixed(seed_ + nonces.issued++, "nonce"), 16, "0123456789ABCDEF");
    nonces.known.emplace(fresh, Nonce{});
    nonces.order.push_back(fresh);
    if (nonces.order.size() > kMaxNonces) {
      nonces.known.erase(nonces.order.front());
      nonces.order.pop_front();
    }
    return fresh;
  });
  return "Digest realm=\"" + std::string(kRealm) + "\",nonce=\"" + nonce +
         "\",algorithm=MD5,qop=\"auth\"" + (stale ? ",stale=true" : "");
}

void DigestGate::expire() {
  nonces_.with([](Nonces& nonces) {
    nonces.known.clear();
    nonces.order.clear();
  });
}

}  // namespace boxmeter::sim
