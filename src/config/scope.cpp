#include "config/scope.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace boxmeter {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// The members of the object where a path starts: an iteration, or the reply of named parts.
/// Empty: the reply of a single request, whose members are not known.
std::vector<std::string> start_members(const Scope& scope) {
  std::vector<std::string> members = scope.parts;
  if (scope.variable.empty()) return members;
  if (members.empty()) members.emplace_back("reply");
  members.push_back(scope.variable);
  return members;
}

std::vector<std::string> with_dollar(std::vector<std::string> names) {
  for (std::string& name : names) name.insert(0, "$");
  return names;
}

/// `$ap/id`: the loop binds an `id`.  A literal list has values without members.
void check_bound(const Value& place, const Path& path, const Scope& scope) {
  const auto pieces = split(path.text(), '/');
  if (path.variable() != scope.variable || pieces.size() < 2) return;
  if (pieces[1] == ".." || pieces[1] == "~" || contains(scope.bound, pieces[1])) return;
  if (!scope.asks)
    throw place.problem("path '" + path.text() + "': '$" + scope.variable +
                        "' is a single value; write '$" + scope.variable + "'");
  throw place.problem("path '" + path.text() + "': 'for_each' binds no '" + std::string(pieces[1]) +
                      "' (it binds: " + joined(scope.bound) + ")" +
                      did_you_mean(pieces[1], scope.bound));
}

/// "{radio}", or "{ap.id}" for what is bound.
std::string placeholder(const std::string& variable, const std::string& bound = "") {
  return "{" + variable + (bound.empty() ? "" : "." + bound) + "}";
}

Mistake unfilled(const Value& place, const std::string& text, const std::string& found,
                 const std::vector<std::string>& known) {
  return place.problem("'" + text + "': nothing fills '" + found + "'" +
                       (known.empty()
                            ? " (the query has no 'for_each')"
                            : " (there is: " + joined(known) + ")" + did_you_mean(found, known)));
}

void check_variable(const Value& place, const Path& path, const Scope& scope) {
  const std::vector<std::string> members = start_members(scope);
  if (contains(members, path.variable())) return check_bound(place, path, scope);
  const std::vector<std::string> known = with_dollar(members);
  const std::string name = "$" + path.variable();
  throw place.problem("path '" + path.text() + "': there is no '" + name + "'" +
                      (known.empty()
                           ? " (the query has neither 'for_each' nor parts)"
                           : " (there is: " + joined(known) + ")" + did_you_mean(name, known)));
}

void check_first_step(const Value& place, const Path& path, const Scope& scope) {
  const std::vector<std::string> members = start_members(scope);
  const std::string first(split(path.text(), '/').front());
  const bool is_name = !first.empty() && first != "*" && first != ".." && first != "~" &&
                       first.find('~') == std::string::npos;
  if (members.empty() || !is_name || contains(members, first)) return;
  throw place.problem("path '" + path.text() + "' must begin with one of: " + joined(members) +
                      " (what a query with 'for_each' or parts starts at has these members)");
}

void check_climb(const Value& place, const Path& path, const RowDepth& row) {
  std::size_t ups = 0;
  auto pieces = split(path.text(), '/');
  if (!path.variable().empty()) pieces.erase(pieces.begin());
  for (const std::string_view piece : pieces) {
    if (piece != "..") break;
    ++ups;
  }
  const std::size_t depth = path.variable().empty() ? row.depth : 1;
  if (ups <= depth) return;
  throw place.problem("path '" + path.text() + "' climbs out of the reply: its row is " +
                      std::to_string(depth) + " levels down");
}

}  // namespace

Path read_path(const Value& place, const std::string& text, const Scope& scope,
               const RowDepth& row) {
  if (text.starts_with('='))
    throw place.problem("'" + text + "' is a constant; a path is needed here");
  Path path = place.placed([&] { return Path::parse(text); });
  if (!path.variable().empty())
    check_variable(place, path, scope);
  else if (row.is_start)
    check_first_step(place, path, scope);
  check_climb(place, path, row);
  return path;
}

RowDepth row_of(const Path& path, bool is_split) {
  std::size_t depth = is_split ? 1 : 0;
  for (const std::string_view piece : split(path.text(), '/'))
    if (!piece.empty() && piece != ".." && piece != "~") ++depth;
  return {.is_start = false, .depth = depth};
}

void check_placeholders(const Value& place, const std::string& text, const Scope& scope) {
  std::vector<std::string> known;
  for (const std::string& name : scope.bound) known.push_back(placeholder(scope.variable, name));
  if (!scope.variable.empty() && !scope.asks) known.push_back(placeholder(scope.variable));
  for (std::size_t at = 0; (at = text.find_first_of("{}", at)) != std::string::npos;) {
    const auto end = text.find('}', at);
    const std::string found = text.substr(at, end == std::string::npos ? end : end - at + 1);
    if (!contains(known, found)) throw unfilled(place, text, found, known);
    at = end + 1;
  }
}

}  // namespace boxmeter
