#include "device/freebox/request.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "device/freebox/commands.h"
#include "device/freebox/json.h"
#include "http/encode.h"

namespace boxmeter::freebox {
namespace {

using http::Method;
using Arguments = std::map<std::string, std::string>;

constexpr std::string_view kBody = "post_data";  // pyfbx's name for it

struct MethodVerb {
  std::string_view word;
  Method method;
};
constexpr MethodVerb kMethodVerbs[] = {
    {"get", Method::get},
    {"post", Method::post},
    {"put", Method::put},
    {"delete", Method::del},
};

/// GETs that hand out secrets or have an effect: not for a pack.  A `*` stands for one step.
struct Denied {
  std::string_view path;
  std::string_view why;
};
constexpr Denied kDenied[] = {
    {"dl", "it downloads a file"},
    {"home/pairing", "it belongs to pairing"},
    {"home/sms", "it lists phone numbers"},
    {"login/authorize", "it belongs to registration"},
    {"login/logout", "it ends the session"},
    {"login/session", "it opens a session"},
    {"share_link", "it shows links that open files to anybody"},
    {"tv/mycanal_token", "it shows a token"},
    {"vm/*/console", "it opens a console"},
    {"vm/*/vnc", "it opens a console"},
    {"vpn/download_config", "it downloads keys"},
    {"ws", "it opens a web socket"},
};

[[noreturn]] void fail(std::string what) { throw Error(ErrorKind::config, std::move(what)); }

[[noreturn]] void refuse(std::string_view target, const std::string& why) {
  std::string shown = repair_utf8(target);
  std::ranges::replace_if(
      shown, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; },
      '?');  // no escape sequence reaches a terminal
  fail("path '" + shown + "' " + why);
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments = split(path, '/');
  if (!segments.empty() && segments.back().empty()) segments.pop_back();
  return segments;
}

bool starts_with(const std::vector<std::string_view>& segments, std::string_view pattern) {
  const auto wanted = split(pattern, '/');
  return wanted.size() <= segments.size() &&
         std::equal(wanted.begin(), wanted.end(), segments.begin(),
                    [](std::string_view w, std::string_view s) { return w == "*" || w == s; });
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/:=+,@").find(c) != std::string_view::npos;
}

std::string encoded(std::string_view text, bool slashes) {
  std::string result;
  for (const char c : text)
    result += is_plain(c) && (c != '/' || slashes) ? std::string(1, c)
                                                   : http::percent_encoded(std::string_view(&c, 1));
  return result;
}

/// Without the "api/v8/" that every path has in Free's documentation: the configuration decides
/// which version is asked.
std::string_view without_root(std::string_view path) {
  constexpr std::string_view kRoot = "api/v";
  if (!path.starts_with(kRoot)) return path;
  const auto end = path.find('/', kRoot.size());
  const std::string_view version = path.substr(kRoot.size(), end - kRoot.size());
  const bool is_version = end != std::string_view::npos && !version.empty() &&
                          version.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_version ? path.substr(end + 1) : path;
}

/// The target as a path below the API's root, without a leading slash; throws if it is not one.
std::string_view relative(std::string_view target) {
  if (target.find("://") != std::string_view::npos)
    refuse(target, "is a URL (expected: a path below the API's root, such as connection/)");
  std::string_view path = target;
  if (path.starts_with('/')) path.remove_prefix(1);
  path = without_root(path);
  const auto segments = segments_of(path);
  if (segments.empty()) refuse(target, "is empty (expected: such as connection/)");
  for (const std::string_view segment : segments) {
    if (segment.empty()) refuse(target, "has an empty step");
    if (segment == "." || segment == "..")
      refuse(target, "climbs with '" + std::string(segment) + "'");
  }
  return path;
}

std::optional<std::string> why_denied(std::string_view path) {
  const auto segments = segments_of(path);
  for (const Denied& denied : kDenied)
    if (starts_with(segments, denied.path)) return "is not for reading: " + std::string(denied.why);
  return std::nullopt;
}

/// An argument, encoded so that it stays one step of a path.
std::string step_of(const std::string& name, const std::string& value) {
  if (value.empty() || value == "." || value == "..")
    fail("URL parameter '" + name + "' cannot be '" + value + "'");
  return encoded(value, /*slashes=*/false);
}

/// The path with its parameters replaced by arguments, which are removed from `left`.
std::string filled(std::string_view path, Arguments& left) {
  std::string result;
  std::set<std::string> used;
  while (!path.empty()) {
    const auto open = std::min(path.find('{'), path.size());
    const auto close = path.find('}', open);
    result += encoded(path.substr(0, open), /*slashes=*/true);
    if (open == path.size() || close == std::string_view::npos) {
      result += encoded(path.substr(open), /*slashes=*/true);
      break;
    }
    const std::string name(path.substr(open + 1, close - open - 1));
    const auto argument = left.find(name);
    if (argument == left.end()) fail("URL parameter '" + name + "' is missing");
    result += step_of(name, argument->second);
    used.insert(name);
    path.remove_prefix(close + 1);
  }
  for (const std::string& name : used) left.erase(name);
  return result;
}

std::string query_of(const Arguments& arguments) {
  std::string query;
  for (const auto& [name, value] : arguments)
    query.append(query.empty() ? "?" : "&")
        .append(http::percent_encoded(name))
        .append("=")
        .append(http::percent_encoded(value));
  return query;
}

std::string taken_body(Arguments& left) {
  const auto body = left.extract(std::string(kBody));
  if (body.empty()) return "";
  try {
    return parse_json(body.mapped()).is_null() ? "" : body.mapped();  // pyfbx's post_data=None
  } catch (const Error&) {
    fail("'post_data' is not JSON");  // not quoted: passwords are sent this way
  }
}

Call path_call(Method method, std::string_view path, Arguments arguments) {
  Call call{.method = method};
  if (method != Method::get) call.body = taken_body(arguments);
  call.path = filled(path, arguments);
  if (arguments.empty()) return call;
  if (method != Method::get || arguments.contains(std::string(kBody)))
    fail("a " + std::string(name(method)) + " takes no argument '" + arguments.begin()->first +
         "'");
  call.path += query_of(arguments);
  return call;
}

/// The argument `type` of commands such as Contacts.Get_the_list_of_numbers_for_a_given_contact.
void check_choice(const Command& command, const Arguments& arguments) {
  const auto choice = arguments.find("type");
  if (command.choices.empty() || choice == arguments.end()) return;
  std::vector<std::string> known;
  for (const std::string_view word : split(command.choices, ',')) known.emplace_back(word);
  if (std::ranges::find(known, choice->second) == known.end())
    fail("'" + choice->second + "' is no type" + did_you_mean(choice->second, known) +
         " (known: " + joined(known) + ")");
}

std::string signature(const Command& command) {
  std::vector<std::string> names = parameters_of(command.path);
  if (command.takes_body) names.emplace_back(kBody);
  return names.empty() ? "none" : joined(names);
}

/// Refuses missing and unknown arguments, as Python does for a method of pyfbx.
void check_arguments(const Command& command, const Arguments& arguments) {
  std::vector<std::string> names = parameters_of(command.path);
  if (command.takes_body) names.emplace_back(kBody);
  const auto refuse = [&](const std::string& what) {
    fail(std::string(command.method)
             .append(what)
             .append(" (it takes: ")
             .append(signature(command))
             .append(")"));
  };
  // First, since a misspelt one is missing, too.
  for (const auto& [given, value] : arguments)
    if (std::ranges::find(names, given) == names.end())
      refuse(" takes no argument '" + given + "'" + did_you_mean(given, names));
  for (const std::string& wanted : names)
    if (!arguments.contains(wanted)) refuse(" needs the argument '" + wanted + "'");
  check_choice(command, arguments);
}

std::int64_t whole_number(const std::string& name, const std::string& text) {
  const auto value = parse_integer<std::int64_t>(text);
  if (!value) fail("'" + name + "' of an rrd request must be a whole number, not '" + text + "'");
  return *value;
}

Reply rrd_member(const std::string& name, const std::string& text, WallClock::time_point now) {
  if (name == "fields") {
    Reply fields = Reply::array();
    for (const std::string_view field : split(text, ',')) fields.push_back(trim(field));
    return fields;
  }
  if (name == "db") {
    const std::vector<std::string> known = {"net", "temp", "dsl", "switch"};
    if (std::ranges::find(known, text) == known.end())
      fail("unknown db '" + text + "'" + did_you_mean(text, known) + " (known: " + joined(known) +
           ")");
    return text;
  }
  const std::int64_t number = whole_number(name, text);
  if (name == "precision" && number < 1) fail("'precision' must be at least 1, not '" + text + "'");
  if (name == "precision" || number >= 0) return number;
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() + number;
}

Call rrd_call(const Request& request, WallClock::time_point now) {
  Arguments arguments = request.args;
  if (!request.target.empty()) arguments.emplace("db", request.target);  // rrd: net
  const std::vector<std::string> known = {"db", "date_start", "date_end", "precision", "fields"};
  Reply body = Reply::object();
  for (const auto& [name, text] : arguments) {
    if (std::ranges::find(known, name) == known.end())
      fail("an rrd request takes no '" + name + "'" + did_you_mean(name, known) +
           " (known: " + joined(known) + ")");
    body[name] = rrd_member(name, text, now);
  }
  if (!body.contains("db")) fail("an rrd request needs 'db' (net, temp, dsl or switch)");
  return {.method = Method::post, .path = "rrd/", .body = body.dump()};
}

/// Replaces a step `now-60s` of a path by that time in milliseconds since 1970, which the history
/// of a Wi-Fi channel is asked with.  Done here, so that the Request is the same in every poll.
std::string with_time(std::string_view path, WallClock::time_point now) {
  std::string result;
  for (const std::string_view step : split(path, '/')) {
    if (!result.empty()) result += '/';
    const bool counts_back = step.starts_with("now-") && step.ends_with('s');
    const int seconds =
        counts_back ? parse_integer<int>(step.substr(4, step.size() - 5)).value_or(0) : 0;
    if (seconds > 0)
      result += std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                                   now.time_since_epoch() - std::chrono::seconds(seconds))
                                   .count());
    else
      result += step;
  }
  return result;
}

