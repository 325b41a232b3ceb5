#include "device/freebox/freebox.h"

#include "base/log.h"
#include "device/freebox/api.h"
#include "device/freebox/finding.h"
#include "device/freebox/observer.h"
#include "device/freebox/options.h"
#include "device/freebox/record.h"
#include "device/freebox/request.h"
#include "device/freebox/secrets.h"
#include "device/freebox/session.h"
#include "device/hidden.h"
#include "http/url.h"

namespace boxmeter::freebox {
namespace {

constexpr auto kLogoutTimeout = std::chrono::milliseconds(1000);
constexpr auto kLogoutsAtShutdown = std::chrono::milliseconds(400);

class Freebox : public Device, public Hides {
 public:
  Freebox(const DeviceConfig& config, http::Stop& stop)
      : config_(config), stop_(stop), api_(config_, stop), session_(config_, api_) {}
  ~Freebox() override;
  Freebox(const Freebox&) = delete;
  Freebox& operator=(const Freebox&) = delete;

  Reply call(const Request& request) override;
  const std::set<std::string>& hidden() const override { return hidden_; }
  Epoch epoch() const override { return observer_.epoch(); }
  Incarnation incarnation() const override { return observer_.incarnation(); }
  Reply permissions() const override { return session_.permissions(); }
  std::uint64_t logins() const override { return session_.logins(); }
  std::uint64_t answers() const override { return answers_; }

 private:
  Reply list_permissions();
  void open_session();

  const DeviceConfig config_;
  http::Stop& stop_;
  Api api_;
  Session session_;
  Observer observer_;
  std::uint64_t answers_ = 0;
  std::set<std::string> hidden_;  // names, of the last reply
};

/// The permissions come with the reply to the login.
Reply Freebox::list_permissions() {
  const std::uint64_t logins = session_.logins();
  open_session();
  if (session_.logins() > logins) ++answers_;  // else nothing was asked
  Reply list = Reply::array();
  for (const auto& [permission, granted] : session_.permissions())
    list.push_back({{"permission", permission}, {"granted", granted}});
  return list;
}

/// A login that is answered in another protocol than a Freebox's means that this is another
/// program.
void Freebox::open_session() {
  try {
    session_.open();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::protocol) throw;
    throw Stranger(error.what());
  }
}

Reply Freebox::call(const Request& request) {
  if (request.verb == "session") {
    check(request);
    return list_permissions();
  }
  Call call = call_of(request, WallClock::now(), config_.reveal);
  open_session();
  const auto settings = session_.permissions().find("settings");
  if (request.verb == "rrd" && settings != session_.permissions().end() && !settings->second)
    call = rrd_without_settings(call);
  Envelope answer = session_.ask(call, request.body_limit);
  ++answers_;
  if (answer.status == 404) api_.forget();  // perhaps the API moved, not just this path
  if (!answer.success) throw refusal(answer, call.path);
  const unsigned boot = observer_.epoch().boot;
  observer_.see(call.path, answer.result, WallClock::now());
  if (observer_.epoch().boot != boot) api_.forget();  // new firmware, perhaps a new API
  hidden_.clear();
  if (!config_.reveal)
    remove_secrets(answer.result, own_options<Options>(config_).shows_phone_numbers, hidden_);
  const bool wrote = call.method != http::Method::get && request.verb != "rrd";
  if (wrote && answer.result == Reply::array()) return nullptr;  // done; there is no result
  return std::move(answer.result);
}

/// Logs out, since a box allows few sessions at a time, if that is quick.  After a stop all devices
/// together have kLogoutsAtShutdown for it, counted from the stop.
Freebox::~Freebox() {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  if (session_.token().empty() || api_.root().empty() || !api_.answered()) return;
  try {
    http::ClientOptions options = client_options(config_);
    options.timeout = std::min(options.timeout, kLogoutTimeout);
    if (stop_.stopped())
      options.timeout = std::min(options.timeout,
                                 duration_cast<milliseconds>(kLogoutsAtShutdown - stop_.since()));
    if (options.timeout < milliseconds(1)) return;
    http::Stop never;  // with stop_, which may be set, this request would end at once
    http::Client client(std::move(options), never);
    client.send({.method = http::Method::post,
                 .url = api_.root() + "login/logout/",
                 .headers = {{"X-Fbx-App-Auth", session_.token().reveal()}}});
  } catch (const std::exception& error) {
    log_event(LogLevel::debug, std::string("not logged out: ") + error.what(),
              {{"device", config_.name}});
  }
}

bool is_loopback(const http::Url& url) {
  return url.host.starts_with("127.") || url.host == "localhost" || url.host == "[::1]";
}

}  // namespace

std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop) {
  if (const auto url = http::parse_url(config.url);
      url && url->scheme == "http" && !is_loopback(*url))
    log_event(LogLevel::warn,
              "'" + url->origin() +
                  "' is plain http: whoever listens on the way can use the session (a Freebox also "
                  "answers on https://mafreebox.freebox.fr)",
              {{"device", config.name}});
  return std::make_unique<Freebox>(config, stop);
}

constinit const DeviceKind kKind = {
    .name = "freebox",
    .default_url = "https://mafreebox.freebox.fr",
    .default_pack = "freebox",
    .packs = &packs,
    .default_tls = http::TlsMode::system,
    .keys = kOptionKeys,
    .read = &read_options,
    .open = &open,
    .verbs = kReadingVerbs,
    .example_request = "get: connection/",
    .check = &check,
    .change = &change,
    .record = {.questions = &questions, .file = &recording_file, .privacy = &privacy},
    .can_be_found = true,
    .api_path = "/api/",
    .setup = {.title = "Freebox",
              .find = &find,
              .look = &look,
              .secret_key = "app_token_file",
              .secret_name = "token",
              .log_in_with = &log_in_with,
              .enrol = &enrol,
              .service = &service_of,
              .press = "allow 'boxmeter' on the front of the box (the arrow to the right, or a "
                       "touch)",
              .granting = "Freebox OS: Gestion des accès, Applications",
              .opening = "from its own network a Freebox is at https://mafreebox.freebox.fr"}};

}  // namespace boxmeter::freebox
