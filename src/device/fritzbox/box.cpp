#include "device/fritzbox/box.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "base/coded_error.h"
#include "base/number.h"
#include "base/text.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/secrets.h"
#include "device/fritzbox/tr064/documents.h"
#include "device/fritzbox/web/web.h"

namespace boxmeter::fritzbox {
namespace {

constexpr int kNoSuchIndex = 713;
constexpr int kNotAuthorized = 606;
constexpr int kInternalError = 820;
constexpr unsigned kPersistent = 3;     // internal errors in a row that count as "unsupported"
constexpr std::size_t kKeptPaths = 64;  // of documents

Arguments to_arguments(const std::map<std::string, std::string>& args) {
  for (const auto& [name, value] : args)
    if (!is_argument_name(name))
      throw Error(ErrorKind::config,
                  "'" + name + "' is not the name of an argument (such as NewIndex)");
  return {args.begin(), args.end()};
}

Reply to_reply(SoapAnswer&& answer) {
  Reply reply = Reply::object();
  for (auto& [name, value] : answer.arguments) {
    if (auto* text = value.get_ptr<std::string*>()) {
      *text = trim(*text);
      if (text->empty()) continue;
    }
    reply[name] = std::move(value);
  }
  return reply;
}

}  // namespace

Box::Box(const DeviceConfig& config, http::Stop& stop)
    : account_(config),
      reveal_(config.reveal),
      shows_personal_(own_options<Options>(config).shows_personal),
      url_(config.url),
      tr064_(config, account_, stop),
      web_(config, account_, stop),
      call_monitor_(own_options<Options>(config).call_monitor) {}

Reply Box::call(const Request& request) {
  body_limit_ = request.body_limit;
  try {
    return answer(request);
  } catch (const Stranger&) {
    throw;  // about the address, not about this request
  } catch (Error& error) {
    error.prepend(request.target);
    throw;
  }
}

Reply Box::answer(const Request& request) {
  const Epoch before = restarts_.epoch();
  Reply reply = dispatch(request);
  const Epoch after = restarts_.epoch();
  if (after.boot != before.boot) {
    tr064_.forget();
    web_.forget();
    paths_.clear();
    internal_errors_.clear();
  }
  if (after != before) connections_.clear();
  hidden_.clear();
  if (!reveal_) remove_secrets(reply, shows_personal_, hidden_);
  return reply;
}

SoapAnswer Box::act(const Target& target, const Arguments& arguments) {
  return within(target.service + "." + target.action, [&] {
    SoapAnswer answer = ask(target, arguments, Tr064Client::Types::load);
    if (answer.fault) fail(target, *answer.fault);
    hidden_.clear();
    if (reveal_) return answer;
    for (auto& [name, value] : answer.arguments) {
      const bool is_hidden = is_secret(name) && !(shows_personal_ && is_personal(name));
      if (is_hidden) hidden_.insert(name);
      if (is_hidden) value = nullptr;
      remove_secrets(value, shows_personal_, hidden_);
    }
    return answer;
  });
}

void Box::must_have(const Target& target) {
  within(target.service + "." + target.action, [&] {
    if (target.service != kWanConnection) tr064_.must_have(target.service, target.action);
  });
}

Reply Box::dispatch(const Request& request) {
  if (is_web(request.verb)) return web(request);
  if (request.verb == "callmonitor") return call_monitor_.poll();
  const Target target = parse_target(request.target);
  if (request.verb == "list") return list(target, request);
  return request.repeat ? walk(target, request) : single(target, request);
}

Reply Box::web(const Request& request) {
  if (web_.url().empty()) web_.set_url(found_web_url());
  try {
    Reply reply = ask_web(web_, request, Clock::now());
    ++answers_;
    return reply;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::refused && web_.is_open()) ++answers_;
    throw;
  }
}

/// The https port of the web server can be changed; users with the right to it can ask the box.
std::string Box::found_web_url() {
  std::string url = web_url(url_);
  const std::string remote = "X_AVM-DE_RemoteAccess1";
  if (url == url_ || !url.starts_with("https://") || !tr064_.has(remote)) return url;
  const SoapAnswer answer = ask_service(remote, "GetInfo", {}, Tr064Client::Types::skip);
  const std::string port = answer.fault ? "" : answer.text("NewPort");
  const auto number = parse_integer<std::uint16_t>(port).value_or(443);
  return number == 0 || number == 443 ? url : url + ":" + port;
}

Reply Box::single(const Target& target, const Request& request) {
  SoapAnswer answer = ask(target, to_arguments(request.args), Tr064Client::Types::load);
  if (answer.fault) fail(target, *answer.fault);
  return to_reply(std::move(answer));
}

/// How many entries the table of an indexed action has.
unsigned Box::count(const Request& request) {
  const std::string& where = request.repeat->count;
  const auto slash = where.find('/');
  const Target target = parse_target(where.substr(0, slash));
  const SoapAnswer answer = ask(target, {}, Tr064Client::Types::skip);
  if (answer.fault) fail(target, *answer.fault);
  const std::string text = answer.text(where.substr(slash + 1));
  const auto number = parse_integer<unsigned>(text);
  if (!number) throw Error(ErrorKind::protocol, "'" + where + "' is not a number");
  return *number;
}

Reply Box::walk(const Target& target, const Request& request) {
  const Request::Repeat& repeat = *request.repeat;
  const unsigned end = repeat.count.empty() ? repeat.limit : std::min(repeat.limit, count(request));
  const int until = repeat.until == 0 ? kNoSuchIndex : repeat.until;
  Reply replies = Reply::array();
  for (unsigned index = 0; index < end; ++index) {
    auto args = request.args;
    args[repeat.index] = std::to_string(index);
    SoapAnswer answer = ask(target, to_arguments(args), Tr064Client::Types::load);
    // The table may have become shorter since it was counted.
    if (answer.fault && answer.fault->code == until) break;
    if (answer.fault) fail(target, *answer.fault);
    replies.push_back(to_reply(std::move(answer)));
  }
  return replies;
}

