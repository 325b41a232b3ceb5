#pragma once
#include <optional>
#include <string>

#include "http/url.h"
#include "yaml/section.h"

// Addresses as a configuration writes them; http::parse_url() takes them apart.  Pure, any thread.
namespace boxmeter {

/// "fritz.box", "https://fritz.box:49443/path": http, https or no scheme, and no port 0.  Throws
/// Error{config} with the place.  A password in the URL is quoted by no message.
http::Url read_url(const Value& value);

/// host:port and nothing else (port 0 included); nullopt for other texts.
std::optional<http::Url> find_host_and_port(const std::string& text);

}  // namespace boxmeter
