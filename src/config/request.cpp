#include "config/request.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "config/config.h"
#include "config/pack_keys.h"
#include "config/source.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

bool is_option(std::string_view key) { return find_key(kRequestKeys, key) != nullptr; }

std::map<std::string, std::string> read_args(const Value& value, const Scope& scope) {
  std::map<std::string, std::string> args;
  for (const auto& [key, argument] : value.entries()) {
    std::vector<std::string> texts;  // a list is one text with commas
    for (const Value& item : argument.list_or_one()) texts.push_back(item.text());
    const std::string text = joined(texts, ",");
    check_placeholders(argument, text, scope);
    args.emplace(key.raw(), text);
  }
  return args;
}

Request::Repeat read_repeat(const Value& value, const Scope& scope) {
  const Section section(value, kRepeatKeys);
  Request::Repeat repeat;
  repeat.index = section.required("index").text();
  if (section.has("until") == section.has("count"))
    throw section.problem(
        "'repeat' needs either 'until' (the error code that ends the list) or 'count' "
        "(Service.Action/NewCount)");
  if (const auto until = section.integer("until")) repeat.until = static_cast<int>(*until);
  if (const auto count = section.find("count")) {
    repeat.count = count->text();
    check_placeholders(*count, repeat.count, scope);
  }
  if (const auto limit = section.integer("limit")) repeat.limit = static_cast<unsigned>(*limit);
  return repeat;
}

/// A box may serve more than its API below the same host: `../` must not lead there.
void check_target(const Value& place, const std::string& target) {
  std::string plain = lower(target);
  for (std::size_t at; (at = plain.find("%2e")) != std::string::npos;) plain.replace(at, 3, ".");
  for (std::size_t at; (at = plain.find("%2f")) != std::string::npos;) plain.replace(at, 3, "/");
  std::ranges::replace(plain, '\\', '/');
  plain.erase(std::min(plain.find('?'), plain.size()));
  for (const std::string_view step : split(plain, '/'))
    if (step == "..")
      throw place.problem("'" + target + "' climbs out of the box's API; remove the '..'");
}

/// `verb: target`, or `verb: {name: value, ...}` whose members are the arguments.
Request read_verb(const Value& key, const Value& value, const Scope& scope) {
  Request request{.verb = key.raw()};
  if (value.is_map())
    request.args = read_args(value, scope);
  else
    request.target = value.text();
  check_target(value, request.target);
  check_placeholders(value, request.target, scope);
  return request;
}

std::string example(const Scope& scope) { return std::string(scope.kind->example_request); }

/// `others` are the keys that stand beside the request's own.
Request read_request(const Value& value, const Scope& scope,
                     const std::vector<std::string>& others = {}) {
  if (value.is_scalar())
    throw value.problem("a request is a mapping such as {" + example(scope) + "}, not '" +
                        value.raw() + "'");
  std::vector<Value::Entry> verbs = value.entries();
  std::erase_if(verbs, [&](const Value::Entry& entry) {
    return is_option(entry.key.raw()) || std::ranges::find(others, entry.key.raw()) != others.end();
  });
  if (verbs.empty()) throw value.problem("a request is missing (such as {" + example(scope) + "})");
  if (verbs.size() > 1) {
    std::vector<std::string> known = others;
    for (const Key& option : kRequestKeys) known.emplace_back(option.name);
    const std::string& second = verbs[1].key.raw();
    throw verbs[1].key.problem("unknown key '" + second + "' beside the request '" +
                               verbs[0].key.raw() + "'" + did_you_mean(second, known));
  }
  std::vector<Key> more = {{.name = verbs[0].key.raw(), .type = KeyType::other, .help = ""}};
  for (const std::string& other : others)
    more.push_back({.name = other, .type = KeyType::other, .help = ""});
  const Section section(value, kRequestKeys, more);
  Request request = read_verb(verbs[0].key, section.required(verbs[0].key.raw()), scope);
  if (const auto args = section.find("args")) request.args = read_args(*args, scope);
  if (const auto repeat = section.find("repeat")) request.repeat = read_repeat(*repeat, scope);
  if (const auto body = section.size("max_body")) request.body_limit = *body;
  if (const auto keep = section.duration("keep")) request.keep = *keep;
  verbs[0].value.placed([&] { scope.kind->check(request); });
  return request;
}

std::vector<Request> read_alternatives(const Value& value, const Scope& scope) {
  if (!value.is_map() || value.entries().empty() || value.entries()[0].key.raw() != "first")
    return {read_request(value, scope)};
  const Value first = Section(value, {"first"}).required("first");
  std::vector<Request> requests;
  for (const Value& alternative : first.list())
    requests.push_back(read_request(alternative, scope));
  if (requests.empty()) throw first.problem("'first' must list at least one request");
  return requests;
}

