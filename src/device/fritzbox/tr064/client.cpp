#include "device/fritzbox/tr064/client.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "device/answered_by.h"
#include "device/fritzbox/address.h"
#include "device/fritzbox/tr064/arguments.h"
#include "device/fritzbox/tr064/documents.h"
#include "device/fritzbox/tr064/target.h"
#include "device/fritzbox/xml.h"

namespace boxmeter::fritzbox {
namespace {

constexpr int kInvalidAction = 401;
constexpr std::size_t kMostWarnings = 64;  // about doubts
/// The cache file is written this long after the last SCPD was loaded: once, not once per service.
constexpr std::chrono::seconds kSaveDelay{10};
constexpr std::chrono::hours kWithoutScpd{1};
/// How often the descriptions are read again for a service that is missing: it may have been
/// switched on.
constexpr std::chrono::minutes kReadAgain{5};

/// Actions that need no login (AVM's documents of these services).
bool is_open(const Service& service, std::string_view action) {
  return service.is_igd() ||
         (service.name == "LANConfigSecurity1" &&
          (action == "X_AVM-DE_GetUserList" || action == "X_AVM-DE_GetAnonymousLogin")) ||
         (service.name == "DeviceInfo1" && action == "GetSecurityPort");
}

Error unexpected(const http::Response& response) {
  return {ErrorKind::protocol, "HTTP " + std::to_string(response.status) +
                                   (is_html(response.body) ? " with HTML" : "") +
                                   " instead of an answer"};
}

Error no_user(const std::string& why) {
  return {ErrorKind::auth,
          why + ": name the user ('username' of the device, -u on the command line)"};
}

bool is_transport(ErrorKind kind) {
  return kind == ErrorKind::timeout || kind == ErrorKind::network || kind == ErrorKind::tls ||
         kind == ErrorKind::auth;
}

}  // namespace

Tr064Client::Tr064Client(const DeviceConfig& config, Account& account, http::Stop& stop)
    : url_(config.url),
      always_logged_in_(is_remote(config.url)),
      account_(account),
      revision_(account.revision()),
      http_({.timeout = config.timeout,
             .tls = config.tls,
             .auth = http::Auth::digest,
             .username = account.user(),
             .password = account.password(),
             .tap = config.tap},
            stop),
      cache_(config, stop) {}

Tr064Client::~Tr064Client() { save(); }

void Tr064Client::save() {
  if (unsaved_since_ && catalog_) cache_.save(*catalog_);
  unsaved_since_.reset();
}

SoapAnswer Tr064Client::ask(const std::string& name, const std::string& action, Arguments arguments,
                            Types types, std::size_t body_limit) {
  if (unsaved_since_ && Clock::now() - *unsaved_since_ >= kSaveDelay) save();
  const Service& called = service(name);
  const CatalogPtr owner =
      catalog_;  // keeps `called` alive: requests of the login may replace catalog_
  const std::shared_ptr<const Scpd> known = types == Types::load ? scpd(called) : nullptr;
  const Action* described = known ? known->find(action) : nullptr;
  if (described != nullptr) arguments = checked_arguments(arguments, name, *known, *described);

  http::Request request = this->request(http::Method::post, called.control_url);
  request.body = soap_request(called.type, action, arguments);
  request.body_limit = body_limit;
  const http::Response response = post(called, action, std::move(request));
  if (response.status == 404)
    invalidate();  // the firmware changed since the descriptions were read
  const bool is_answer =
      response.status == 200 || (response.status == 500 && !is_html(response.body));
  if (!is_answer) throw unexpected(response);
  SoapAnswer answer = parse_soap(response.body);
  if (described != nullptr) give_types(answer, *known, *described);
  if (known && described == nullptr && answer.fault && answer.fault->code == kInvalidAction)
    answer.fault->hint = unknown_action(action, name, *known);
  return answer;
}

void Tr064Client::must_have(const std::string& name, const std::string& action) {
  const std::shared_ptr<const Scpd> known = scpd(service(name));
  if (known && known->find(action) == nullptr)
    throw Error(ErrorKind::refused, unknown_action(action, name, *known), Refusal::unsupported);
}

Arguments Tr064Client::checked_arguments(const Arguments& arguments, const std::string& service,
                                         const Scpd& scpd, const Action& action) {
  CheckedArguments result = checked(arguments, scpd, action);
  for (const std::string& doubt : result.doubts)
    if (warned_about_.size() < kMostWarnings && warned_about_.insert(doubt).second)
      log_event(LogLevel::warn,
                std::string(service).append(".").append(action.name).append(": ").append(doubt));
  return std::move(result.arguments);
}

const Rights& Tr064Client::rights() {
  if (rights_) return *rights_;
  rights_.emplace();
  const std::string security = "LANConfigSecurity1";
  if (!has(security)) return *rights_;
  try {
    const SoapAnswer answer = ask(security, "X_AVM-DE_GetCurrentUser", {}, Types::skip, 1U << 20);
    rights_ = parse_rights(answer.text("NewX_AVM-DE_CurrentUserRights"));
  } catch (const Error& error) {
    if (is_transport(error.kind())) throw;  // otherwise only an explanation is missing
  }
  return *rights_;
}

std::string Tr064Client::document(const std::string& path, std::size_t body_limit) {
  http::Response response = get(path, body_limit);
  if (response.status == 404)
    throw Error(ErrorKind::refused, "the box has no such document (HTTP 404)",
                Refusal::unsupported);
  if (response.status != 200) throw unexpected(response);
  return std::move(response.body);
}

bool Tr064Client::has(std::string_view service) { return catalog()->find(service) != nullptr; }

void Tr064Client::forget() {
  catalog_.reset();
  rights_.reset();
  without_scpd_.clear();
}

void Tr064Client::invalidate() {
  cache_.invalidate();
  forget();
}

const Service& Tr064Client::service(const std::string& name) {
  if (!has(name) && Clock::now() - read_at_ >= kReadAgain) invalidate();
  return catalog()->service(name);
}

const CatalogPtr& Tr064Client::catalog() {
  if (catalog_) return catalog_;
  if ((catalog_ = cache_.load())) {
    read_at_ = Clock::now();
    return catalog_;
  }
  auto tr064 = tr064_description();
  auto igd = igd_description(!tr064);
  catalog_ = shared_catalog(std::move(tr064), std::move(igd));
  read_at_ = Clock::now();
  unsaved_since_ = read_at_;
  return catalog_;
}

/// nullopt if the box has none: a very old one, or a provider's.
std::optional<Description> Tr064Client::tr064_description() {
  const http::Response response = within("/tr64desc.xml", [&] { return get("/tr64desc.xml"); });
  if (response.status == 404) return std::nullopt;
  Description description = described(response);
  // Many a router describes itself as a UPnP device at any path.
  const auto& services = description.services;
  if (!services.empty() && std::ranges::none_of(services, &Service::is_tr064))
    throw stranger(response);
  ++descriptions_;
  return description;
}

/// nullopt if "Transmit status information over UPnP" is off.  `needed`: throw then, since there is
/// no other description.
std::optional<Description> Tr064Client::igd_description(bool needed) {
  const http::Response response = within("/igddesc.xml", [&] { return get("/igddesc.xml"); });
  const bool is_off = response.status == 404 || (response.status == 200 && is_html(response.body));
  if (is_off && !needed) return std::nullopt;
  Description description = described(response);
  const auto has = [&](std::string_view name) {
    return response.body.find(name) != std::string::npos;
  };
  if (needed && !has("AVM") && !has("FRITZ")) throw stranger(response);  // another brand's
  return description;
}

Description Tr064Client::described(const http::Response& response) const {
  if (response.status != 200 || is_html(response.body)) throw stranger(response);
  try {
    return parse_description(response.body);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::protocol) throw;
    throw stranger(response);
  }
}

