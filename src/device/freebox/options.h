#pragma once
#include <string>

#include "device/kinds.h"

namespace boxmeter::freebox {

/// What only a Freebox is configured with.
struct Options {
  std::string app_id = {};   // the application that the credential, an app token, was made for
  unsigned api_version = 0;  // the major version; 0: the newest that both sides know
  bool shows_phone_numbers = false;  // set by commands of which a person expects them
  friend bool operator==(const Options&, const Options&) = default;
};

/// The keys of a device's section that only this kind has.
inline constexpr Key kOptionKeys[] = {
    {.name = "app_token",
     .type = KeyType::text,
     .help = "What the box gave at registration; better in 'app_token_file'",
     .example = "change-me",
     .secret = true},
    {.name = "app_token_file",
     .type = KeyType::file,
     .help = "File that holds the app token and, on a second line, the app id",
     .example = "freebox.token"},
    {.name = "app_id",
     .type = KeyType::text,
     .help = "The application that the app token was made for; without it the second line of "
             "'app_token_file'",
     .example = "fr.example.app"},
    {.name = "api_version",
     .type = KeyType::integer,
     .help = "The major version of the API; without it the newest that both sides know",
     .example = "8",
     .least = "1",
     .most = "999"},
};

/// DeviceKind::read of this brand.  Throws Error{config} with the place.
void read_options(const OwnSection& own, DeviceConfig& device);

}  // namespace boxmeter::freebox
