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

/// Called with every value of a document, and with every name, its text without escapes.  Returns
/// the text that shall stand there.
using Visit = std::function<std::string(const Spot& spot, const std::string& text)>;

/// An XML or JSON document with its values and names replaced and every other byte as it was.  What
/// is neither is one value.  A value that is itself a document is gone through, not visited.  Pure;
/// takes whatever arrives, whole or cut off.
std::string rewritten(std::string_view document, const Visit& visit);

std::string xml_unescaped(std::string_view text);
std::string xml_escaped(std::string_view text);
std::string json_unescaped(std::string_view text);
std::string percent_decoded(std::string_view text);
/// As in a path or a query: what separates there stays.
std::string percent_encoded(std::string_view text);
/// The text that a base64 stands for; empty where it is none, or stands for bytes.
std::string from_base64(std::string_view text);

/// The text of a UTF-8 code point; U+FFFD for one that is none.
std::string utf8(unsigned code_point);

}  // namespace boxmeter::record