/// The error for an answer of something else: a printer, another brand, a broken proxy.
Stranger Tr064Client::stranger(const http::Response& response) const {
  const bool html = is_html(response.body);
  return Stranger(url_ + " answers, but not as a Fritz!Box (" +
                  answered_by(response, "no description of a device") +
                  "): is this its address, and is the port 49000 or 49443?" +
                  (html && response.status == 200
                       ? " If so, switch on 'Allow access for applications' in its network settings"
                       : ""));
}

/// Null if the box does not serve it, as some do not for every service: all values are text then.
std::shared_ptr<const Scpd> Tr064Client::scpd(const Service& service) {
  const std::string& url = service.scpd_url;
  if (url.empty()) return nullptr;
  catalog();  // reads it, if forget() was called since `service` was looked up
  if (auto known = catalog_->scpd(url)) return known;
  const Clock::time_point now = Clock::now();
  const auto missing = without_scpd_.find(url);
  if (missing != without_scpd_.end() && now - missing->second < kWithoutScpd) return nullptr;
  without_scpd_[url] = now;
  try {
    const http::Response response = get(url);
    if (response.status != 200) return nullptr;
    auto kept = catalog_->keep(url, parse_scpd(response.body));
    without_scpd_.erase(url);
    unsaved_since_ = now;
    return kept;
  } catch (const Error& error) {
    // If the box is gone, the call fails; if only the SCPD is unusable, its values stay text.
    if (is_transport(error.kind())) throw;
    return nullptr;
  }
}

