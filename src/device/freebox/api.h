#pragma once
#include <filesystem>
#include <string>

#include "device/device.h"
#include "device/freebox/discovery.h"
#include "device/freebox/protocol.h"
#include "device/freebox/request.h"

namespace boxmeter::freebox {

/// How a device of this configuration is spoken to: the roots of Free and Iliad are trusted.
http::ClientOptions client_options(const DeviceConfig& config);

/// The API of one box: where it answers and in which version, over one kept-alive connection.  The
/// address is the configuration's: scheme://host[:port], perhaps with the API's path behind it
/// (/api/, /api/v8/), or "auto".  One thread at a time; opening one touches no network.
class Api {
 public:
  Api(const DeviceConfig& config, http::Stop& stop);

  /// Where the API answers is asked for once, until forget().  Throws Error.
  void find();

  /// Finds the API first, where that has not been done.  A call that writes is never sent twice.
  /// Throws Error; a refusal of the box is an envelope.
  Envelope ask(const Call& call, const Secret& session = {}, std::size_t body_limit = 4U << 20);

  /// The address below which paths go, with a slash at its end; empty: not found yet.
  const std::string& root() const { return root_; }
  /// Find it anew: the firmware changed, or a path that worked is gone.
  void forget() { root_.clear(); }
  /// What the box said of itself when it was found.
  const ApiVersion& version() const { return version_; }
  /// Whether the last exchange brought an answer at all.
  bool answered() const { return answered_; }
  /// Another box answers than the one that let us in before: its uid differs.
  bool replaced() const;
  /// This box has let us in: it is the one from now on, also after a restart.
  void let_in();

 private:
  ApiVersion ask_version(http::Client& client, const std::string& url);
  Found search();
  std::filesystem::path known_path() const;

  const DeviceConfig& config_;
  http::Stop& stop_;
  http::Client client_;
  Known known_;  // as on disk
  std::string url_;
  std::string root_;
  ApiVersion version_;
  bool answered_ = false;
};

}  // namespace boxmeter::freebox
