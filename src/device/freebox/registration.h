#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "device/freebox/api.h"
#include "device/freebox/token.h"

namespace boxmeter::freebox {

/// An application as the box lists it under "Gestion des accès".
struct Application {
  std::string id = {};    // "fr.example.app": the app token is good with this one only
  std::string name = {};  // what the box's front shows
  std::string version = {};
  std::string device = {};  // where it runs
};

/// What the person at the box has answered so far.
enum class Verdict { pending, granted, denied, timeout, unknown };

/// Asks a box for an app token.  Somebody must press a button on its front, and the token is void
/// if nobody asks how that went.  One thread; uses url, tls, timeout and api_version of the
/// configuration.
class Registration {
 public:
  Registration(DeviceConfig config, http::Stop& stop);

  /// The box shows its question from now on.  Throws Error; `auth` says what stands in the way:
  /// new_apps_denied, denied_from_external_ip.
  void ask(const Application& application);

  /// To be called every second or so until it is not `pending`.  Throws Error.
  Verdict verdict();

  /// Good once the verdict is `granted`.  Write it down with token_file().
  const AppToken& token() const { return token_; }
  /// The address below which the API was found.
  const std::string& root() const { return api_.root(); }

 private:
  DeviceConfig config_;
  Api api_;
  AppToken token_;
  std::string track_;  // the path that tells the verdict
};

/// Asks and waits for a person at the box: `waiting` is called about once a second with the time
/// that is left.  Throws Error; auth with the way out when the person refuses or does not come.
AppToken registered(const DeviceConfig& config, const Application& application,
                    const std::function<void(std::chrono::seconds left)>& waiting,
                    http::Stop& stop);

/// What to do now; "" for `pending` and `granted`.
std::string_view way_out(Verdict verdict) noexcept;

/// What boxmeter cannot show without this permission, or do: "settings" -> "...".  Empty for one
/// that nothing depends on.
std::string_view hidden_without(std::string_view permission) noexcept;

}  // namespace boxmeter::freebox
