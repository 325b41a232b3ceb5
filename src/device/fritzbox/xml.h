#pragma once
#include <pugixml.hpp>
#include <string_view>

#include "metric/model.h"

// XML as boxes send it: with comments anywhere, padded, now and then not UTF-8.  Pure, any thread.
namespace boxmeter::fritzbox {

/// A whole document, nested at most 64 deep, with a root element.  Throws Error{protocol} for HTML,
/// for anything that is not well-formed to its end, and Error{too_large} for deeper nesting.
pugi::xml_document parse_xml(std::string_view body);

/// Whether this is a web page: what a box sends where a switch is off or a session has ended.
bool is_html(std::string_view body);

/// The name without its namespace prefix.
std::string_view local_name(const pugi::xml_node& node);

/// The first child element of that local name; null when there is none.
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name);

/// All text directly inside, joined over comments and CDATA, trimmed.
std::string text(const pugi::xml_node& element);

/// An element as design.md section 4 has it: an object of its children, a repeated one an array,
/// attributes as `@name`, text beside them as `#text`; an element with nothing but text is that
/// text.  Null when it is empty.
Reply to_json(const pugi::xml_node& element);

/// The document with its root's name dropped; {} when it is empty.  Throws as parse_xml().
Reply xml_to_json(std::string_view body);

}  // namespace boxmeter::fritzbox
