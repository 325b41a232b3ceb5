#pragma once
#include <set>
#include <string>
#include <string_view>

#include "metric/model.h"

// What must not leave this brand: keys, passwords, account and phone numbers, session ids.
// Pure, any thread.
namespace boxmeter::fritzbox {

/// The name of a member without "@", "New" and "X_AVM-DE_".
std::string_view bare_name(std::string_view name);

/// Whether a member of that name holds a secret, in SOAP replies and in lists.
bool is_secret(std::string_view name);

/// Whether that is only the person's own (a phone number, a user name) and no key: shown to who
/// asks for it on purpose.
bool is_own(std::string_view name);

/// Takes out every member that is_secret(), at any depth, and the session id of every address;
/// with `shows_own` is_own() stays.  Their names are added to `hidden`, "sid=" for a session id.
void remove_secrets(Reply& reply, bool shows_own, std::set<std::string>& hidden);

}  // namespace boxmeter::fritzbox
