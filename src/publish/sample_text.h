#pragma once
#include <cstddef>
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

/// Appends one line: name{labels} value, or name value if there are no labels.
void append_sample(std::string& text, std::string_view name, const Labels& labels,
                   const Number& value);

/// Appends the tail of a line, with its line break: what comes after the name of the metric, '{'
/// and the labels of the device, such as `,port="1"} 5`.
void append_tail(std::string& text, const Labels& labels, const Number& value);

/// Appends whole lines: `tails` is text of append_tail(), `common` text of append_labels(), not
/// empty.
void append_lines(std::string& text, std::string_view name, std::string_view common,
                  std::string_view tails);
/// The number of bytes that append_lines() appends.
std::size_t size_of_lines(std::string_view name, std::string_view common, std::string_view tails);

struct ReadSample {
  Labels labels = {};  // without the common ones
  double value = 0;
};
/// Reads one tail back, without its line break.  For the web pages: keeping the numbers beside the
/// text would double the memory.
ReadSample read_tail(std::string_view tail);

}  // namespace boxmeter
