#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "publish/store.h"

// Prometheus' two text formats.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

enum class Exposition { text, openmetrics };

std::string_view content_type(Exposition format);

/// What the devices say: families merged and sorted by name.  The first part of a page.
std::string device_families(const View& view, Exposition format);

/// A series of ours that is a histogram: of one set of labels, its points are the buckets, with
/// `le` as the last label, rising, "+Inf" at last, and behind them the sum, without `le`.
bool is_histogram(const Series& series);

/// What we say of ourselves, in the order given, and the end of the page.  No device has a family
/// of these names, since no pack may use them.
std::string own_families(const std::vector<Series>& own, Exposition format);

/// The whole page: both parts.  For `once`, tests, and as the meaning of what the server sends.
std::string render(const View& view, const std::vector<Series>& own, Exposition format);

}  // namespace boxmeter
