#include "device/fritzbox/secrets.h"

#include <algorithm>
#include <array>
#include <string>

namespace boxmeter::fritzbox {
namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal(std::string_view name, std::string_view lower_case) {
  return std::ranges::equal(name, lower_case, {}, lowered);
}

bool contains(std::string_view name, std::string_view lower_case) {
  const auto is_same = [](char a, char b) { return lowered(a) == b; };
  return std::search(name.begin(), name.end(), lower_case.begin(), lower_case.end(), is_same) !=
         name.end();
}

/// Anywhere in a name.
constexpr std::string_view kWords[] = {"password",      "passphrase", "presharedkey",
                                       "preshared_key", "privatekey", "private_key",
                                       "wepkey",        "secret",     "token"};

/// Names with such words that only speak about a secret.
constexpr std::string_view kHarmless[] = {"chars",      "index",     "required",
                                          "selectable", "isdefault", "lifetime"};

/// Whole names, without "New" and "X_AVM-DE_".  Accounts at the provider (the user name of a PPP
/// login is a customer number), phone numbers, SIM, and lists that hold them as XML in a string.
constexpr std::string_view kNames[] = {"called",
                                       "callednumber",
                                       "caller",
                                       "callernumber",
                                       "clientlist",
                                       "clientusername",
                                       "configfileurl",
                                       "deflectionlist",
                                       "deflectiontonumber",
                                       "dialnumber",
                                       "gponserial",
                                       "imei",
                                       "imsi",
                                       "incomingnumbers",
                                       "iccid",
                                       "internalnumber",
                                       "number",
                                       "numberlist",
                                       "outgoingnumber",
                                       "phonebookentrydata",
                                       "phonenumber",
                                       "phonenumbers",
                                       "pppusername",
                                       "pppusernamevoip",
                                       "psk",
                                       "sid",
                                       "username",
                                       "voipaccountlist",
                                       "voipaccounts",
                                       "voipnumber",
                                       "voipusername"};

void remove_session(std::string& text) {
  for (auto at = text.find("sid="); at != std::string::npos; at = text.find("sid=", at)) {
    at += 4;
    const bool is_parameter = at == 4 || text[at - 5] == '?' || text[at - 5] == '&';
    if (is_parameter) text.erase(at, text.find_first_of("&# \"<", at) - at);
  }
}

}  // namespace

std::string_view bare_name(std::string_view name) {
  if (name.starts_with("@")) name.remove_prefix(1);
  if (name.starts_with("New")) name.remove_prefix(3);
  if (name.starts_with("X_AVM-DE_") || name.starts_with("X_AVM_DE_")) name.remove_prefix(9);
  return name;
}

bool is_secret(std::string_view name) {
  name = bare_name(name);
  const auto is_in = [name](std::string_view word) { return contains(name, word); };
  return std::ranges::any_of(kNames, [name](std::string_view n) { return equal(name, n); }) ||
         (std::ranges::any_of(kWords, is_in) && std::ranges::none_of(kHarmless, is_in));
}

void remove_secrets(Reply& reply) {
  if (reply.is_string()) {
    remove_session(reply.get_ref<std::string&>());
    return;
  }
  if (reply.is_array())
    for (Reply& element : reply) remove_secrets(element);
  if (!reply.is_object()) return;
  for (auto member = reply.begin(); member != reply.end();) {
    if (is_secret(member.key())) {
      member = reply.erase(member);
      continue;
    }
    remove_secrets(member.value());
    ++member;
  }
}

}  // namespace boxmeter::fritzbox
