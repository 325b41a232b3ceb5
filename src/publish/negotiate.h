#pragma once
#include <string>
#include <string_view>

#include "http/server.h"
#include "publish/exposition.h"

// What a client wants, out of its headers.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// What the Accept header asks for: OpenMetrics 1.0.0 when named with a q above text's, else text.
Exposition negotiate(std::string_view accept);

/// Whether the client takes gzip ("gzip;q=0" does not).
bool accepts_gzip(std::string_view accept_encoding);

/// Makes `text` the body of `response`, packed where that is worth it and the client of `request`
/// takes it.  `Vary` is the caller's.
void set_body(http::ServerResponse& response, const http::ServerRequest& request, std::string text);

}  // namespace boxmeter
