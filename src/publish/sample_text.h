#pragma once
#include <string>
#include <string_view>

#include "metric/model.h"

// Sample lines, which are the same in both exposition formats.  Pure, any thread, never throws
// Error.
namespace boxmeter {

/// Seconds since 1970, cut to milliseconds, since a double cannot hold nanoseconds exactly.
double unix_seconds(WallClock::time_point when);

/// Appends name="value" pairs, escaped, separated and, when `text` does not end in '{', preceded by
/// a comma.  Values must be valid UTF-8: one invalid byte fails a whole scrape.
void append_labels(std::string& text, const Labels& labels);

/// Appends one line: name{COMMON,labels} value, or name value if there are no labels.  `common` is
/// text of append_labels().
void append_sample(std::string& text, std::string_view name, std::string_view common,
                   const Labels& labels, const Number& value);

struct ReadSample {
  Labels labels = {};  // without those of `common`
  double value = 0;
};
/// Reads one line back, without its line break, that append_sample() wrote with the same `name` and
/// `common`.  For the web pages: keeping the numbers beside the text would double the memory.
ReadSample read_sample(std::string_view line, std::string_view name, std::string_view common);

}  // namespace boxmeter
