#pragma once
#include <pugixml.hpp>
#include <string_view>

#include "metric/model.h"

// Reads XML as boxes send it: with comments anywhere, padded with blanks, not always valid UTF-8.
// Pure, any thread.
namespace boxmeter::fritzbox {

/// The document, which has a root element.  Throws Error{protocol} for HTML and for what is not
/// well-formed, and Error{too_large} for more than 64 levels of nesting or 300,000 tags.
pugi::xml_document parse_xml(std::string_view body);

/// The name without its namespace prefix.
std::string_view local_name(const pugi::xml_node& node);

/// The first child element of that local name; a null node if there is none.
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name);

/// The element's own text, trimmed: all its text and CDATA nodes joined.
std::string text(const pugi::xml_node& element);

/// An element as JSON: an object of its children, in which a repeated child is an array, an
/// attribute is `@name`, and the element's own text is `#text`.  An element with nothing but text
/// becomes that text, an empty one null.
Reply to_json(const pugi::xml_node& element);

/// to_json() of the root element; {} if that is empty.  Throws as parse_xml().
Reply xml_to_json(std::string_view body);

}  // namespace boxmeter::fritzbox
