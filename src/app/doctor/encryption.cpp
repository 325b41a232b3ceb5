#include "app/doctor/doctor.h"
#include "publish/utc_text.h"

namespace boxmeter::doctor {
namespace {

/// Certificates that are renewed automatically are renewed earlier than this before they expire.
constexpr auto kSoon = std::chrono::hours(24 * 7);

std::string_view why_believed(const http::TlsPolicy& policy) {
  switch (policy.mode) {
    case http::TlsMode::system:
      return "an authority that is trusted vouches for it";
    case http::TlsMode::ca_file:
      return "the certificate in 'ca_file' vouches for it";
    case http::TlsMode::pin:
      return "its key is the one in 'pin'";
    case http::TlsMode::first_use:
      return "its key is the one remembered at the first contact";
    case http::TlsMode::insecure:
      return "anybody is believed";
  }
  return "";
}

/// Whether only the key is checked, not the certificate.
bool is_by_key(const http::TlsPolicy& policy) {
  return policy.mode == http::TlsMode::pin || policy.mode == http::TlsMode::first_use;
}

}  // namespace

Finding encryption(const DeviceConfig& device, const http::Handshake& shown,
                   WallClock::time_point now) {
  const http::TlsPolicy& policy = device.tls;
  Finding finding{.device = device.name, .check = "tls", .state = "ok"};
  finding.what = shown.version + ", " + std::string(why_believed(policy)) + ", certificate until " +
                 utc_text(shown.until).substr(0, 10);
  if (policy.mode == http::TlsMode::insecure) {
    finding.state = "warning";
    finding.way_out =
        "to believe this box alone, set tls: {pin: \"" + shown.key + "\"}, if that is its key";
  } else if (is_by_key(policy) && shown.until <= now) {
    finding.what += ", which is over and does not matter: its key is what counts";
  } else if (!is_by_key(policy) && shown.until <= now + kSoon) {
    finding.state = "warning";
    finding.way_out = "renew the certificate, else the box is not believed from that day on";
  }
  return finding;
}

}  // namespace boxmeter::doctor