http::Response Tr064Client::get(const std::string& path, std::size_t body_limit) {
  http::Request request = this->request(http::Method::get, path);
  request.body_limit = body_limit;
  return send_open(std::move(request), Clock::now());
}

http::Response Tr064Client::post(const Service& service, const std::string& action,
                                 http::Request request) {
  request.headers = {{"Content-Type", "text/xml; charset=\"utf-8\""},
                     {"SoapAction", service.type + "#" + action}};
  request.reading = is_reading(action);
  const Clock::time_point now = Clock::now();
  if (is_open(service, action)) return send_open(std::move(request), now);
  account_.ready(now);
  if (account_.needs_user()) account_.set_user(found_user());
  return send_logged_in(std::move(request), now);
}

/// The user to log in as if only a password is configured: since FRITZ!OS 7.24 the user who logged
/// in last; before that one fixed name worked.
std::string Tr064Client::found_user() {
  const std::string security = "LANConfigSecurity1";
  const SystemVersion version = catalog()->version();
  const bool is_listed = has(security);
  const bool is_old = version.display.empty() ? !is_listed : !version.is_at_least(7, 24);
  if (is_old) return "dslf-config";
  if (!is_listed) throw no_user("this box does not list its users");
  const SoapAnswer answer = ask(security, "X_AVM-DE_GetUserList", {}, Types::skip, 1U << 20);
  if (answer.fault) throw no_user("this box does not list its users");
  std::string user = last_user(answer.text("NewX_AVM-DE_UserList"));
  if (user.empty()) throw no_user("this box names no user who logged in last");
  return user;
}

http::Request Tr064Client::request(http::Method method, const std::string& path) const {
  return {.method = method, .url = url_ + path};
}

http::Response Tr064Client::send_open(http::Request request, Clock::time_point now) {
  if (!always_logged_in_) {
    request.login = false;
    http::Response response = http_.send(request);
    if (response.status != 401) return response;
  }
  account_.ready(now);
  if (account_.user().empty()) throw no_password();
  return send_logged_in(std::move(request), now);
}

http::Response Tr064Client::send_logged_in(http::Request request, Clock::time_point now) {
  request.login = true;
  try {
    return send(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::auth) throw;
  }
  if (!account_.reread_password()) account_.refuse(account_.user(), now);
  try {
    return send(request);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::auth) throw;
  }
  account_.refuse(account_.user(), now);
}

/// Uses the current credentials: others who share the account may have changed them.
http::Response Tr064Client::send(const http::Request& request) {
  if (revision_ != account_.revision()) {
    http_.set_credentials(account_.user(), account_.password());
    revision_ = account_.revision();
  }
  return http_.send(request);
}

}  // namespace boxmeter::fritzbox
