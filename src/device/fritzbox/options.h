#pragma once
#include <filesystem>
#include <string>

#include "device/kinds.h"

namespace boxmeter::fritzbox {

/// What only a Fritz!Box is configured with.
struct Options {
  std::string web_url = {};       // its web server; empty: beside DeviceConfig::url
  std::string call_monitor = {};  // host:port; empty: not listened to
  /// The file that keeps what the box can be asked; empty: it is read anew each time.
  std::filesystem::path api_cache = {};
  bool verify_api_cache = true;  // against the box's model and firmware, by one request
};

/// Its keys of a device's section.
inline constexpr std::string_view kOptionKeys[] = {"username", "password", "password_file",
                                                   "web_url", "call_monitor"};

/// DeviceKind::read of this brand.  FRITZ_USERNAME and FRITZ_PASSWORD serve the one Fritz!Box there
/// is.  Throws Error{config} with the place.
void read_options(const OwnSection& own, DeviceConfig& device);

}  // namespace boxmeter::fritzbox
