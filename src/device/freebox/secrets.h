#pragma once
#include <set>
#include <string>
#include <string_view>

#include "metric/model.h"

namespace boxmeter::freebox {

/// Whether a member of that name holds a secret.
bool is_secret(std::string_view member);

/// Takes out of a reply what nobody behind the brand may see, by the name of the member: keys,
/// passwords, PINs, SIM and phone numbers, cloud-init data.  What is taken out is absent, not
/// masked; so is a caller's name that is nothing but the number.  Booleans stay: {"weak_password":
/// true} tells nothing.  With `shows_own` the phone numbers of calls and contacts stay, for who
/// asks for them on purpose.  The names of what was taken out are added to `hidden`.  Pure.
void remove_secrets(Reply& reply, bool shows_own, std::set<std::string>& hidden);

}  // namespace boxmeter::freebox
