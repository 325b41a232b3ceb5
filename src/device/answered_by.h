#pragma once
#include <string>
#include <string_view>

#include "http/client.h"

namespace boxmeter {

/// Whether this is a web page: what a box sends if an interface is switched off or a session
/// expired, and what most others send.  Pure, any thread.
bool is_html(std::string_view body);

/// Describes an answer that did not come from a box, for an error: "HTTP 404 with HTML from
/// 'nginx'", the last from its Server header.  `otherwise` is the description of an answer that is
/// neither an HTTP error nor HTML.  Any thread.
std::string answered_by(const http::Response& response, std::string_view otherwise);

}  // namespace boxmeter
