#pragma once
#include <any>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "http/client.h"
#include "metric/model.h"

namespace boxmeter {

/// A credential: given in the configuration, or in a file that is read again when its content was
/// rejected.
struct Credential {
  Secret value = {};
  std::filesystem::path file = {};  // empty: `value` is all there is
  friend bool operator==(const Credential&, const Credential&) = default;
};

/// Options that only one kind has, stored without their type: common code only copies and compares
/// them.
class OwnOptions {
 public:
  OwnOptions() = default;
  template <typename Options>
  requires(!std::is_same_v<Options, OwnOptions>)
      OwnOptions(Options options)  // NOLINT(google-explicit-constructor): as std::any takes it
      : value_(std::move(options)), are_equal_([](const std::any& a, const std::any& b) {
          return std::any_cast<const Options&>(a) == std::any_cast<const Options&>(b);
        }) {}

  bool has_value() const { return value_.has_value(); }
  /// Null if empty or of another type.
  template <typename Options>
  const Options* as() const {
    return std::any_cast<Options>(&value_);
  }
  friend bool operator==(const OwnOptions& a, const OwnOptions& b) {
    if (a.value_.type() != b.value_.type()) return false;
    return !a.value_.has_value() || a.are_equal_(a.value_, b.value_);
  }

 private:
  std::any value_ = {};
  bool (*are_equal_)(const std::any&, const std::any&) = nullptr;
};

/// A configured box: what every kind has.
struct DeviceConfig {
  std::string name = {};
  std::string kind = {};
  std::string url = {};        // scheme://host:port, and the path that the kind allows
  std::string username = {};   // empty: there is none, or the box tells it
  Credential credential = {};  // a password, a token: whatever the kind logs in with
  OwnOptions own = {};         // the kind's struct of its own: see own_options()
  http::TlsPolicy tls = {};
  std::chrono::milliseconds timeout{10'000};  // of one request, from name lookup to last byte
  std::chrono::milliseconds interval{30'000};
  Labels labels = {};
  bool polled = true;  // false: asked by probes alone
  /// Where a kind keeps what it learned of this box (a file or a folder named after the device
  /// below it); empty: nothing is kept.
  std::filesystem::path state_dir = {};
  http::Tap tap = {};  // sees what goes over the wire: for `boxmeter record`
  /// The file that keeps what polling learned of this box; empty: it is learned anew each time.
  std::filesystem::path learned = {};
  bool reveal = false;  // secrets stay in replies: the command line only, never a daemon
  /// Opened by a command that ends: nothing will be tried again later, and no message says so.
  bool one_shot = false;
};

/// Whether a device opened with one of these configurations can be kept under the other: everything
/// is equal except `interval`, `labels`, `tap` and `one_shot`.
bool opens_alike(const DeviceConfig& a, const DeviceConfig& b);

/// The kind-specific options of `device`; defaults if it has none.  Throws Error{internal} for the
/// struct of another kind.
template <typename Options>
const Options& own_options(const DeviceConfig& device) {
  static const Options kDefaults;
  if (!device.own.has_value()) return kDefaults;
  const auto* const options = device.own.as<Options>();
  if (options == nullptr)
    throw Error(ErrorKind::internal, "device '" + device.name + "' has another kind's options");
  return *options;
}

/// Counts events that invalidate what was learned of a box.  The counters never decrease.
struct Epoch {
  unsigned boot = 0;  // the box restarted or changed its firmware
  unsigned wan = 0;   // its internet connection came up
  friend bool operator==(const Epoch&, const Epoch&) = default;
};

/// The firmware that a box runs, and since when.
struct Incarnation {
  std::string firmware = {};  // empty: the box has not said it yet
  WallClock::time_point booted = {};
  std::string model = {};  // for people, such as "FRITZ!Box 7590"; empty: not said (yet)
};

/// What answers at its address is not a box of this kind, whatever it is asked.
class Stranger : public Error {
 public:
  explicit Stranger(std::string message) : Error(ErrorKind::protocol, std::move(message)) {}
};

/// One box on the network.  Used by one thread at a time; opening one touches no network.
class Device {
 public:
  /// Logs out where a session is open: may send a request, limited to a short time.
  virtual ~Device() = default;

  /// Performs one request, logging in as needed; this may take several HTTP requests, each limited
  /// by `timeout`.  Secrets are already removed from the reply (unless `reveal`).
  /// Throws Error.  For kind `refused`, refusal() says why (unsupported, denied, idle).  Throws
  /// Stranger if the answer does not come from a box of this kind: other requests of the same verb
  /// will fail too.
  virtual Reply call(const Request& request) = 0;

  /// As seen in the replies so far.
  virtual Epoch epoch() const = 0;

  /// As seen in the replies so far.
  virtual Incarnation incarnation() const { return {}; }

  /// What the box said that the user or the application may do, in its own words: an object such as
  /// {"settings": false} or {"BoxAdmin": "readonly"}; empty: it has not said so (yet).
  virtual Reply permissions() const { return Reply::object(); }

  /// How often a box of this kind has answered so far: with a value, or with a refusal in the words
  /// of its protocol.  Another program's page or JSON, a description that other makes
  /// have too, and logins do not count.
  virtual std::uint64_t answers() const = 0;

  /// How often it has logged in so far (a 401 answered with a digest, a session opened).
  virtual std::uint64_t logins() const = 0;
};

}  // namespace boxmeter
