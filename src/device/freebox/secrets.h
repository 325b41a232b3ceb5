#pragma once
#include <string_view>

#include "metric/model.h"

namespace boxmeter::freebox {

/// Whether a member of that name holds a secret.
bool is_secret(std::string_view member);

/// Takes out of a reply what nobody behind the brand may see, by the name of the member: keys,
/// passwords, PINs, SIM and phone numbers, cloud-init data.  What is taken out is absent, not
/// masked; so is a caller's name that is nothing but the number.  Booleans stay: {"weak_password":
/// true} tells nothing.  Pure.
void remove_secrets(Reply& reply);

}  // namespace boxmeter::freebox
