#include "app/fleet.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace boxmeter {
namespace {

std::vector<std::string> packs_of(const std::vector<QueryPtr>& queries) {
  std::vector<std::string> packs;
  for (const QueryPtr& query : queries)
    if (std::ranges::find(packs, query->pack) == packs.end()) packs.push_back(query->pack);
  return packs;
}

ProbeOutcome refused(int status, const std::string& why) {
  return {.refusal = why, .status = status};
}

}  // namespace

Fleet::Fleet(const Config& config) {
  for (const Job& job : config.jobs) add(job, config.shard);
  // Those of other shards, as far as their addresses are known: otherwise /sd has no target for
  // them.
  for (const Job& job : config.others) add(job, config.shard);
}

void Fleet::add(const Job& job, const Shard& shard) {
  const DeviceConfig& device = job.device;
  const unsigned share = share_of(device.name, shard.of);
  const bool is_ours = share == shard.index;
  const std::string address = shard.address_of(share);
  Entry entry{.queries = job.queries, .is_ours = is_ours};
  if (!is_ours)
    entry.asked_by = "shard " + std::to_string(share) + " of " + std::to_string(shard.of) +
                     (address.empty() ? "" : ", " + address);
  entries_.emplace(device.name, std::move(entry));
  if (!is_ours && address.empty()) return;
  devices_.push_back({.name = device.name,
                      .kind = device.kind,
                      .interval = device.interval,
                      .labels = device.labels,
                      .polled = device.polled,
                      .packs = packs_of(job.queries),
                      .address = address,
                      .shard = share});
}

std::variant<ProbeRequest, ProbeOutcome> Fleet::wanted(const ProbeQuestion& question) const {
  const auto at = entries_.find(question.device);
  if (at == entries_.end()) {
    std::vector<std::string> known;
    for (const auto& [name, entry] : entries_) known.push_back(name);
    return refused(404, "unknown device '" + question.device + "'" +
                            did_you_mean(question.device, known) +
                            "; /probe asks configured devices only, /sd lists them");
  }
  const Entry& entry = at->second;
  if (!entry.is_ours)
    return refused(421, "device '" + question.device + "' is asked by " + entry.asked_by);
  ProbeRequest probe{
      .device = question.device, .at_once = !question.names.empty(), .until = question.until};
  for (const QueryPtr& query : entry.queries)
    if (question.names.empty()) probe.queries.insert(query->name);
  for (const std::string& name : question.names) {
    const std::size_t before = probe.queries.size();
    for (const QueryPtr& query : entry.queries)
      if (query->name == name || query->pack == name) probe.queries.insert(query->name);
    if (probe.queries.size() > before) continue;
    std::vector<std::string> known = packs_of(entry.queries);
    for (const QueryPtr& query : entry.queries) known.push_back(query->name);
    if (std::ranges::find(known, name) == known.end())
      return refused(404, "device '" + question.device + "' is not asked '" + name + "'" +
                              did_you_mean(name, known) + " (its queries: " + joined(known) + ")");
  }
  return probe;
}

}  // namespace boxmeter
