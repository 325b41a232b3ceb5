#include "device/fritzbox/fritzbox.h"

#include "device/fritzbox/box.h"
#include "device/fritzbox/finding.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/record.h"
#include "device/fritzbox/request_check.h"

namespace boxmeter::fritzbox {
namespace {

void log_in_with(const Secret& text, DeviceConfig& device) {
  if (text.reveal().find('\n') != std::string::npos)
    throw Error(ErrorKind::config, "a password is one line, and there are more");
  device.credential = {.value = text};
}

std::unique_ptr<Device> open(const DeviceConfig& config, http::Stop& stop) {
  return std::make_unique<Box>(config, stop);
}

}  // namespace

// constinit: other tables of constants may copy this row before main() runs.
constinit const DeviceKind kKind = {
    .name = "fritzbox",
    .default_url = "http://169.254.1.1:49000",
    .default_pack = "fritzbox",
    .packs = &packs,
    .default_tls = http::TlsMode::first_use,
    .keys = kOptionKeys,
    .read = &read_options,
    .open = &open,
    .verbs = kVerbs,
    .example_request = "tr064: DeviceInfo1.GetInfo",
    .check = &check,
    .change = &change,
    .record = {.questions = &questions, .file = &recording_file, .privacy = &privacy},
    .https_port = 49443,
    .remote_path = "/tr064",
    .setup = {.title = "Fritz!Box",
              .find = &find,
              .look = &look,
              .has_user = true,
              .secret_key = "password_file",
              .secret_name = "password",
              .log_in_with = &log_in_with,
              .service = &service_of,
              .granting = "the box's pages: System, FRITZ!Box Users, the user",
              .opening = "the box's pages: Home Network, Network, Network Settings, 'Allow access "
                         "for applications'"},
};

}  // namespace boxmeter::fritzbox
