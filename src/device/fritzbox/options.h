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
  /// What is the person's own stays in replies (phone numbers, user names), keys and passwords do
  /// not: for the command line, where one thing is asked on purpose.
  bool shows_own = false;
  friend bool operator==(const Options&, const Options&) = default;
};

/// Its keys of a device's section.
inline constexpr Key kOptionKeys[] = {
    {.name = "username",
     .type = KeyType::text,
     .help = "User of the box; without it FRITZ_USERNAME, then who logged in last",
     .example = "boxmeter"},
    {.name = "password",
     .type = KeyType::text,
     .help = "Password of that user; better in 'password_file'; without both FRITZ_PASSWORD",
     .example = "change-me",
     .secret = true},
    {.name = "password_file",
     .type = KeyType::file,
     .help = "File whose one line is the password",
     .example = "fritz.password"},
    {.name = "web_url",
     .type = KeyType::url,
     .help = "Where the box's web pages are; without it beside 'url'",
     .example = "http://fritz.box:8080"},
    {.name = "call_monitor",
     .type = KeyType::other,
     .help = "Where the box tells of calls: true (port 1012), false or host:port",
     .default_text = "false",
     .example = "true"},
};

/// DeviceKind::read of this brand.  FRITZ_USERNAME and FRITZ_PASSWORD serve the one Fritz!Box there
/// is.  Throws Error{config} with the place.
void read_options(const OwnSection& own, DeviceConfig& device);

}  // namespace boxmeter::fritzbox
