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

/// Whether the person at the box has allowed the application, in the words of the API.
enum class RegistrationStatus { pending, granted, denied, timeout, unknown };

/// Asks a box for an app token ("Login: Request authorization" of Free's documentation,
/// https://dev.freebox.fr/sdk/os/login/).  A person must press a button on the box's front; the
/// token becomes valid only if status() is asked meanwhile.  One thread; uses url, tls, timeout and
/// api_version of the configuration.
class Registration {
 public:
  Registration(DeviceConfig config, http::Stop& stop);

  /// Makes the box ask the person.  Throws Error: of kind auth if the box does not allow that
  /// (new_apps_denied, denied_from_external_ip).
  void ask(const Application& application);

  /// Asks the box.  To be called about once a second while it is `pending`.  Throws Error.
  RegistrationStatus status();

  /// Valid once the status is `granted`.
  const AppToken& token() const { return token_; }
  /// The URL below which the API was found.
  const std::string& root() const { return api_.root(); }

 private:
  DeviceConfig config_;
  Api api_;
  AppToken token_;
  std::string track_;  // the path that status() asks
};

/// Registers the application and waits for the person at the box; `waiting` is called about once a
/// second with the time that is left.  Throws Error: of kind auth, with the way out, if the person
/// refuses or does not answer.
AppToken register_application(const DeviceConfig& config, const Application& application,
                              const std::function<void(std::chrono::seconds left)>& waiting,
                              http::Stop& stop);

/// What the person can do about it; "" for `pending` and `granted`.
std::string_view way_out(RegistrationStatus status) noexcept;

/// What boxmeter cannot read or do without this permission: "contacts" -> "the address book". Empty
/// for an unknown one.
std::string_view hidden_without(std::string_view permission) noexcept;

}  // namespace boxmeter::freebox
