#pragma once
#include <set>
#include <string>
#include <string_view>

#include "metric/model.h"

namespace boxmeter::freebox {

/// Whether a member of that name holds a secret.
bool is_secret(std::string_view member);

/// Removes from a reply what no code outside this brand may see, by the names of members: keys,
/// passwords, PINs, SIM and phone numbers, cloud-init data, and a caller's name that is only the
/// number.  What is removed is absent, not masked.  Booleans stay: {"weak_password": true} reveals
/// nothing.  With `shows_phone_numbers` the numbers of calls and contacts stay too.  The names of
/// the removed members are added to `hidden`.  Pure, any thread.
void remove_secrets(Reply& reply, bool shows_phone_numbers, std::set<std::string>& hidden);

}  // namespace boxmeter::freebox
