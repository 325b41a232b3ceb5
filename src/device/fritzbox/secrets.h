#pragma once
#include <string_view>

#include "metric/model.h"

// What must not leave this brand: keys, passwords, account and phone numbers, session ids.
// Pure, any thread.
namespace boxmeter::fritzbox {

/// The name of a member without "@", "New" and "X_AVM-DE_".
std::string_view bare_name(std::string_view name);

/// Whether a member of that name holds a secret, in SOAP replies and in lists.
bool is_secret(std::string_view name);

/// Takes out every member that is_secret(), at any depth, and the session id of every address.
void remove_secrets(Reply& reply);

}  // namespace boxmeter::fritzbox
