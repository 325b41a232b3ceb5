#include "device/freebox/registration.h"

#include <thread>

#include "device/freebox/json.h"

namespace boxmeter::freebox {
namespace {

using namespace std::chrono_literals;

constexpr auto kConfirmationTimeout = 5min;  // the box gives up earlier, and says so

struct StatusWord {
  std::string_view word;
  RegistrationStatus status;
  std::string_view way_out;
};
constexpr StatusWord kStatusWords[] = {
    {"pending", RegistrationStatus::pending, ""},
    {"granted", RegistrationStatus::granted, ""},
    {"denied", RegistrationStatus::denied,
     "somebody refused it on the front of the box; start again and choose yes there"},
    {"timeout", RegistrationStatus::timeout,
     "nobody answered on the front of the box in time; start again and answer there while it asks"},
    {"unknown", RegistrationStatus::unknown, "the box has forgotten the request; start again"},
};

/// Which parts of the API need a permission, from Free's documentation.
struct Dependent {
  std::string_view permission;
  std::string_view hidden;
};
constexpr Dependent kDependents[] = {
    {"settings", "changing anything; Wi-Fi keys and VPN credentials; history by POST rrd/"},
    {"contacts", "the address book"},
    {"calls", "the call log and voicemail"},
    {"explorer", "files, shared links and uploads"},
    {"downloader", "downloads and their rates"},
    {"parental", "parental control of older boxes, network control"},
    {"pvr", "recordings and their quota"},
    {"profile", "profiles and network control"},
    {"player", "the Freebox Player"},
    {"home", "home automation and the alarm"},
    {"camera", "the streams of cameras"},
    {"vm", "virtual machines"},
};

/// A request that is lost counts as `pending`: the waiting must go on, or the token becomes void.
RegistrationStatus status_or_pending(Registration& registration) {
  try {
    return registration.status();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::timeout && error.kind() != ErrorKind::network) throw;
    return RegistrationStatus::pending;
  }
}

}  // namespace

Registration::Registration(DeviceConfig config, http::Stop& stop)
    : config_(std::move(config)), api_(config_, stop) {}

void Registration::ask(const Application& application) {
  const Reply body = {{"app_id", application.id},
                      {"app_name", application.name},
                      {"app_version", application.version},
                      {"device_name", application.device}};
  const Envelope answer =
      api_.ask({.method = http::Method::post,
                .path = "login/authorize/",
                .body = body.dump(-1, ' ', false, Reply::error_handler_t::replace)});
  if (!answer.success) throw refusal(answer);
  token_ = {.token = Secret(text_at(answer.result, "app_token")), .app_id = application.id};
  const auto track =
      answer.result.is_object() ? answer.result.find("track_id") : answer.result.end();
  if (token_.token.empty() || track == answer.result.end() || !track->is_number_integer())
    throw Error(ErrorKind::protocol,
                "the box answers a registration without app_token or track_id");
  track_ = "login/authorize/" + track->dump();
}

RegistrationStatus Registration::status() {
  const Envelope answer = api_.ask({.path = track_});
  if (!answer.success) throw refusal(answer);
  const std::string status = text_at(answer.result, "status");
  for (const StatusWord& word : kStatusWords)
    if (word.word == status) return word.status;
  throw Error(ErrorKind::protocol, "unknown status '" + one_line(status) +
                                       "' of the registration (known: pending, "
                                       "granted, denied, timeout, unknown)");
}

AppToken register_application(const DeviceConfig& config, const Application& application,
                              const std::function<void(std::chrono::seconds left)>& waiting,
                              http::Stop& stop) {
  Registration registration(config, stop);
  registration.ask(application);
  const auto end = Clock::now() + kConfirmationTimeout;
  auto status = RegistrationStatus::pending;
  while (status == RegistrationStatus::pending && Clock::now() < end) {
    if (waiting) waiting(std::chrono::ceil<std::chrono::seconds>(end - Clock::now()));
    status = status_or_pending(registration);
    if (status == RegistrationStatus::pending) std::this_thread::sleep_for(1s);
  }
  if (status == RegistrationStatus::pending) status = RegistrationStatus::timeout;
  if (status != RegistrationStatus::granted)
    throw Error(ErrorKind::auth, "not registered: " + std::string(way_out(status)));
  return registration.token();
}

std::string_view way_out(RegistrationStatus status) noexcept {
  for (const StatusWord& word : kStatusWords)
    if (word.status == status) return word.way_out;
  return "";
}

std::string_view hidden_without(std::string_view permission) noexcept {
  for (const Dependent& dependent : kDependents)
    if (dependent.permission == permission) return dependent.hidden;
  return "";
}

}  // namespace boxmeter::freebox
