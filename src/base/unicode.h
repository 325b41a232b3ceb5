#pragma once
#include <string>
#include <string_view>

// Characters (Unicode's code points) and UTF-8.  Any thread; nothing here throws Error.
namespace boxmeter {

/// Bytes that are no UTF-8 become U+FFFD.
std::u32string characters_of(std::string_view text);

/// `character` is a Unicode scalar value: up to U+10FFFF and no surrogate.
void append_utf8(std::string& out, char32_t character);

/// `text` as it can be shown to a person: one line that moves no cursor, sends a terminal no
/// command and keeps its writing direction.  Control characters (C0, DEL, C1), line separators and
/// bidirectional marks are written out: \n, \u001b, \u202e.
std::string printable(std::string_view text);

}  // namespace boxmeter
