#pragma once
#include <string>

#include "device/kinds.h"

namespace boxmeter::freebox {

/// What only a Freebox is configured with.
struct Options {
  std::string app_id = {};   // the application that the credential, an app token, was made for
  unsigned api_version = 0;  // the major one; 0: the newest that both sides know
};

/// Its keys of a device's section.
inline constexpr std::string_view kOptionKeys[] = {"app_token", "app_token_file", "app_id",
                                                   "api_version"};

/// DeviceKind::read of this brand.  Throws Error{config} with the place.
void read_options(const OwnSection& own, DeviceConfig& device);

}  // namespace boxmeter::freebox
