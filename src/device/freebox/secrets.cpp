#include "device/freebox/secrets.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace boxmeter::freebox {
namespace {

/// Names of members, in lower case; a leading `*` stands for any beginning.
constexpr std::string_view kSecret[] = {
    "*_pin",  // dect_pin, wps_pin
    "*_psk",         "*_secret",
    "*_token",  // app_token, session_token
    "*passphrase",   "*passwd",
    "*password",  // ftp, logon_password, login_password, archive_password
    "*presharedkey", "*preshared_key",
    "*priv_key",  // WireGuard's local_priv_key
    "*private_key",  "*shared_key",
    "*wifi_key",     "*wpa_key",
    "announce",  // of a BitTorrent tracker: holds the user's key
    "challenge",     "cloudinit_userdata",
    "config_file",  // OpenVPN's, with the keys in it
    "fullurl",      // of a shared link: opens the file to anybody
    "iccid",         "imei",
    "imsi",
    "key",  // of a wireless network
    "msisdn",
    "number",   // of a call, of a contact
    "numbers",  // of a contact
    "pass",     // of a camera, beside its stream's address with the password in it
    "password_salt", "phone_number",
    "phone_numbers", "pin",
    "psk",           "puk",
    "stream",        "stream_url",
    "token",
};

/// Those of kSecret that are numbers of calls and contacts.
constexpr std::string_view kPhoneNumbers[] = {"number", "numbers", "phone_number", "phone_numbers"};

bool is_phone_number(std::string_view member) {
  return std::ranges::find(kPhoneNumbers, lower(member)) != std::end(kPhoneNumbers);
}

/// Home automation says {"name": "pin", "value": "1234"}.
bool names_a_secret(const Reply& object) {
  const auto name = object.find("name");
  return name != object.end() && name->is_string() &&
         is_secret(name->get_ref<const std::string&>());
}

/// A caller who is not among the contacts has the number as its `name` too.
bool is_called_by_number(const Reply& object) {
  const auto name = object.find("name");
  return object.contains("number") && name != object.end() && name->is_string() &&
         name->get_ref<const std::string&>().find_first_not_of("+0123456789 .-()*#") ==
             std::string::npos;
}

}  // namespace

bool is_secret(std::string_view member) {
  const std::string name = lower(member);
  return std::any_of(std::begin(kSecret), std::end(kSecret), [&](std::string_view secret) {
    return secret.starts_with('*') ? name.ends_with(secret.substr(1)) : name == secret;
  });
}

void remove_secrets(Reply& reply, bool shows_phone_numbers, std::set<std::string>& hidden) {
  if (reply.is_object()) {
    if (!shows_phone_numbers && is_called_by_number(reply)) {
      reply.erase("name");
      hidden.emplace("name");
    }
    if (names_a_secret(reply) && reply.erase("value") > 0) hidden.emplace("value");
    for (auto member = reply.begin(); member != reply.end();) {
      const bool stays = !is_secret(member.key()) || member->is_boolean() ||
                         (shows_phone_numbers && is_phone_number(member.key()));
      if (!stays) hidden.insert(member.key());
      member = stays ? std::next(member) : reply.erase(member);
    }
  }
  if (reply.is_structured())
    for (Reply& value : reply) remove_secrets(value, shows_phone_numbers, hidden);
}

}  // namespace boxmeter::freebox
