#pragma once
#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

#include "publish/store.h"

// Prometheus' two text formats.  Everything here is pure; any thread.
namespace boxmeter {

enum class Exposition { text, openmetrics };

/// What the Accept header asks for: OpenMetrics 1.0.0 when named with a q above text's, else text.
Exposition negotiate(std::string_view accept);
std::string_view content_type(Exposition format);
/// Whether the client takes gzip ("gzip;q=0" does not).
bool accepts_gzip(std::string_view accept_encoding);

/// The whole page, families merged and sorted: what the devices say and our own work
/// (`own`: prometheus-cpp's registry).  For `once`, tests, and as the meaning of what the server
/// sends.  A family of the devices with the name of one of ours is left out.
std::string render(const View& view, const std::vector<prometheus::MetricFamily>& own,
                   Exposition format);

/// The devices' part of the page, cut where families of our own belong: piece i stands before
/// `own_names[i]` (sorted), and one more after the last.  For a page whose larger part is kept.
std::vector<std::string> device_pieces(const View& view, const std::vector<std::string>& own_names,
                                       Exposition format);
/// Appends one family of our own.
void append_own(std::string& text, const prometheus::MetricFamily& family, Exposition format);

}  // namespace boxmeter
