#pragma once
#include <prometheus/metric_family.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metric/store.h"

namespace boxmeter {

enum class Exposition { text, openmetrics };

/// What the Accept header asks for: OpenMetrics 1.0.0 when named with a q above text's, else text.
Exposition negotiate(std::string_view accept);
std::string_view content_type(Exposition format);
/// Whether the client takes gzip ("gzip;q=0" does not).
bool accepts_gzip(std::string_view accept_encoding);

/// The whole page, families merged, sorted and unique: what the devices say and our own work
/// (`own`: prometheus-cpp's registry).  Pure; for `once`, tests, and as the meaning of what the
/// server sends.
std::string render(const View& view, const std::vector<prometheus::MetricFamily>& own,
                   Exposition format);

}  // namespace boxmeter
