#pragma once
#include <filesystem>
#include <string>

#include "device/device.h"
#include "device/freebox/discovery.h"
#include "device/freebox/protocol.h"
#include "device/freebox/request.h"

namespace boxmeter::freebox {

/// The options of every HTTP client for this device.  With `tls: system` the CAs of Free and Iliad
/// are trusted too.
http::ClientOptions client_options(const DeviceConfig& config);

/// The REST API of one box: its address, its version, and one kept-alive connection to it.  The URL
/// of the configuration is scheme://host[:port], with or without the API's path (/api/, /api/v8/),
/// or "auto".  One thread at a time; the constructor does not touch the network.
class Api {
 public:
  Api(const DeviceConfig& config, http::Stop& stop);

  /// Finds out where the API is, unless that is known already.  Throws Error.
  void find();

  /// Makes one call, after find().  A call that writes is never sent twice.  Throws Error; a
  /// refusal by the box is returned as an envelope.
  Envelope ask(const Call& call, const Secret& session = {}, std::size_t body_limit = 4U << 20);

  /// The URL that paths are appended to, with a slash at its end; empty: not found yet.
  const std::string& root() const { return root_; }
  /// Makes the next call find the API again: the firmware changed, or a path that worked is gone.
  void forget() { root_.clear(); }
  /// What the box said of itself when it was found.
  const ApiVersion& version() const { return version_; }
  /// Whether the last request was answered by anything at all.
  bool answered() const { return answered_; }
  /// Whether another box answers than the one that accepted our login before: its uid differs.
  bool replaced() const;
  /// Called when the box accepted our login: remembers which box it is, on disk too.
  void remember_box();

 private:
  ApiVersion ask_version(http::Client& client, const std::string& url);
  Found search();
  std::filesystem::path known_path() const;

  const DeviceConfig& config_;
  http::Stop& stop_;
  http::Client client_;
  KnownBox known_;  // as on disk
  std::string url_;
  std::string root_;
  ApiVersion version_;
  bool answered_ = false;
};

}  // namespace boxmeter::freebox
