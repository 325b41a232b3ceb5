#pragma once
#include <string>
#include <string_view>

#include "metric/model.h"

// Sample lines as both exposition formats share them.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// Seconds since 1970, in whole milliseconds: a double of nanoseconds has digits that nobody
/// measured.
double unix_seconds(WallClock::time_point when);

/// Appends name="value" pairs, escaped, separated and, when `text` does not end in '{', preceded by
/// a comma.  Values must be valid UTF-8: one invalid byte fails a whole scrape.
void append_labels(std::string& text, const Labels& labels);

/// Appends one line: name{COMMON,labels} value, or name value without any.  `common` is what
/// append_labels made.
void append_sample(std::string& text, std::string_view name, std::string_view common,
                   const Labels& labels, const Number& value);

struct ReadSample {
  Labels labels = {};  // without those of `common`
  double value = 0;
};
/// One line, without its end, that append_sample() wrote with this `name` and `common`, read back.
/// A page of ours shows it so: kept as numbers, too, every series would be in memory twice.
ReadSample read_sample(std::string_view line, std::string_view name, std::string_view common);

}  // namespace boxmeter
