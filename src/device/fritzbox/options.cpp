#include "device/fritzbox/options.h"

#include "base/environment.h"
#include "device/address.h"
#include "device/credential.h"

namespace boxmeter::fritzbox {
namespace {

/// The URL of the box's web server: "http://fritz.box:8080".
std::string read_web_url(const Value& value) {
  const http::Url url = read_url(value);
  if (url.scheme.empty() || (!url.rest.empty() && url.rest != "/"))
    throw value.problem("'web_url' must look like http://host:port, not " +
                        http::quoted_url(value.text()));
  return url.origin();
}

/// The address of the call monitor: for true port 1012 of the host in `url`, for false empty.
std::string read_call_monitor(const Value& value, const std::string& url) {
  std::string text = value.text();
  if (text == "false") return "";
  if (text == "true") return http::parse_url(url).value().host + ":1012";
  if (const auto address = find_host_and_port(text); address && address->port != 0) return text;
  throw value.problem("'call_monitor' must be true, false or host:port, not " +
                      http::quoted_url(text));
}

/// The environment variables of fritzconnection.  With two boxes it would not be clear whose they
/// are.
void apply_environment(const OwnSection& own, DeviceConfig& device) {
  const auto username = environment("FRITZ_USERNAME");
  const auto password = environment("FRITZ_PASSWORD");
  const bool alone = own.count_of_kind == 1;
  if (alone && username && device.username.empty()) device.username = *username;
  if (!device.credential.value.empty()) return;
  if (!alone && password)
    throw own.section.problem("device '" + device.name +
                              "' has no password, and FRITZ_PASSWORD serves only where one "
                              "fritzbox is configured (there are " +
                              std::to_string(own.count_of_kind) +
                              "); give it password_file or password");
  if (password) device.credential.value = Secret(*password);
  if (device.credential.value.empty())
    own.warnings.push_back(own.section.value().place() + ": device '" + device.name +
                           "' has no password; a Fritz!Box says little without one (give it "
                           "password_file or password)");
}

}  // namespace

void read_options(const OwnSection& own, DeviceConfig& device) {
  Options options;
  if (const auto web = own.section.find("web_url")) options.web_url = read_web_url(*web);
  if (const auto monitor = own.section.find("call_monitor"))
    options.call_monitor = read_call_monitor(*monitor, device.url);
  options.api_cache = device.state_dir / "api" / (device.name + ".json");
  if (const auto username = own.section.find("username")) device.username = username->text();
  if (auto password = read_secret_line(own.section, "password", own.folder, own.warnings))
    device.credential = *std::move(password);
  apply_environment(own, device);
  device.own = std::move(options);
}

}  // namespace boxmeter::fritzbox
