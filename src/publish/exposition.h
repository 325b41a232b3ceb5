#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "publish/store.h"

// Writes Prometheus' two text formats (https://prometheus.io/docs/instrumenting/exposition_formats/
// and https://prometheus.io/docs/specs/om/open_metrics_spec/).  Pure, any thread, never throws
// Error.
namespace boxmeter {

enum class Exposition { text, openmetrics };

std::string_view content_type(Exposition format);

/// The series of the devices: families merged and sorted by name.  The first part of the page.
std::string device_families(const View& view, Exposition format);

/// Whether this is a histogram, which only our own series can be.  Per set of labels its points are
/// the buckets, with `le` as the last label, in rising order up to "+Inf", and then the sum,
/// without `le`.
bool is_histogram(const Series& series);

/// boxmeter's own series, in the given order, and the end of the page.  Devices cannot have
/// families of the same names: packs may not use them.
std::string own_families(const std::vector<Series>& own, Exposition format);

/// The whole page, both parts.  For `once` and tests; the server sends the same from a cache.
std::string render(const View& view, const std::vector<Series>& own, Exposition format);

}  // namespace boxmeter
