#pragma once
#include "metric/model.h"

namespace boxmeter::freebox {

/// Takes out of a reply what nobody behind the brand may see, by the name of the member: keys,
/// passwords, PINs, SIM and phone numbers, cloud-init data.  What is taken out is absent, not
/// masked.  Booleans stay: {"weak_password": true} tells nothing.  Pure.
void remove_secrets(Reply& reply);

}  // namespace boxmeter::freebox
