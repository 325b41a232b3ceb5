#pragma once
#include <set>
#include <string>
#include <string_view>

#include "metric/model.h"

// Removes from replies what no code outside this brand may see: keys, passwords, account and phone
// numbers, session ids.  Pure, any thread.
namespace boxmeter::fritzbox {

/// The name of a member without "@", "New" and "X_AVM-DE_".
std::string_view bare_name(std::string_view name);

/// Whether a member of that name holds a secret, in SOAP replies and in lists.
bool is_secret(std::string_view name);

/// Whether such a secret is personal data (a phone number, a user name), not a key: it may be shown
/// to a person who asks for it.
bool is_personal(std::string_view name);

/// Removes every member that is_secret(), at any depth, and the session id in every URL; with
/// `shows_personal` members that are is_personal() stay.  The names of what was removed are added
/// to `hidden`, "sid=" for a session id.
void remove_secrets(Reply& reply, bool shows_personal, std::set<std::string>& hidden);

}  // namespace boxmeter::fritzbox
