#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "device/kinds.h"
#include "http/client.h"
#include "yaml/section.h"

// Addresses, and which certificates to accept there.  All throw Error{config} with the place.
namespace boxmeter {

/// "box.example" or "https://box.example:49443" as scheme://host[:port]; what is left out is the
/// kind's default.  "auto" stays if the kind can be found, and so does the path of the kind's API.
std::string read_box_url(const Value& value, const DeviceKind& kind);

/// A whole http or https URL without a password in it.
std::string read_push_url(const Value& value);

bool is_https(const std::string& url);

/// The key `tls` of `section`, which belongs to `url`.  `known_key` is where first-use remembers a
/// key; empty: first-use is refused.
http::TlsPolicy read_tls(const Section& section, const std::string& url, http::TlsMode by_default,
                         const std::filesystem::path& known_key,
                         const std::filesystem::path& folder);

/// Anything that http::parse_listen_address() takes, but sockets that are handed over.
std::string read_listen_address(const Value& value);

}  // namespace boxmeter
