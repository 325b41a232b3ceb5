#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"

namespace boxmeter::sim {

/// Applications that ask a Freebox for a token, and the button on its front.  Any thread.
class Registrations {
 public:
  explicit Registrations(std::uint64_t seed) : seed_(seed) {}

  struct Asked {
    std::string token = {};
    std::size_t track = 0;
  };
  Asked ask(const std::string& app_id);

  /// What the person at the box does from now on: "granted", "denied", "timeout", or "pending",
  /// which is nothing.  Without a word from anybody the button is pressed after the first look.
  /// Throws Error{config} for another word.
  void press(const std::string& answer);

  /// "pending", then what was pressed; "unknown" for a track that nobody was given.
  std::string look(std::size_t track);

  /// The token of an application that was asked for, whatever became of it, and its state.
  struct Application {
    std::string token = {};
    std::string status = "pending";
  };
  std::optional<Application> find(const std::string& app_id) const;

 private:
  struct Entry {
    std::string app_id = {};
    Application application = {};
    bool looked = false;
  };
  struct State {
    std::string button = {};
    std::vector<Entry> entries = {};
  };

  std::uint64_t seed_;
  Guarded<State> state_;
};

}  // namespace boxmeter::sim
