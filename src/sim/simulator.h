#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/server.h"
#include "http/transport.h"
#include "sim/box.h"
#include "sim/call_monitor.h"
#include "sim/fault.h"

namespace boxmeter::sim {

/// A fault from the start on.
struct FaultOption {
  Fault fault = Fault::none;
  std::optional<std::size_t> box = {};  // nullopt: of all boxes
};

struct SimOptions {
  std::vector<std::filesystem::path> recordings = {};
  std::string kind = {};                 // empty: recognized by the files
  std::string listen = "127.0.0.1";      // a host
  int port = 0;                          // of the first box; 0: any free ones
  bool tls = false;                      // each box also has a port for https
  std::string certificate = {};          // PEM file, with its key; empty: made at start
  std::optional<int> control = {};       // port of the control path; 0: any free one
  std::optional<int> call_monitor = {};  // port of the first box's call monitor; 0: any free one
  std::size_t count = 1;                 // boxes per recording
  BoxOptions box = {};
  bool still = false;  // counters do not move
  std::chrono::milliseconds latency{0};
  std::vector<FaultOption> faults = {};
  bool trace = false;               // a line on stdout per request
  std::chrono::seconds run_for{0};  // 0: until a signal
};

/// Plays the boxes, each on a port of its own, and serves the control path, with threads of its
/// own, until destroyed.
class Simulator {
 public:
  /// Throws Error{config} for a recording that cannot be played or a port that is in use.
  explicit Simulator(const SimOptions& options);

  /// Lines to print: "fritzbox 7590-154.07.57 http://127.0.0.1:PORT" per box, with TLS followed by
  /// the https address; "key sha256//..." with TLS; "control http://..." and "callmonitor
  /// HOST:PORT" if there are any.
  std::vector<std::string> addresses() const;

 private:
  /// A box with its ports and its state.  Never moved in memory, since by_port_ points to it.
  struct PlayedBox {
    std::size_t index = 0;
    std::string kind = {};
    std::string recording = {};
    int port = 0;
    int tls_port = 0;  // 0: none
    double phase = 0.0;
    std::unique_ptr<Box> box = {};
    std::atomic<Fault> fault = Fault::none;
    std::atomic<double> started = 0.0;  // seconds after the simulator
    std::atomic<bool> restarted = false;
  };

  void make_boxes();
  http::ServerOptions server_options() const;
  http::ServerResponse answer(const http::ServerRequest& request);
  http::ServerResponse control(const http::ServerRequest& request);
  http::ServerResponse change(const http::ServerRequest& request);
  void restart(PlayedBox& played);
  std::string stats() const;
  Moment moment(const PlayedBox& played) const;
  double seconds() const;

  SimOptions options_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::shared_ptr<const http::TlsIdentity> identity_;  // null: no TLS
  std::vector<std::unique_ptr<PlayedBox>> boxes_;
  std::unordered_map<int, PlayedBox*> by_port_;
  std::atomic<int> control_port_ = -1;
  std::unique_ptr<CallMonitor> call_monitor_;  // null: there is none
  std::atomic<bool> ready_ = false;            // by_port_ is complete
  std::atomic<bool> still_ = false;
  std::unique_ptr<http::Server> server_;  // last: its threads use all of the above
};

}  // namespace boxmeter::sim
