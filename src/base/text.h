#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Small pure functions on text.  Any thread; none of them throws Error.
namespace boxmeter {

/// `text` without white space (blank, tab, CR, LF) at its ends.
std::string_view trim(std::string_view text);

/// The pieces between separators, empty ones too; views of `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// `text` as valid UTF-8: every byte that does not belong becomes U+FFFD.  One invalid byte in
/// a label fails a whole Prometheus scrape, and one Latin-1 host name a whole JSON document.
std::string repair_utf8(std::string_view text);
bool is_utf8(std::string_view text);

/// How deep the objects and arrays of a JSON text are nested; what stands in strings does not
/// count.  Checked before parsing, because copying a deep value overflows the stack, and because a
/// parser with a callback for this (nlohmann's) takes time that grows with the square of an array's
/// length.
std::size_t json_depth(std::string_view text);

/// The first `most` bytes of UTF-8 text and "..." where there is more; no character is cut in half.
std::string shortened(std::string_view text, std::size_t most);

/// For ASCII letters only, whatever the locale.
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// " (did you mean 'x'?)" for the one of `known` that is a typing error away, else "".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

/// "a, b, c"
std::string joined(std::span<const std::string> words, std::string_view separator = ", ");

/// "1 object", "2 objects"
std::string counted(std::size_t count, std::string_view one, std::string_view several);

/// FNV-1a: the same on every machine and in every run (std::hash promises neither).
std::size_t stable_hash(std::string_view text);

}  // namespace boxmeter
