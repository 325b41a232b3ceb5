#include "sim/fritzbox.h"

#include <algorithm>
#include <deque>

#include "base/number.h"
#include "base/text.h"
#include "sim/digest.h"
#include "sim/fritzbox_script.h"
#include "sim/fritzbox_web.h"
#include "sim/hash.h"
#include "sim/invent.h"
#include "sim/soap.h"

namespace boxmeter::sim {
namespace {

constexpr std::size_t kMaxSids = 64;
// The prefix of every path over the internet, where everything needs a login.
constexpr std::string_view kRemote = "/tr064/";

constexpr const char* kEmptyList = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<List>\n</List>\n";
constexpr const char* kEmptyMesh = R"({"schema_version":"7.8","nodes":[]})";

// Actions that need no login, for clients that do not know the user or the TLS port yet.
constexpr std::string_view kOpenActions[] = {"GetSecurityPort", "X_AVM-DE_GetUserList",
                                             "X_AVM-DE_GetAnonymousLogin"};

using http::ServerResponse;

ServerResponse of(http::Chunk text, std::string_view content_type) {
  return {.status = 200, .content_type = std::string(content_type), .body = {std::move(text)}};
}

ServerResponse fault(const Service& service, int code) {
  return ServerResponse::text(500, soap_fault(service.type, code), std::string(kSoapType));
}

class Fritzbox : public Box {
 public:
  Fritzbox(std::shared_ptr<const FritzboxScript> script, const BoxOptions& options)
      : script_(std::move(script)),
        options_(options),
        gate_(options.username, options.password, options.nonce_uses, options.seed,
              options.lenient),
        web_(script_->web, options_, stats) {}

  ServerResponse answer(const Visit& visit) override;
  void expire() override;

 private:
  struct Sids {
    std::deque<std::string> fresh;
    std::uint64_t issued = 0;
  };

  ServerResponse tr064(const Visit& visit, bool logged_in);
  ServerResponse page(const http::ServerRequest& request);
  std::optional<ServerResponse> refuse(const Visit& visit);
  ServerResponse call(const ServiceScript& script, const SoapCall& call, const Visit& visit);
  ServerResponse play(const ServiceScript& script, const ActionScript& action, const SoapCall& call,
                      const Visit& visit);
  ServerResponse list_path(const Service& service, const ListAction& list,
                           const http::ServerRequest& request);
  ServerResponse invent(const Service& service, const ActionScript& action, const SoapCall& call,
                        const http::ServerRequest& request);
  std::string fresh_sid();

