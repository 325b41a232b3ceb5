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

/// An application that asks a box for its own login.
struct Enrolment {
  std::string device = {};  // where it runs, for the box's list of applications
  /// Called about once a second, while somebody is to press a button, with the time that is left.
  std::function<void(std::chrono::seconds left)> waiting = {};
};

/// What `boxmeter setup` and `boxmeter doctor` need to know of a brand.  Functions may be called in
/// any thread; a brand without them is set up by hand.
struct SetupKind {
  std::string_view title = {};  // as people write it: "Fritz!Box"
  /// The boxes that show themselves on this network or answer at the usual addresses.  Returns
  /// after `wait` and a few seconds at most.  Never throws Error.
  std::vector<FoundBox> (*find)(std::chrono::milliseconds wait, http::Stop& stop) = nullptr;
  /// The box at the address of `device`; nothing secret is sent.  Throws Error, and protocol or
  /// refused for what is no box of this kind.
  FoundBox (*look)(const DeviceConfig& device, http::Stop& stop) = nullptr;
  bool has_user = false;              // there is a user's name beside the secret
  std::string_view secret_key = {};   // of a device's section, for a file: "password_file"
  std::string_view secret_name = {};  // what it holds, and how the file's name ends: "password"
  /// Takes the text of such a file over.  Throws Error{config}, which says nothing of the content.
  void (*log_in_with)(const Secret& text, DeviceConfig& device) = nullptr;
  /// Registers boxmeter at the box, which a person confirms on its display; the text of the
  /// secret's file.  Null: a password is typed.  Throws Error, auth with the way out when it is not
  /// allowed.
  Secret (*enrol)(const DeviceConfig& device, const Enrolment& enrolment,
                  http::Stop& stop) = nullptr;
  /// Which part of the box a request speaks to, as people know it: "TR-064 Hosts", "call monitor".
  /// Pure.  Null: nobody tells them apart.
  std::string (*service)(const Request& request) = nullptr;
  std::string_view press = {};     // what the person does there: "press the right arrow ..."
  std::string_view granting = {};  // where rights are given to a user or an application
  std::string_view opening = {};   // what has to be switched on, for the box to answer at all
};

}  // namespace boxmeter
