#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/secret.h"
#include "http/server.h"
#include "sim/moving.h"
#include "sim/recording.h"

namespace boxmeter::sim {

/// How a simulated box behaves: its logins, and what it answers.
struct BoxOptions {
  std::string username = "monitor";
  Secret password{"secret"};
  std::string app_id = "boxmeter";
  Secret app_token{"boxmeter-sim-app-token"};
  bool invent = false;             // make up answers that are described but not recorded
  std::uint64_t seed = 1;          // of invented values, nonces, tokens
  std::uint64_t nonce_uses = 0;    // requests per nonce; 0: any number
  bool lenient = false;            // accept the digests that real boxes do; see DigestGate
  std::uint64_t session_uses = 0;  // requests per session; 0: any number
  std::vector<std::string> permit =
      {};                  // permissions that applications have beside the default ones
  bool old_login = false;  // on a Fritz!Box's web server: MD5, as before FRITZ!OS 7.24
  /// The rights of the user on a Fritz!Box's web server.
  std::vector<std::string> rights = {"Dial", "App", "HomeAuto", "BoxAdmin", "Phone", "NAS"};
};

/// What clients did, since the start.  Any thread.
struct Stats {
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> logins = 0;             // nonces first used, sessions opened
  std::atomic<std::uint64_t> unauthorized = 0;       // answers that demanded a login
  std::atomic<std::uint64_t> wrong_credentials = 0;  // among them: user, password, token
  std::atomic<std::uint64_t> wrong_counts = 0;       // among them: nc did not rise
  // On a Fritz!Box's web server:
  std::atomic<std::uint64_t> sessions = 0;    // opened
  std::atomic<std::uint64_t> logouts = 0;     // sessions that were closed by the client
  std::atomic<std::uint64_t> stale_sids = 0;  // requests with a session that had ended
};

/// A request to a box, and when it came.
struct Visit {
  const http::ServerRequest& request;
  Moment moment = {};
  bool refuse_logins = false;  // even with the right credentials (the fault `auth`)
};

/// One simulated box.  Any thread.
class Box {
 public:
  virtual ~Box() = default;

  virtual http::ServerResponse answer(const Visit& visit) = 0;
  /// Invalidates all nonces, sessions and session ids, as a restart does.
  virtual void expire() = 0;

  /// Simulates the person at the box's front; see Registrations.  Throws Error{config}.
  virtual void press(const std::string& answer);

  /// From now on `request` ("WANPPPConnection1.GetInfo", "connection/xdsl") is answered with this
  /// error (820, service_down), until it is overruled with an empty one.
  void overrule(const std::string& request, const std::string& error);

  Stats stats;
  std::atomic<int> tls_port = 0;  // its https port; 0: none

 protected:
  /// The error that was set with overrule(); empty: none.
  std::string overruled(const std::string& request) const;

 private:
  std::atomic<bool> any_overruled_ = false;
  Guarded<std::map<std::string, std::string>> overruled_;
};

/// Makes one more box of a recording, which was prepared once for all of them.
using BoxMaker = std::function<std::unique_ptr<Box>(const BoxOptions&)>;

/// One row per brand that can be played.
struct BoxKind {
  std::string_view name;
  BoxMaker (*prepare)(const Recording& recording);  // throws Error{config}
};

/// Throws Error{config} that lists the known ones.
const BoxKind& find_box_kind(std::string_view name);

}  // namespace boxmeter::sim
