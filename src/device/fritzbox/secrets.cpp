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

/// The name of a secret contains one of these words,
constexpr std::string_view kWords[] = {"password",      "passphrase", "presharedkey",
                                       "preshared_key", "privatekey", "private_key",
                                       "wepkey",        "secret",     "token"};

/// and none of these: otherwise it only describes a secret (its length, its lifetime).
constexpr std::string_view kHarmless[] = {"chars",      "index",     "required",
                                          "selectable", "isdefault", "lifetime"};

/// A whole name, without "New" and "X_AVM-DE_".
struct Name {
  std::string_view name;
  bool is_personal = false;
};

/// Accounts at the provider (the user name of a PPP login is a customer number), phone numbers,
/// SIM, and lists that hold them as XML in a string.
constexpr Name kNames[] = {{"called", true},
                           {"callednumber", true},
                           {"caller", true},
                           {"callernumber", true},
                           {"clientlist"},
                           {"clientusername", true},
                           {"configfileurl"},
                           {"deflectionlist", true},
                           {"deflectiontonumber", true},
                           {"dialnumber", true},
                           {"gponserial"},
                           {"imei"},
                           {"imsi"},
                           {"incomingnumbers", true},
                           {"iccid"},
                           {"internalnumber", true},
                           {"number", true},
                           {"numberlist", true},
                           {"outgoingnumber", true},
                           {"phonebookentrydata", true},
                           {"phonenumber", true},
                           {"phonenumbers", true},
                           {"pppusername", true},
                           {"pppusernamevoip", true},
                           {"psk"},
                           {"sid"},
                           {"username", true},
                           {"voipaccountlist"},
                           {"voipaccounts"},
                           {"voipnumber", true},
                           {"voipusername", true}};

const Name* find_name(std::string_view name) {
  const auto* const found = std::ranges::find_if(
      kNames, [name = bare_name(name)](const Name& each) { return equal(name, each.name); });
  return found == std::end(kNames) ? nullptr : found;
}

constexpr std::string_view kSession = "sid=";

void remove_session(std::string& text, std::set<std::string>& hidden) {
  for (auto at = text.find(kSession); at != std::string::npos; at = text.find(kSession, at)) {
    at += kSession.size();
    const bool is_parameter = at == kSession.size() || text[at - kSession.size() - 1] == '?' ||
                              text[at - kSession.size() - 1] == '&';
    const auto length = text.find_first_of("&# \"<", at) - at;
    if (!is_parameter || text.substr(at, length).empty()) continue;
    text.erase(at, length);
    hidden.emplace(kSession);
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
  const auto is_in = [bare = bare_name(name)](std::string_view word) {
    return contains(bare, word);
  };
  return find_name(name) != nullptr ||
         (std::ranges::any_of(kWords, is_in) && std::ranges::none_of(kHarmless, is_in));
}

bool is_personal(std::string_view name) {
  const Name* const found = find_name(name);
  return found != nullptr && found->is_personal;
}

void remove_secrets(Reply& reply, bool shows_personal, std::set<std::string>& hidden) {
  if (reply.is_string()) {
    remove_session(reply.get_ref<std::string&>(), hidden);
    return;
  }
  if (reply.is_array())
    for (Reply& element : reply) remove_secrets(element, shows_personal, hidden);
  if (!reply.is_object()) return;
  for (auto member = reply.begin(); member != reply.end();) {
    if (is_secret(member.key()) && !(shows_personal && is_personal(member.key()))) {
      hidden.insert(member.key());
      member = reply.erase(member);
      continue;
    }
    remove_secrets(member.value(), shows_personal, hidden);
    ++member;
  }
}

}  // namespace boxmeter::fritzbox
