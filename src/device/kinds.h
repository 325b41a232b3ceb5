#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "device/device.h"
#include "device/recording.h"

namespace boxmeter {

/// One row per brand of router.  A new brand is one folder plus one row.
struct DeviceKind {
  std::string_view name;
  std::string_view default_url;
  std::string_view default_pack;
  http::TlsMode default_tls;
  std::span<const std::string_view> options;  // the YAML keys that only this kind takes
  /// Never touches the network.  `stop` ends running requests and outlives the device.
  std::unique_ptr<Device> (*open)(const DeviceConfig&, http::Stop& stop);
  /// Throws Error{config} for a request that a pack may not make: an unknown verb, a malformed
  /// target, one that is not for reading.  Placeholders such as {radio} are still in it.
  void (*check)(const Request&);
  /// What a request changes, for the person who is asked first: "PUT connection/config/"; empty: it
  /// only reads.  Throws Error{config} for one that cannot be made.  Null: this kind's requests
  /// read, all of them.
  std::string (*change)(const Request&) = nullptr;
  RecordKind record;
  unsigned https_port = 0;  // of an https URL that names none; 0: 443
  /// The path that a URL may have, over https only: it is asked over the internet then.
  std::string_view remote_path = {};
  bool can_be_found = false;  // `url: auto`
  /// Where the path of a URL may begin that names the API itself: http://host/api/v8/.
  std::string_view api_path = {};
};

std::span<const DeviceKind> device_kinds();

/// Throws Error{config} that lists the known ones.
const DeviceKind& find_kind(std::string_view name);

}  // namespace boxmeter
