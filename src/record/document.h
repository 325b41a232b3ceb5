#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace boxmeter::record {

/// Where a value stands: the XML element or JSON member ("@name": an attribute; "#key": the name of
/// one, "#comment"; "" where there is none), and the one around it.
struct Spot {
  std::string parent = {};
  std::string name = {};
  bool is_number = false;  // of JSON: not in quotes
};

/// Called with the unescaped text of every value and every name of a document.  Returns the text to
/// put in its place.
using Visit = std::function<std::string(const Spot& spot, const std::string& text)>;

/// An XML or JSON document with its values and names replaced and every other byte as it was.  What
/// is neither is one value.  Of a value that is itself a document, the values are visited instead.
/// Pure; accepts any text, also a document that is cut off.  Never throws Error.
std::string rewritten(std::string_view document, const Visit& visit);

std::string xml_unescaped(std::string_view text);
std::string xml_escaped(std::string_view text);
std::string json_unescaped(std::string_view text);
std::string percent_decoded(std::string_view text);
/// For a path with a query: the separators stay.
std::string percent_encoded(std::string_view text);
/// The text that `text` is the base64 of; empty if it is not base64, or of bytes that are no text.
std::string from_base64(std::string_view text);

/// The text of a UTF-8 code point; U+FFFD for one that is none.
std::string utf8(unsigned code_point);

}  // namespace boxmeter::record
