#include "app/fritz/show.h"

#include <iostream>

#include "app/terminal.h"

namespace boxmeter::fritz {
namespace {

constexpr int kEndOfTable = 713;       // SpecifiedArrayIndexInvalid
constexpr unsigned kLongTable = 4096;  // rows

std::string cell(const OrderedJson& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || found->is_null() || *found == false) return "-";
  if (*found == true) return "yes";
  const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  return text.empty() ? "-" : text;
}

}  // namespace

std::string rows_table(const OrderedJson& rows, std::span<const Column> columns) {
  std::vector<TableRow> lines(1);
  for (const Column& column : columns) lines[0].emplace_back(column.heading);
  for (const OrderedJson& row : rows) {
    TableRow& line = lines.emplace_back();
    for (const Column& column : columns) line.push_back(cell(row, column.key));
  }
  return table(lines);
}

void print_json(const OrderedJson& json) {
  std::cout << json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) << "\n";
}

std::string text(const Reply& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Reply elements(const Reply& parent, const char* key) {
  if (!parent.is_object() || !parent.contains(key)) return Reply::array();
  const Reply& found = parent[key];
  return found.is_array() ? found : Reply::array({found});
}

Request make_request(const char* verb, std::string target,
                     std::map<std::string, std::string> args) {
  return {.verb = verb, .target = std::move(target), .args = std::move(args)};
}

Request table_request(std::string target, const char* index) {
  Request request = make_request("tr064", std::move(target));
  request.repeat = {.index = index, .until = kEndOfTable, .limit = kLongTable};
  return request;
}

}  // namespace boxmeter::fritz
