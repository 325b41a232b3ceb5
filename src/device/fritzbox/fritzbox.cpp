#include "device/fritzbox/fritzbox.h"

#include "device/fritzbox/box.h"
#include "device/fritzbox/options.h"
#include "device/fritzbox/record.h"
#include "device/fritzbox/request_check.h"

namespace boxmeter::fritzbox {
namespace {

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
};

}  // namespace boxmeter::fritzbox