/// Such as `rrd: {db: net}`.
bool takes_object(const DeviceKind& kind, std::string_view verb) {
  return std::ranges::any_of(
      kind.verbs, [&](const Verb& each) { return each.word == verb && each.takes_object; });
}

/// An object of objects has parts, unless it is a request that takes an object.
bool has_parts(const Value& value, const DeviceKind& kind) {
  if (!value.is_map()) return false;
  const auto entries = value.entries();
  return !entries.empty() && std::ranges::all_of(entries, [&](const Value::Entry& entry) {
    return entry.value.is_map() && !takes_object(kind, entry.key.raw());
  });
}

void check_part_name(const Value& key, const Scope& scope) {
  if (!is_identifier(key.raw()))
    throw key.problem("part " + key.name() + " must be a word of letters, digits and '_'");
  if (key.raw() == "reply" || key.raw() == "first" || key.raw() == scope.variable)
    throw key.problem("a part cannot be called " + key.name() + ", which means something else");
}

void read_values(const Value& value, Loop& loop) {
  for (const Value& item : value.list()) {
    loop.values.push_back(item.text());
    if (std::ranges::count(loop.values, loop.values.back()) > 1)
      throw item.problem("'" + loop.values.back() + "' is given twice");
  }
  if (loop.values.empty()) throw value.problem("'for_each' must list at least one value");
}

void read_asked(const Value& value, Loop& loop, Scope& scope) {
  const Scope outside{.kind = scope.kind};
  loop.request = read_request(value, outside, {"each", "where", "bind"});
  std::vector<std::string> keys = {
      loop.request->verb, "args", "repeat", "max_body", "keep", "each", "where", "bind"};
  const Section section(value, keys);
  RowDepth row;
  if (const auto each = section.find("each")) loop.each = read_each(*each, outside, row);
  if (const auto where = section.find("where")) loop.where = read_where(*where, outside, row);
  for (const Condition& condition : loop.where)
    if (condition.within)
      throw section.required("where").problem(
          "'within' has no meaning in a 'for_each'; put it at the metrics");
  for (const auto& [key, path] : section.required("bind").entries()) {
    if (!is_identifier(key.raw()))
      throw key.problem(key.name() + " must be a word of letters, digits and '_'");
    loop.bind.emplace_back(key.raw(), read_path(path, path.text(), outside, row));
    scope.bound.push_back(key.raw());
  }
  if (loop.bind.empty()) throw section.required("bind").problem("'bind' binds nothing");
}

}  // namespace

Loop read_loop(const Value& value, Scope& scope) {
  const auto entries = value.entries();
  if (entries.size() != 1)
    throw value.problem("'for_each' must have one variable, such as {radio: [1, 2, 3]}");
  const auto& [key, source] = entries[0];
  if (!is_identifier(key.raw()) || key.raw() == "reply")
    throw key.problem("a variable cannot be called " + key.name());
  Loop loop{.variable = key.raw()};
  scope.asks = source.is_map();
  if (scope.asks)
    read_asked(source, loop, scope);
  else
    read_values(source, loop);
  scope.variable = key.raw();
  return loop;
}

std::vector<Part> read_parts(const Value& value, Scope& scope) {
  const auto is_kept = [](const Part& part) {
    return std::ranges::any_of(part.first, [](const Request& r) { return r.keep.count() > 0; });
  };
  const auto check = [&](std::vector<Part> parts) {
    if (std::ranges::all_of(parts, is_kept))
      throw value.problem(
          "'keep' is for a part beside others that are asked each time; how often a query is asked "
          "says its 'interval'");
    return parts;
  };
  if (!has_parts(value, *scope.kind))
    return check({Part{.first = read_alternatives(value, scope)}});
  std::vector<Part> parts;
  for (const auto& [key, request] : value.entries()) {
    check_part_name(key, scope);
    parts.push_back({.name = key.raw(), .first = read_alternatives(request, scope)});
    scope.parts.push_back(key.raw());
  }
  return check(std::move(parts));
}

Request parse_request(const DeviceKind& kind, std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view verb = trim(text.substr(0, colon));
  const std::string_view target =
      colon == std::string_view::npos ? std::string_view() : trim(text.substr(colon + 1));
  if (!is_identifier(verb) || target.empty())
    throw Error(ErrorKind::config, "'" + std::string(text) + "' is not a request (such as '" +
                                       std::string(kind.example_request) + "')");
  return {.verb = std::string(verb), .target = std::string(target)};
}

}  // namespace boxmeter