Call command_call(const Request& request) {
  const Command& command = find_command(request.target);
  check_arguments(command, request.args);
  return path_call(command.verb, command.path, request.args);
}

[[noreturn]] void refuse_verb(const std::string& verb, std::vector<std::string> known) {
  fail("a freebox takes no '" + verb + "' request" + did_you_mean(verb, known) +
       " (known: " + joined(known) + ")");
}

/// The target may contain braces: a parameter of a command, a placeholder of the pack.
void check_readable(std::string_view target) {
  if (const auto why = why_denied(relative(target))) refuse(target, *why);
}

void check_get(const Request& request) {
  const std::string_view path = relative(request.target);
  check_readable(request.target);
  for (const char c : path)
    if (!is_plain(c) && c != '{' && c != '}')
      refuse(request.target, "has a '" + repair_utf8(std::string_view(&c, 1)) +
                                 "' (expected: letters, digits and any of -._~/:=+,@; what "
                                 "follows a '?' goes into args)");
  if (request.args.contains(std::string(kBody))) fail("a GET takes no argument 'post_data'");
}

void check_command(const Request& request) {
  const Command& command = find_command(request.target);
  if (command.verb != Method::get)
    fail("command '" + request.target + "' changes the box (" + std::string(name(command.verb)) +
         " " + std::string(command.path) + "), which a query must not");
  check_readable(command.path);
  Arguments arguments = request.args;
  // A placeholder is replaced only when the box is asked: checked as if it were a valid choice.
  if (const auto type = arguments.find("type");
      type != arguments.end() && type->second.starts_with('{'))
    type->second = std::string(command.choices.substr(0, command.choices.find(',')));
  check_arguments(command, arguments);
}

}  // namespace

