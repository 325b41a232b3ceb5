#pragma once
#include <string>
#include <string_view>

// Manual pages in mdoc(7), as `mandoc -Tlint` has nothing to say about.  Pure.
namespace boxmeter::roff {

/// What stands as it is: backslashes, and dots that begin a line.
std::string escaped(std::string_view text);

/// Running text: a sentence begins a line, and no line is longer than 78 columns.
std::string text(std::string_view sentences);

/// An argument of a macro, in quotes.
std::string quoted(std::string_view text);

/// Lines that are shown as they are.
std::string literal(std::string_view lines);

}  // namespace boxmeter::roff
