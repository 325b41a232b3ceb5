#pragma once
#include <string_view>

#include "publish/exposition.h"

// What a client wants, out of its headers.  Pure, any thread, throws nothing.
namespace boxmeter {

/// What the Accept header asks for: OpenMetrics 1.0.0 when named with a q above text's, else text.
Exposition negotiate(std::string_view accept);

/// Whether the client takes gzip ("gzip;q=0" does not).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace boxmeter
