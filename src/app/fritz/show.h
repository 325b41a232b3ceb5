#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "metric/model.h"

// Output of the commands, as JSON or as a table, and how they read replies.  One thread.
namespace boxmeter::fritz {

using OrderedJson = nlohmann::ordered_json;

struct Column {
  const char* heading;
  const char* key;
};

/// An array of objects as a table: true is "yes"; false, null and "" are "-".  Pure.
std::string rows_table(const OrderedJson& rows, std::span<const Column> columns);

/// Prints JSON, indented; invalid UTF-8 is replaced.
void print_json(const OrderedJson& json);

/// A member of a reply as text; empty if there is none.  Pure.
std::string text(const Reply& object, const char* key);

/// The elements of a repeated XML element as an array, also if there is only one.  Pure.
Reply elements(const Reply& parent, const char* key);

/// A request: "tr064", "Hosts1.GetInfo".
Request make_request(const char* verb, std::string target,
                     std::map<std::string, std::string> args = {});
/// A request that reads a whole table of the box, entry by entry; `index` is the argument that
/// counts.
Request table_request(std::string target, const char* index);

}  // namespace boxmeter::fritz
