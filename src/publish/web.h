#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/server.h"
#include "metric/store.h"
#include "publish/push.h"

namespace boxmeter {

struct WebOptions {
  std::vector<std::string> listen = {"127.0.0.1:9877"};
  std::string config_file = {};
};

/// Our HTTP side (design.md section 6): /metrics, /devices, /, /-/healthy, /-/ready.
class Web {
 public:
  /// `store` outlives it; `sinks` tells the state of push.
  Web(const WebOptions& options, Store& store, std::function<std::vector<SinkStatus>()> sinks);
  ~Web();

  const std::vector<int>& ports() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter
