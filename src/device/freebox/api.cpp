#include "device/freebox/api.h"

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
#include "device/answered_by.h"
#include "device/freebox/options.h"
#include "device/freebox/roots.h"
#include "device/kept_file.h"
#include "http/url.h"

namespace boxmeter::freebox {
namespace {

constexpr std::string_view kAuto = "auto";
// Shorter than the usual timeout: with `url: auto` several addresses may have to be tried in one
// turn.
constexpr auto kLookFor = std::chrono::milliseconds(3000);
constexpr auto kListenFor = std::chrono::milliseconds(1000);

/// "/api/v8/" of "http://host/api/v8/".
std::string path_of(const std::string& url) {
  const auto parsed = http::parse_url(url);
  return parsed ? parsed->rest : "";
}

bool has_major(std::string_view path) {
  const auto version = path.rfind("/v");
  return version != std::string_view::npos && version + 2 < path.size() &&
         path[version + 2] >= '0' && path[version + 2] <= '9';
}

/// What may be sent again after a lost connection: POST rrd/ only reads, and a second login or
/// logout does no harm.
bool is_reading(const Call& call) {
  return call.method == http::Method::get || call.path == "rrd/" || call.path.starts_with("login/");
}

/// The error for an answer of something else: a printer, another brand, a broken proxy.  `why` is
/// quoted if the answer is neither an HTTP error nor HTML.
Stranger stranger(const std::string& url, const http::Response& response, const Error& why) {
  return Stranger(url + " answers, but not as a Freebox (" + answered_by(response, why.what()) +
                  "): is this its address and port? In its own network it is "
                  "https://mafreebox.freebox.fr");
}

}  // namespace

http::ClientOptions client_options(const DeviceConfig& config) {
  http::ClientOptions options{.timeout = config.timeout, .tls = config.tls, .tap = config.tap};
  if (options.tls.mode == http::TlsMode::system) options.tls.extra_roots.append(kRoots);
  return options;
}

Api::Api(const DeviceConfig& config, http::Stop& stop)
    : config_(config), stop_(stop), client_(client_options(config), stop) {
  try {
    if (!known_path().empty()) known_ = parse_known_file(read_file(known_path()));
  } catch (const Error&) {
    // There is no file yet, or it is damaged: as if nothing were known.
  }
}

Envelope Api::ask(const Call& call, const Secret& session, std::size_t body_limit) {
  find();
  http::Request request{.method = call.method,
                        .url = root_ + call.path,
                        .body = call.body,
                        .body_limit = body_limit,
                        .reading = is_reading(call)};
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (!session.empty()) request.headers.emplace_back("X-Fbx-App-Auth", session.reveal());
  answered_ = false;
  try {
    const http::Response response = client_.send(request);
    answered_ = true;
    try {
      return parse_envelope(response.status, response.body);
    } catch (const Error& error) {
      // Before a login succeeded nothing has shown that this is a Freebox.
      if (error.kind() != ErrorKind::protocol || !call.path.starts_with("login/")) throw;
      throw stranger(url_, response, error);
    }
  } catch (const Error&) {
    if (!answered_ && config_.url == kAuto) forget();  // its port or this network may have changed
    throw;
  }
}

/// A configured address is used as it is: api_domain and https_port in the box's /api_version are
/// for access over the internet.
void Api::find() {
  if (!root_.empty()) return;
  if (config_.url == kAuto) {
    const Found found = search();
    url_ = found.url;
    version_ = found.version;
  } else {
    const auto path = path_of(config_.url);
    url_ = config_.url.substr(0, config_.url.size() - path.size());
    if (has_major(path)) {  // /api/v8/ says everything
      root_ = url_ + path + (path.ends_with('/') ? "" : "/");
      return;
    }
    answered_ = false;
    version_ = ask_version(client_, url_);
    answered_ = true;
  }
  root_ = url_ + api_root(version_, own_options<Options>(config_).api_version);
  if (replaced())
    log_event(LogLevel::warn,
              "another box answers at '" + url_ + "' than before (uid " + version_.uid +
                  ", before " + known_.uid +
                  "): if it was replaced, register the application again",
              {{"device", config_.name}});
}

ApiVersion Api::ask_version(http::Client& client, const std::string& url) {
  const http::Response response = client.send({.url = url + "/api_version"});
  try {
    return parse_api_version(response.status, response.body);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::protocol) throw;
    throw stranger(url, response, error);
  }
}

Found Api::search() {
  http::ClientOptions options = client_options(config_);
  options.timeout = std::min(options.timeout, kLookFor);
  http::Client client(std::move(options), stop_);
  Found found = find_box(known_, {.announced = [&] { return announced(kListenFor, stop_); },
                                  .ask =
                                      [&](const std::string& url) {
                                        if (stop_.stopped())
                                          throw Error(ErrorKind::network, "stopped");
                                        return ask_version(client, url);
                                      }});
  const std::vector<LogField> device{{"device", config_.name}};
  log_event(LogLevel::info, "found at '" + found.url + "' (API " + found.version.version + ")",
            device);
  if (found.url.starts_with("http://"))
    log_event(LogLevel::warn,
              "found over plain http only: whoever listens on the way can use the session", device);
  return found;
}

bool Api::replaced() const {
  return !known_.uid.empty() && !version_.uid.empty() && known_.uid != version_.uid;
}

void Api::remember_box() {
  KnownBox now = known_;
  if (!version_.uid.empty()) now.uid = version_.uid;
  if (config_.url == kAuto) now.url = url_;
  if (now == known_ || known_path().empty()) return;
  keep_file(known_path(), known_file(now));
  known_ = std::move(now);
}

std::filesystem::path Api::known_path() const {
  if (config_.state_dir.empty() || config_.name.empty()) return {};
  return config_.state_dir / "freebox" / (config_.name + ".json");
}

}  // namespace boxmeter::freebox
