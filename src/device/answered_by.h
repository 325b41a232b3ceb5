#pragma once
#include <string>
#include <string_view>

#include "http/client.h"

namespace boxmeter {

/// What came where a box was looked for, and from which server: "HTTP 404 with HTML from 'nginx'".
/// `otherwise` stands for what is neither an HTTP error nor HTML.  Any thread; never throws.
std::string answered_by(const http::Response& response, bool is_html, std::string_view otherwise);

}  // namespace boxmeter
