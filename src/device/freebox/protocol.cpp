#include "device/freebox/protocol.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/text.h"
#include "device/freebox/json.h"
#include "http/encode.h"

namespace boxmeter::freebox {
namespace {

struct Meaning {
  std::string_view code;
  ErrorKind kind;
  Refusal refusal;
  std::string_view text;
};
using enum ErrorKind;
constexpr std::string_view kAbsent = "this box or its firmware does not have it";
constexpr Meaning kMeanings[] = {
    {"access_denied", refused, Refusal::denied, "the box does not allow it"},
    {"apps_denied", auth, Refusal::none,
     "the box lets no application in (allow it in Freebox OS: Gestion des accès)"},
    {"auth_required", auth, Refusal::none, "the session is refused, although it was just opened"},
    {"bad_port", refused, Refusal::unsupported, "this port of the switch has none"},
    {"busy", refused, Refusal::none, "the box is busy with it; ask again later"},
    {"db_error", refused, Refusal::none, "the box cannot read its database"},
    {"denied_from_external_ip", auth, Refusal::none,
     "the box does not allow this from outside its own network; do it from there (a VPN into it "
     "counts)"},
    {"deprecated", refused, Refusal::unsupported, "this firmware no longer has it"},
    {"erunning", refused, Refusal::none, "it is running already"},
    {"exist", refused, Refusal::none, "it is there already"},
    {"inval", refused, Refusal::none, "the box does not take a value that was sent"},
    {"insecure_password", refused, Refusal::none,
     "the box's administrator password is too weak for access over the internet; choose a "
     "stronger one first"},
    {"insufficient_rights", refused, Refusal::denied, "the application lacks the right"},
    {"internal_error", refused, Refusal::none, "the box failed"},
    {"invalid_db", refused, Refusal::none, "the box does not know this history"},
    {"invalid_next_hop", refused, Refusal::none,
     "the next hop of an IPv6 prefix must be a link-local address (fe80::...)"},
    {"invalid_port", refused, Refusal::none, "the box does not take this port number"},
    {"invalid_provider", refused, Refusal::none,
     "the box does not know this DynDNS provider (known: ovh, dyndns, noip)"},
    {"invalid_session", auth, Refusal::none, "the session is refused, although it was just opened"},
    {"invalid_token", auth, Refusal::none,
     "the box does not know the app token (revoked, of another box, or the app id is not the one "
     "it was made for): register the application again"},
    {"netdown", refused, Refusal::idle, "the internet connection is down"},
    {"new_apps_denied", auth, Refusal::none,
     "the box lets no new application in (allow it in Freebox OS: Gestion des accès)"},
    {"noconn", refused, Refusal::idle, "there is no connection"},
    {"nodev", refused, Refusal::unsupported, "this box has no such device"},
    {"noent", refused, Refusal::unsupported, "this box has no such entry"},
    {"nohost", refused, Refusal::unsupported, "the box knows no such host"},
    {"notsupp", refused, Refusal::unsupported, kAbsent},
    {"pending_token", auth, Refusal::none,
     "the application waits to be allowed on the front of the box"},
    {"ratelimited", auth, Refusal::none,
     "too many refused logins from this address: the box wants a pause"},
    {"service_down", refused, Refusal::idle, "not running at the moment"},
};
constexpr Meaning kNotFound = {"", refused, Refusal::unsupported, kAbsent};
constexpr Meaning kOther = {"", refused, Refusal::none, ""};

bool known(std::string_view code) {
  return std::ranges::find(kMeanings, code, &Meaning::code) != std::end(kMeanings);
}

/// Paths for which a box says internal_error if it does not have the thing: RAID arrays, and the
/// voice mail of a line without one.
constexpr std::string_view kFailingWhereAbsent[] = {"call/voicemail", "storage/raid"};

const Meaning& meaning_of(const Envelope& envelope, std::string_view path) {
  if (envelope.code == "internal_error" &&
      std::ranges::any_of(kFailingWhereAbsent,
                          [&](auto absent) { return path.starts_with(absent); }))
    return kNotFound;
  for (const Meaning& meaning : kMeanings)
    if (meaning.code == envelope.code) return meaning;
  // invalid_request is 404 for a path that is not there, 403 for a malformed one.
  return envelope.status == 404 ? kNotFound : kOther;
}

}  // namespace

Envelope parse_envelope(int status, std::string_view body) {
  Reply answer = parse_answer(status, body);
  const auto success = answer.is_object() ? answer.find("success") : answer.end();
  if (!answer.is_object() || success == answer.end() || !success->is_boolean())
    throw Error(protocol, "answer has no 'success': not the API of a Freebox");
  Envelope envelope{.status = status,
                    .success = success->get<bool>(),
                    .code = text_at(answer, "error_code"),
                    .message = text_at(answer, "msg"),
                    .missing_right = text_at(answer, "missing_right")};
  // Some refusals have the error code in `msg`, the text for people (GET rrd/ without a db).
  if (!envelope.success && envelope.code.empty() && known(envelope.message))
    envelope.code = std::exchange(envelope.message, "");
  const auto result = answer.find("result");
  if (result != answer.end() && !result->is_null()) envelope.result = std::move(*result);
  if (envelope.success && status >= 400)
    throw Error(protocol, "HTTP " + std::to_string(status) + " with a success in it");
  return envelope;
}

CodedError refusal(const Envelope& envelope, std::string_view path) {
  const Meaning& meaning = meaning_of(envelope, path);
  std::string text = one_line(envelope.code);
  const auto add = [&](std::string_view separator, const std::string& more) {
    if (!more.empty()) text.append(text.empty() ? "" : separator).append(more);
  };
  add(": ", std::string(meaning.text));
  if (!envelope.missing_right.empty())
    text += " '" + one_line(envelope.missing_right) +
            "' (grant it in Freebox OS: Gestion des accès, Applications)";
  if (!envelope.message.empty()) add(" ", "('" + one_line(envelope.message) + "')");
  if (text.empty()) text = "the box refuses and does not say why";
  return CodedError(text, meaning.refusal, one_line(envelope.code), meaning.kind);
}

bool wants_session(const Envelope& envelope) {
  return !envelope.success &&
         (envelope.code == "auth_required" || envelope.code == "invalid_session");
}

std::string challenge_of(const Envelope& envelope) {
  if (!envelope.result.is_object()) return "";
  const auto challenge = envelope.result.find("challenge");
  if (challenge == envelope.result.end()) return "";
  if (!challenge->is_string())
    throw Error(protocol, "the login challenge is not text: this is the web interface's login");
  return challenge->get<std::string>();
}

std::string login_password(const Secret& token, std::string_view challenge) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  std::size_t length = 0;
  const std::string& key = token.reveal();
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, key.data(), key.size(),
                reinterpret_cast<const unsigned char*>(challenge.data()), challenge.size(), digest,
                sizeof digest, &length) == nullptr)
    throw Error(internal, "OpenSSL has no HMAC-SHA1");
  return http::hex({digest, length});
}

Secret session_token(const Envelope& envelope) {
  const std::string token =
      envelope.result.is_object() ? text_at(envelope.result, "session_token") : "";
  if (token.empty()) throw Error(protocol, "the box opened a session without a session_token");
  return Secret(token);
}

}  // namespace boxmeter::freebox