Reply Box::list(const Target& target, const Request& request) {
  const auto known = paths_.find(describe(request));
  if (known == paths_.end()) return fresh_list(target, request);
  try {
    Reply reply = parse_document(tr064_.document(known->second, body_limit_));
    ++answers_;
    return reply;
  } catch (const Error& error) {
    // The session id in the path may have expired, which gives a 404 or HTML: ask for a new path.
    if (error.kind() != ErrorKind::protocol && error.kind() != ErrorKind::refused) throw;
  }
  paths_.erase(known);
  return fresh_list(target, request);
}

Reply Box::fresh_list(const Target& target, const Request& request) {
  Arguments arguments;
  std::map<std::string, std::string> parameters;  // of the document: days=1 of the list of calls
  for (auto& [name, value] : to_arguments(request.args)) {
    if (name.starts_with("New"))
      arguments.emplace_back(name, value);
    else
      parameters[name] = value;
  }
  const auto types = arguments.size() > 1 ? Tr064Client::Types::load : Tr064Client::Types::skip;
  const SoapAnswer answer = ask(target, arguments, types);
  if (answer.fault) fail(target, *answer.fault);
  if (std::optional<Reply> inside = document_inside(answer)) return *std::move(inside);
  std::string path = document_path(answer, parameters);
  Reply reply = parse_document(tr064_.document(path, body_limit_));
  if (paths_.size() >= kKeptPaths) paths_.clear();
  paths_[describe(request)] = std::move(path);
  return reply;
}

SoapAnswer Box::ask(const Target& target, const Arguments& arguments, Tr064Client::Types types) {
  SoapAnswer answer = target.service == kWanConnection
                          ? ask_connection(target.action, arguments, types)
                          : ask_service(target.service, target.action, arguments, types);
  if (!answer.fault) internal_errors_.erase(target.service + "." + target.action);
  return answer;
}

SoapAnswer Box::ask_service(const std::string& service, const std::string& action,
                            const Arguments& arguments, Tr064Client::Types types) {
  SoapAnswer answer = tr064_.ask(service, action, arguments, types, body_limit_);
  ++answers_;
  restarts_.see(service, action, answer, WallClock::now());
  return answer;
}

SoapAnswer Box::ask_connection(const std::string& action, const Arguments& arguments,
                               Tr064Client::Types types) {
  if (const auto known = connections_.find(action); known != connections_.end()) {
    SoapAnswer answer = ask_service(known->second, action, arguments, types);
    if (!answer.fault) return answer;
    connections_.clear();
  }
  std::optional<SoapAnswer> refusal;  // of the first service, which is the likeliest
  std::exception_ptr failure;
  const std::vector<std::string> names = connection_services();
  for (const std::string& name : names) try {
      SoapAnswer answer = ask_service(name, action, arguments, types);
      // One that nobody has set up is not the one in use, as long as there is another.
      const bool is_idle = answer.text("NewConnectionStatus") == "Unconfigured";
      if (!answer.fault && !(is_idle && name != names.back())) {
        connections_[action] = name;
        return answer;
      }
      if (!refusal || (refusal->fault && !answer.fault)) refusal = std::move(answer);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::protocol) throw;  // not the service but the box
      if (!failure) failure = std::current_exception();
    }
  if (refusal) return *std::move(refusal);
  if (failure) std::rethrow_exception(failure);
  throw Error(ErrorKind::refused, "this box has no service for an internet connection",
              Refusal::unsupported);
}

/// The services of this box that may know its internet connection, the best first.  If the box
/// names a default one, the other one of TR-064 is not in use and would say "Disconnected".  Behind
/// another router (DHCP, Wi-Fi) the default one refuses everything, but the UPnP IGD service
/// answers.
std::vector<std::string> Box::connection_services() {
  const std::string named = default_connection();
  std::vector<std::string> names = {"WANPPPConnection1", "WANIPConnection1"};
  if (!named.empty()) names = {named};
  names.emplace_back("WANIPConn1");
  std::erase_if(names, [this](const std::string& name) { return !tr064_.has(name); });
  return names;
}

/// Empty if the box names none, or one that it does not have.
std::string Box::default_connection() {
  const std::string forwarding = "Layer3Forwarding1";
  if (!tr064_.has(forwarding)) return "";
  const SoapAnswer answer =
      ask_service(forwarding, "GetDefaultConnectionService", {}, Tr064Client::Types::skip);
  if (answer.fault) return "";
  std::string name = connection_service(answer.text("NewDefaultConnectionService"));
  return tr064_.has(name) ? name : "";
}

void Box::fail(const Target& target, const Fault& fault) {
  const std::string code = std::to_string(fault.code);
  if (!fault.hint.empty()) throw CodedError(fault.hint, refusal_of(fault.code), code);
  const std::string_view known = upnp_error_name(fault.code);
  std::string message = "UPnP error " + code + " (" +
                        (known.empty() ? fault.text.substr(0, 80) : std::string(known)) + ")";
  if (const std::string_view way_out = upnp_way_out(fault.code); !way_out.empty())
    message.append(": ").append(way_out);
  Refusal refusal = refusal_of(fault.code);
  if (fault.code == kNotAuthorized)
    message += ": " + why_denied(account_.user(), target.service, tr064_.rights());
  if (fault.code == kInternalError &&
      ++internal_errors_[target.service + "." + target.action] >= kPersistent)
    refusal = Refusal::unsupported;
  throw CodedError(std::move(message), refusal, code);
}

}  // namespace boxmeter::fritzbox
