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

/// All configured devices, also those of other shards, for /sd and /probe.  Immutable; any thread.
class Fleet {
 public:
  explicit Fleet(const Config& config);

  const std::vector<FleetDevice>& devices() const { return devices_; }

  /// The probe to make, or the refusal: an unknown device or query, a device of another shard.
  std::variant<ProbeRequest, ProbeOutcome> wanted(const ProbeQuestion& question) const;

 private:
  struct Entry {
    std::vector<QueryPtr> queries = {};
    bool is_ours = false;
    std::string asked_by = {};  // the other shard, for messages
  };
  void add(const Job& job, const Shard& shard);

  std::vector<FleetDevice> devices_;
  std::map<std::string, Entry> entries_;
};

}  // namespace boxmeter
