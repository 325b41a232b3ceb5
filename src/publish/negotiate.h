#pragma once
#include <string>
#include <string_view>

#include "http/server.h"
#include "publish/exposition.h"

// HTTP content negotiation (RFC 9110 section 12.5).  Pure, any thread, never throws Error.
namespace boxmeter {

/// The format for an Accept header: OpenMetrics 1.0.0 if it is named with a higher q than text,
/// else text.
Exposition negotiate(std::string_view accept);

/// Whether an Accept-Encoding header allows gzip ("gzip;q=0" does not).
bool accepts_gzip(std::string_view accept_encoding);

/// Makes `text` the body of `response`, compressed if it is long enough and the client of `request`
/// accepts gzip.  The caller sets `Vary`.
void set_body(http::ServerResponse& response, const http::ServerRequest& request, std::string text);

}  // namespace boxmeter
