#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "metric/model.h"

// What the commands about a box print: rows as JSON for programs and as a table for people.
namespace boxmeter::fritz {

using OrderedJson = nlohmann::ordered_json;

struct Column {
  const char* heading;
  const char* key;
};

/// An array of objects as a table: true is "yes"; false, null and "" are "-".  Pure.
std::string rows_table(const OrderedJson& rows, std::span<const Column> columns);

/// Prints JSON, indented, in valid UTF-8.
void print_json(const OrderedJson& json);

/// A member of a reply as text; empty when it is not there.
std::string text(const Reply& object, const char* key);

/// The elements of a repeated XML element, of which one alone is no array.
Reply elements(const Reply& parent, const char* key);

/// The request of `boxmeter call`: "tr064", "Hosts1.GetInfo".
Request asking(const char* verb, std::string target, std::map<std::string, std::string> args = {});
/// Walks a table of the box to its end.
Request walking(std::string target, const char* index);

}  // namespace boxmeter::fritz
