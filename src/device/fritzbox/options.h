#pragma once
#include <filesystem>
#include <string>

#include "device/kinds.h"

namespace boxmeter::fritzbox {

/// What only a Fritz!Box is configured with.
struct Options {
  std::string web_url = {};       // of its web server; empty: derived from DeviceConfig::url
  std::string call_monitor = {};  // host:port; empty: not used
  /// The file that caches the catalog of what the box can be asked; empty: it is read from the box.
  std::filesystem::path api_cache = {};
  bool verify_api_cache = true;  // compare it with the box's model and firmware, by one request
  /// Personal data (phone numbers, user names) stays in replies; keys and passwords do not.  Set by
  /// commands of which a person expects it.
  bool shows_personal = false;
  friend bool operator==(const Options&, const Options&) = default;
};

/// The keys of a device's section that only this kind has.
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

/// This brand's DeviceKind::read.  Without keys for them, user and password come from
/// FRITZ_USERNAME and FRITZ_PASSWORD if there is only one Fritz!Box.  Throws Error{config} with the
/// place.
void read_options(const OwnSection& own, DeviceConfig& device);

}  // namespace boxmeter::fritzbox
