#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "device/device.h"

namespace boxmeter {

/// A box that answered on this network.
struct FoundBox {
  std::string url = {};   // as a configuration takes it
  std::string what = {};  // as the box calls itself: "FRITZ!Box 7590"
  /// Where the same box answers over https, when `url` is plain http; empty: it does not.
  std::string secure_url = {};
};

/// A request of an application for a login of its own.
struct Enrolment {
  std::string device = {};  // the machine it runs on, shown in the box's list of applications
  /// Called about once a second, with the time that is left, while a person must press a button.
  std::function<void(std::chrono::seconds left)> waiting = {};
};

/// What `boxmeter setup` and `boxmeter doctor` need to know of a brand.  Functions may be called in
/// any thread; a brand without them is set up by hand.
struct SetupKind {
  std::string_view title = {};  // as people write it: "Fritz!Box"
  /// The boxes that announce themselves on this network or answer at the usual addresses.  Blocks
  /// for `wait` and a few seconds at most.  Never throws Error.
  std::vector<FoundBox> (*find)(std::chrono::milliseconds wait, http::Stop& stop) = nullptr;
  /// The box at the address of `device`; nothing secret is sent.  Throws Error: of kind protocol or
  /// refused if what answers is not a box of this kind.
  FoundBox (*look)(const DeviceConfig& device, http::Stop& stop) = nullptr;
  bool has_user = false;              // the login has a user name beside the secret
  std::string_view secret_key = {};   // the key that names the secret's file: "password_file"
  std::string_view secret_name = {};  // what that file holds, and its name's ending: "password"
  /// Sets the login of `device` from the text of such a file.  Throws Error{config}, whose message
  /// does not contain the text.
  void (*log_in_with)(const Secret& text, DeviceConfig& device) = nullptr;
  /// Registers boxmeter at the box, which a person confirms on its display; returns the text for
  /// the secret's file.  Blocks until then.  Null: this kind has passwords, which a person types.
  /// Throws Error: of kind auth, with the way out, if the person refuses.
  Secret (*enrol)(const DeviceConfig& device, const Enrolment& enrolment,
                  http::Stop& stop) = nullptr;
  /// Which part of the box a request goes to, as people know it: "TR-064 Hosts", "call monitor".
  /// Pure.  Null: the box is one part.
  std::string (*service)(const Request& request) = nullptr;
  std::string_view press = {};     // how the person confirms: "press the right arrow ..."
  std::string_view granting = {};  // where on the box rights are granted
  std::string_view opening = {};   // what must be switched on for the box to answer at all
};

}  // namespace boxmeter
