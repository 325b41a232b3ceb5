#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "device/device.h"
#include "device/recording.h"
#include "device/setup.h"
#include "yaml/keys.h"
#include "yaml/section.h"

namespace boxmeter {

/// A pack that is compiled in.
struct PackText {
  std::string_view name;
  std::string_view text;  // YAML
  bool foreign;           // uses another exporter's metric names
};

/// What DeviceKind::read is given: the section of one device, and what else it needs.
struct OwnSection {
  const Section& section;
  const std::filesystem::path& folder;  // of the configuration: relative paths begin there
  std::size_t count_of_kind;            // how many devices of this kind are configured
  std::vector<std::string>& warnings;   // legal but doubtful; each begins with its place
};

/// The word before the colon of a request: {get: connection/}.
struct Verb {
  std::string_view word;      // "get"
  bool takes_object = false;  // {rrd: {db: net}}: the members are the arguments, there is no target
};

/// The words of the verbs, in the order of the table.
std::vector<std::string> words(std::span<const Verb> verbs);

/// One row per brand of router.  A new brand is one folder plus one row.
struct DeviceKind {
  std::string_view name;
  std::string_view default_url;
  std::string_view default_pack;
  std::span<const PackText> (*packs)();
  http::TlsMode default_tls;
  /// The keys of a device's section that this kind takes beside those of every device.
  Keys keys;
  /// Reads these keys: the login and whatever goes into DeviceConfig::own.  The members that every
  /// kind has are set already.  Throws Error{config} with the place.
  void (*read)(const OwnSection& own, DeviceConfig& device);
  /// Never touches the network.  `stop` ends running requests and outlives the device.
  std::unique_ptr<Device> (*open)(const DeviceConfig&, http::Stop& stop);
  std::span<const Verb> verbs;       // that a pack may use
  std::string_view example_request;  // "get: connection/"
  /// Throws Error{config} for a request that a pack may not make: an unknown verb, a malformed
  /// target, one that is not for reading.  Placeholders such as {radio} are still in it.
  void (*check)(const Request&);
  /// What a request would change on the box, for the person whose consent is asked for: "PUT
  /// connection/config/"; empty: it only reads.  Throws Error{config} for a request that cannot be
  /// made.  Null: all requests of this kind only read.
  std::string (*change)(const Request&) = nullptr;
  RecordKind record;
  unsigned https_port = 0;  // of an https URL that names none; 0: 443
  /// The path that the URL of a box has which is asked over the internet; allowed over https only.
  std::string_view remote_path = {};
  bool can_be_found = false;  // `url: auto`
  /// What the path of a URL may begin with, where it names the API itself: http://host/api/v8/.
  std::string_view api_path = {};
  SetupKind setup = {};  // for `boxmeter setup` and `boxmeter doctor`
};

/// The brands that a program knows.  Static data: whoever refers to a row may keep the reference.
using DeviceKinds = std::span<const DeviceKind>;

/// Those of boxmeter.  For main(), which hands them to what needs them; a test program may know
/// more.
DeviceKinds shipped_kinds();

/// Throws Error{config} that lists the known ones.
const DeviceKind& find_kind(DeviceKinds kinds, std::string_view name);

}  // namespace boxmeter