  std::shared_ptr<const FritzboxScript> script_;
  BoxOptions options_;
  DigestGate gate_;
  FritzboxWeb web_;
  Guarded<Sids> sids_;
};

ServerResponse Fritzbox::answer(const Visit& visit) {
  const http::ServerRequest& request = visit.request;
  const auto overruling = [this](const std::string& name) { return overruled(name); };
  if (auto answered = web_.answer(visit, overruling)) return *std::move(answered);
  if (request.port != tls_port || !request.path.starts_with(kRemote))
    return tr064(visit, /*logged_in=*/false);
  if (auto refused = refuse(visit)) return std::move(*refused);
  http::ServerRequest inner = request;
  inner.path = request.path.substr(kRemote.size() - 1);
  return tr064({.request = inner, .moment = visit.moment}, /*logged_in=*/true);
}

ServerResponse Fritzbox::tr064(const Visit& visit, bool logged_in) {
  const http::ServerRequest& request = visit.request;
  if (request.method != "POST") return page(request);
  const auto found = script_->services.find(request.path);
  if (found == script_->services.end())
    return ServerResponse::text(404, error_page(404, "Not Found", "ERR_NOT_FOUND"),
                                std::string(kHtmlType));
  const Service& service = found->second.service;
  const auto asked = parse_call(request.header("soapaction"), request.body);
  const bool open = service.open() || (asked && std::ranges::find(kOpenActions, asked->action) !=
                                                    std::end(kOpenActions));
  if (!open && !logged_in)
    if (auto refused = refuse(visit)) return std::move(*refused);
  if (!asked || asked->service_type != service.type) return fault(service, 401);
  return call(found->second, *asked, visit);
}

ServerResponse Fritzbox::page(const http::ServerRequest& request) {
  const auto page = script_->pages.find(request.path);
  if (page != script_->pages.end()) return of(page->second.text, page->second.content_type);
  const auto list = script_->lists.find(request.path);
  const std::string sid = request.parameter("sid");
  const bool known = sids_.with(
      [&](const Sids& sids) { return std::ranges::find(sids.fresh, sid) != sids.fresh.end(); });
  if (list != script_->lists.end() && known)
    return of(list->second.text, list->second.content_type);
  if (known && options_.invent)
    return request.path == "/meshlist.lua"
               ? ServerResponse::text(200, kEmptyMesh, "application/json; charset=utf-8")
               : ServerResponse::text(200, kEmptyList, std::string(kSoapType));
  return ServerResponse::text(404, error_page(404, "Not Found", "ERR_NOT_FOUND"),
                              std::string(kHtmlType));
}

/// The 401, unless the credentials are accepted.
std::optional<ServerResponse> Fritzbox::refuse(const Visit& visit) {
  const http::ServerRequest& request = visit.request;
  DigestResult result =
      gate_.check(request.method, request.target, request.header("authorization"));
  if (visit.refuse_logins && result != DigestResult::missing)
    result = DigestResult::wrong_credentials;
  if (result == DigestResult::logged_in) ++stats.logins;
  if (result == DigestResult::logged_in || result == DigestResult::accepted) return std::nullopt;
  ++stats.unauthorized;
  if (result == DigestResult::wrong_credentials) ++stats.wrong_credentials;
  if (result == DigestResult::wrong_count) ++stats.wrong_counts;
  auto response = ServerResponse::text(401, error_page(401, "Unauthorized", "ERR_NONE"),
                                       std::string(kHtmlType));
  response.headers.emplace_back("WWW-Authenticate",
                                gate_.challenge(result == DigestResult::expired_nonce));
  return response;
}

ServerResponse Fritzbox::call(const ServiceScript& script, const SoapCall& call,
                              const Visit& visit) {
  const Service& service = script.service;
  if (const std::string error = overruled(service.name + "." + call.action); !error.empty()) {
    return fault(service, parse_integer<int>(error).value_or(501));
  }
  const auto action = script.actions.find(call.action);
  if (action == script.actions.end()) return fault(service, 401);
  if (call.action == "X_AVM-DE_GetUserList")
    // Not the recorded answer, since the simulated box has another user.
    return ServerResponse::text(
        200,
        soap_reply(service.type, call.action,
                   soap_argument("NewX_AVM-DE_UserList", "<List><Username last_user=\"1\">" +
                                                             xml_escaped(options_.username) +
                                                             "</Username></List>")),
        std::string(kSoapType));
  if (call.action == "GetSecurityPort" && tls_port != 0)
    return ServerResponse::text(
        200,
        soap_reply(service.type, call.action,
                   soap_argument("NewSecurityPort", std::to_string(tls_port))),
        std::string(kSoapType));
  if (action->second.list) return list_path(service, *action->second.list, visit.request);
  return play(script, action->second, call, visit);
}

ServerResponse Fritzbox::play(const ServiceScript& script, const ActionScript& action,
                              const SoapCall& call, const Visit& visit) {
  const Service& service = script.service;
  const bool recorded = action.reply || !action.replies.empty();
  if (!recorded && !options_.invent) return fault(service, 401);
  const auto given = [&](const Argument& argument) {
    return std::ranges::find(call.arguments, argument.name,
                             &std::pair<std::string, std::string>::first) != call.arguments.end();
  };
  for (const Argument& argument : action.arguments)
    if (argument.in && !given(argument)) return fault(service, 402);
  for (const auto& [name, value] : call.arguments) {
    const auto reply = action.replies.find(std::string(name).append("=").append(value));
    if (reply != action.replies.end()) return of(reply->second.at(visit.moment), kSoapType);
  }
  const std::string_view index = action.index();
  if (action.reply && (index.empty() || call.argument(index) == "0"))
    return of(action.reply->at(visit.moment), kSoapType);
  if (recorded) return fault(service, index.empty() && action.described ? 714 : 713);
  return invent(service, action, call, visit.request);
}

ServerResponse Fritzbox::list_path(const Service& service, const ListAction& list,
                                   const http::ServerRequest& request) {
  std::string path = std::string(list.page) + "?sid=" + fresh_sid();
  if (list.absolute)
    path = (request.port == tls_port ? "https://" : "http://") + request.header("host") + path;
  return ServerResponse::text(
      200, soap_reply(service.type, list.action, soap_argument(list.argument, path)),
      std::string(kSoapType));
}

ServerResponse Fritzbox::invent(const Service& service, const ActionScript& action,
                                const SoapCall& call, const http::ServerRequest& request) {
  std::string key = service.name + "." + call.action;
  if (const ListAction* list = find_list_action(call.action))
    return list_path(service, *list, request);
  if (const std::string_view index = action.index(); !index.empty()) {
    const std::string text = call.argument(index);
    const int number = parse_integer<int>(text).value_or(-1);
    if (number < 0 || number >= kInventedEntries) return fault(service, 713);
    key += "." + text;
  }
  std::string arguments;
  for (const Argument& argument : action.arguments)
    if (!argument.in)
      arguments += soap_argument(argument.name, argument.name == "NewDefaultConnectionService"
                                                    ? script_->connection_service
                                                    : invented(argument, options_.seed, key));
  return ServerResponse::text(200, soap_reply(service.type, call.action, arguments),
                              std::string(kSoapType));
}

std::string Fritzbox::fresh_sid() {
  return sids_.with([&](Sids& sids) {
    sids.fresh.push_back(
        letters(mixed(options_.seed + sids.issued++, "sid"), 16, "0123456789abcdef"));
    if (sids.fresh.size() > kMaxSids) sids.fresh.pop_front();
    return sids.fresh.back();
  });
}

void Fritzbox::expire() {
  gate_.expire();
  web_.expire();
  sids_.with([](Sids& sids) { sids.fresh.clear(); });
}

}  // namespace

BoxMaker prepare_fritzbox(const Recording& recording) {
  auto script = std::make_shared<const FritzboxScript>(read_fritzbox(recording));
  return [script](const BoxOptions& options) -> std::unique_ptr<Box> {
    return std::make_unique<Fritzbox>(script, options);
  };
}

}  // namespace boxmeter::sim
