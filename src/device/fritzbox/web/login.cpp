#include "device/fritzbox/web/login.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "device/fritzbox/xml.h"
#include "http/encode.h"

namespace boxmeter::fritzbox {
namespace {

/// Boxes ask for 60,000; bounded, so that a forged challenge cannot take the CPU for long.
constexpr unsigned kMostIterations = 1'000'000;

std::string child_text(const pugi::xml_node& parent, std::string_view name) {
  return text(child(parent, name));
}

bool is_session(std::string_view sid) {
  return !sid.empty() && sid.find_first_not_of('0') != std::string_view::npos;
}

/// <Name>HomeAuto</Name><Access>2</Access>, and so on.
std::vector<std::string> read_rights(const pugi::xml_node& rights) {
  std::vector<std::string> names;
  std::string name;
  for (const pugi::xml_node& node : rights) {
    if (local_name(node) == "Name") name = text(node);
    if (local_name(node) == "Access" && text(node) != "0") names.push_back(name);
  }
  return names;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  if (text.empty() || text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned char byte = 0;
    const char* const end = text.data() + i + 2;
    const auto [stop, error] = std::from_chars(text.data() + i, end, byte, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

Error no_hash() { return {ErrorKind::internal, "OpenSSL cannot compute the hash of a login"}; }

std::string pbkdf2(std::string_view password, std::string_view salt, unsigned iterations) {
  std::string hash(32, '\0');
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt).data(),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                        static_cast<int>(hash.size()),
                        reinterpret_cast<unsigned char*>(hash.data())) != 1)
    throw no_hash();
  return hash;
}

std::string md5_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
    throw no_hash();
  return http::hex(std::span(digest).first(size));
}

/// UTF-16LE with a dot for every unit above U+00FF: what the box computes the MD5 of.
std::string narrowed_utf16(std::string_view text) {
  std::string utf16;
  const std::string utf8 = repair_utf8(text);
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const bool is_latin = length == 1 || (length == 2 && first < 0xC4);
    const auto unit = length == 1
                          ? first
                          : static_cast<unsigned char>(
                                (first << 6) | (static_cast<unsigned char>(utf8[i + 1]) & 0x3F));
    // Beyond U+FFFF a character is two units, and so two dots.
    for (std::size_t n = length == 4 ? 2 : 1; n > 0; --n) {
      utf16 += is_latin ? static_cast<char>(unit) : '.';
      utf16 += '\0';
    }
    i += length;
  }
  return utf16;
}

Error unknown_challenge() {
  return {ErrorKind::protocol, "the box's challenge to log in is neither PBKDF2 nor MD5"};
}

}  // namespace

SessionInfo parse_session_info(std::string_view body) {
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node root = document.document_element();
  if (local_name(root) != "SessionInfo")
    throw Error(ErrorKind::protocol, "the answer of login_sid.lua has no SessionInfo");
  SessionInfo info;
  const std::string sid = child_text(root, "SID");
  if (is_session(sid)) info.sid = Secret(sid);
  info.challenge = child_text(root, "Challenge");
  const std::string block = child_text(root, "BlockTime");
  info.block_time = std::chrono::seconds(parse_integer<unsigned>(block).value_or(0));
  info.rights = read_rights(child(root, "Rights"));
  for (const pugi::xml_node& user : child(root, "Users"))
    if (std::string_view(user.attribute("last").value()) == "1") info.last_user = text(user);
  return info;
}

std::string ChallengeResponder::answer(std::string_view challenge) {
  if (challenge.starts_with("2$")) return pbkdf2_answer(challenge);
  if (challenge.empty() || challenge.find('$') != std::string_view::npos) throw unknown_challenge();
  const std::string text = std::string(challenge) + "-";
  return text + md5_hex(narrowed_utf16(text + password_.reveal()));
}

/// 2$<iterations>$<salt>$<iterations>$<salt>: the result of the first round is the password of the
/// second.
std::string ChallengeResponder::pbkdf2_answer(std::string_view challenge) {
  const auto parts = split(challenge, '$');
  if (parts.size() != 5) throw unknown_challenge();
  const auto first_count = parse_integer<unsigned>(parts[1]),
             count = parse_integer<unsigned>(parts[3]);
  const auto first_salt = from_hex(parts[2]), salt = from_hex(parts[4]);
  const auto fits = [](std::optional<unsigned> n) { return n && *n > 0 && *n <= kMostIterations; };
  if (!fits(first_count) || !fits(count) || !first_salt || !salt) throw unknown_challenge();
  if (std::string key = std::string(parts[1]).append("$").append(parts[2]); key != first_salt_) {
    first_hash_ = pbkdf2(password_.reveal(), *first_salt, *first_count);
    first_salt_ = std::move(key);
  }
  return std::string(parts[4]) + "$" + http::hex(bytes_of(pbkdf2(first_hash_, *salt, *count)));
}

}  // namespace boxmeter::fritzbox
