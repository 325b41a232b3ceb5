#include "device/freebox/finding.h"

#include "device/freebox/api.h"
#include "device/freebox/freebox.h"
#include "device/freebox/options.h"
#include "device/freebox/registration.h"
#include "http/url.h"

namespace boxmeter::freebox {
namespace {

constexpr auto kTimeout = std::chrono::milliseconds(3000);  // of one request of a search

/// "Freebox Server (r1), API 16.0"
std::string what(const ApiVersion& version) {
  std::string name = version.device_name.empty() ? "Freebox" : version.device_name;
  if (!version.model.empty()) name += " (" + version.model + ")";
  if (!version.version.empty()) name += ", API " + version.version;
  return name;
}

}  // namespace

/// The URL is `auto`, since the https port of a box may change, unless the box answers at
/// mafreebox.freebox.fr, which every box does for its own network.
std::vector<FoundBox> find(std::chrono::milliseconds, http::Stop& stop) {
  const std::string usual(kKind.default_url);
  DeviceConfig device{.name = "box", .kind = "freebox", .url = "auto", .timeout = kTimeout};
  try {
    Api api(device, stop);
    api.find();
    const auto root = http::parse_url(api.root());
    const bool is_usual = root && root->origin() == usual;
    return {{.url = is_usual ? usual : "auto", .what = what(api.version())}};
  } catch (const Error&) {
    return {};
  }
}

FoundBox look(const DeviceConfig& device, http::Stop& stop) {
  DeviceConfig open = device;
  open.credential = {};
  Api api(open, stop);
  api.find();
  return {.url = device.url, .what = what(api.version())};
}

void log_in_with(const Secret& text, DeviceConfig& device) {
  Options options = own_options<Options>(device);
  const AppToken token = parse_token_file(text.reveal());
  if (!token.app_id.empty()) options.app_id = token.app_id;
  if (options.app_id.empty())
    throw Error(ErrorKind::config,
                "no app id: the token file needs a second line, with the id of the application "
                "that the token was made for");
  device.credential = {.value = token.token};
  device.own = std::move(options);
}

Secret enrol(const DeviceConfig& device, const Enrolment& enrolment, http::Stop& stop) {
  const AppToken token = register_application(device,
                                              {.id = "boxmeter",
                                               .name = "boxmeter",
                                               .version = BOXMETER_VERSION,
                                               .device = enrolment.device},
                                              enrolment.waiting, stop);
  return Secret(token_file(token));
}

}  // namespace boxmeter::freebox
