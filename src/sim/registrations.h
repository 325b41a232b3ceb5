#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"

namespace boxmeter::sim {

/// The registrations of applications at a Freebox, and the person who answers on its front.  Any
/// thread.
class Registrations {
 public:
  /// App tokens are derived from `seed`.
  explicit Registrations(std::uint64_t seed) : seed_(seed) {}

  struct Started {
    std::string token = {};
    std::size_t track = 0;
  };
  /// Starts a registration.
  Started start(const std::string& app_id);

  /// How the person answers from now on: "granted", "denied", "timeout", or "pending" for no answer
  /// yet. If this is never called, a registration is granted after its first status().  Throws
  /// Error{config} for another word.
  void press(const std::string& answer);

  /// The status of a registration: "pending", then the answer; "unknown" for an unknown track.
  std::string status(std::size_t track);

  /// The last registration of an application, in any status.
  struct Application {
    std::string token = {};
    std::string status = "pending";
  };
  std::optional<Application> find(const std::string& app_id) const;

 private:
  struct Entry {
    std::string app_id = {};
    Application application = {};
    bool is_status_asked = false;
  };
  struct State {
    std::string button = {};
    std::vector<Entry> entries = {};
  };

  std::uint64_t seed_;
  Guarded<State> state_;
};

}  // namespace boxmeter::sim
