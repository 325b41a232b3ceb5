#include "device/freebox/api.h"

#include "device/freebox/roots.h"

namespace boxmeter::freebox {
namespace {

std::string without_end_slash(const std::string& url) {
  return url.substr(0, url.find_last_not_of('/') + 1);
}

/// POST rrd/ asks, and logging in and out does no harm when it is sent twice.
bool is_reading(const Call& call) {
  return call.method == http::Method::get || call.path == "rrd/" || call.path.starts_with("login/");
}

}  // namespace

http::ClientOptions client_options(const DeviceConfig& config) {
  http::ClientOptions options{.timeout = config.timeout, .tls = config.tls, .tap = config.tap};
  if (options.tls.mode == http::TlsMode::system) options.tls.extra_roots.append(kRoots);
  return options;
}

Api::Api(const DeviceConfig& config, http::Stop& stop)
    : config_(config), client_(client_options(config), stop) {}

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
  const http::Response response = client_.send(request);
  answered_ = true;
  return parse_envelope(response.status, response.body);
}

/// The path below which this firmware answers.  It is asked for, and used, on the host of the
/// configuration: api_domain and https_port lead to the box from outside.
void Api::find() {
  if (!root_.empty()) return;
  const std::string url = without_end_slash(config_.url);
  answered_ = false;
  const http::Response response = client_.send({.url = url + "/api_version"});
  answered_ = true;
  within("'" + url + "' does not answer /api_version as a Freebox",
         [&] { version_ = parse_api_version(response.status, response.body); });
  root_ = url + api_root(version_, config_.api_version);
}

}  // namespace boxmeter::freebox