Call call_of(const Request& request, WallClock::time_point now, bool reveal) {
  if (request.verb == "rrd") return rrd_call(request, now);
  Call call;
  if (request.verb == "command") {
    call = command_call(request);
  } else {
    const auto* const verb = std::ranges::find(kMethodVerbs, request.verb, &MethodVerb::word);
    if (verb == std::end(kMethodVerbs))
      refuse_verb(request.verb, {"get", "post", "put", "delete", "command", "rrd", "session"});
    call = path_call(verb->method, with_time(relative(request.target), now), request.args);
  }
  const std::string_view path = relative(call.path);  // again, with the arguments in it
  if (call.method == Method::get && !reveal)
    if (const auto why = why_denied(path.substr(0, path.find('?'))))
      refuse(path, *why + " (--reveal, on the command line, asks for it)");
  return call;
}

Call rrd_without_settings(const Call& rrd) {
  const Reply body = Reply::parse(rrd.body);
  Arguments query;
  for (const auto& [name, value] : body.items())
    if (name != "fields") query[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return {.path = rrd.path + query_of(query)};
}

void check(const Request& request) {
  if (request.repeat)
    fail(
        "'repeat' is not for a freebox: its lists come whole (to ask once per element of one, use "
        "'for_each')");
  if (request.verb == "get") return check_get(request);
  if (request.verb == "command") return check_command(request);
  if (request.verb == "rrd") {
    rrd_call(request, {});
    return;
  }
  if (request.verb == "session") {
    if (request.target != "permissions" || !request.args.empty())
      fail("a 'session' request is {session: permissions}, not '" + describe(request) + "'");
    return;
  }
  const auto* const writing = std::ranges::find(kMethodVerbs, request.verb, &MethodVerb::word);
  if (writing != std::end(kMethodVerbs))
    fail("'" + request.verb + "' changes the box, which a query must not (read with: " +
         joined(words(kReadingVerbs)) + ")");
  refuse_verb(request.verb, words(kReadingVerbs));
}

std::string service_of(const Request& request) {
  if (request.verb == "session") return "API login";
  if (request.verb == "rrd") return "API rrd";
  const std::string_view path =
      relative(request.verb == "command" ? find_command(request.target).path
                                         : std::string_view(request.target));
  return "API " + std::string(path.substr(0, path.find_first_of("/?")));
}

std::string change(const Request& request) {
  if (request.verb == "rrd" || request.verb == "session") return "";
  const Call call = call_of(request, {}, /*reveal=*/true);
  return call.method == Method::get ? "" : std::string(name(call.method)) + " " + call.path;
}

}  // namespace boxmeter::freebox
