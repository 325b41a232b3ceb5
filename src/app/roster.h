#pragma once
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "config/config.h"
#include "poll/poller.h"
#include "publish/discovery.h"
#include "publish/probe.h"

namespace boxmeter {

/// All configured devices, whoever asks them, as /sd and /probe need them.  Frozen; any thread.
class Roster {
 public:
  explicit Roster(const Config& config);

  const std::vector<FleetDevice>& devices() const { return devices_; }

  /// What to ask whom, or why that is not possible.
  std::variant<ProbeRequest, ProbeOutcome> wanted(const ProbeQuestion& question) const;

 private:
  struct Entry {
    std::vector<QueryPtr> queries = {};
    bool is_ours = false;
    std::string asked_by = {};  // another shard, in words
  };
  void add(const Job& job, const Shard& shard);

  std::vector<FleetDevice> devices_;
  std::map<std::string, Entry> entries_;
};

}  // namespace boxmeter
