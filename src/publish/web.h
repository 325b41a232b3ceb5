#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "publish/web_options.h"

namespace boxmeter {

class Store;
struct SinkStatus;

/// Our HTTP side (design.md section 6): /metrics, /devices, /, /-/healthy, /-/ready; the rest is
/// refused as not available yet.  Serves from construction to destruction, by threads of its own.
/// Who may ask what, WebGuard says.
class Web {
 public:
  /// `store` outlives it; `sinks` tells the state of push.  Throws Error{config} when an address
  /// cannot be listened on or the web file is wrong.
  Web(const WebOptions& options, Store& store, std::function<std::vector<SinkStatus>()> sinks);
  ~Web();

  /// http::Server's.
  bool still_answers();

  const std::vector<int>& ports() const;
  /// "http://127.0.0.1:9877/", "https://...", "unix:/run/boxmeter.sock", in the order of `listen`,
  /// with the ports that port 0 became.
  std::vector<std::string> addresses() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
