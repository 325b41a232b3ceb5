#include "app/series_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "app/unit.h"
#include "publish/health.h"

namespace boxmeter {
namespace {

std::string json_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json labels_of(const DeviceConfig& device, const Point& point) {
  nlohmann::json labels = nlohmann::json::object();
  for (const auto& [name, value] : device.labels) labels[name] = value;
  for (const auto& [name, value] : point.labels) labels[name] = value;
  return labels;
}

/// The lines of one device.
class Lines {
 public:
  Lines(const DeviceConfig& device, std::vector<std::string>& lines)
      : device_(device), lines_(lines) {}

  /// `query` is JSON: a quoted name, or null.
  void add(const std::vector<Series>& all, const std::string& query) {
    for (const Series& series : all)
      for (const Point& point : series.points) add(*series.family, point, query);
  }

 private:
  void add(const Family& family, const Point& point, const std::string& query) {
    const std::string labels = json_text(labels_of(device_, point));
    if (!seen_.insert(family.name + labels).second) return;
    const std::string value = point.value.is_finite() ? point.value.text() : "null";
    lines_.push_back("{\"name\": " + json_text(family.name) +
                     ", \"type\": " + json_text(std::string(name(family.type))) +
                     ", \"unit\": " + json_text(unit_of(family.name)) + ", \"labels\": " + labels +
                     ", \"value\": " + value + ", \"device\": " + json_text(device_.name) +
                     ", \"query\": " + query + "}");
  }

  const DeviceConfig& device_;
  std::vector<std::string>& lines_;
  std::set<std::string> seen_;
};

}  // namespace

std::string series_json(std::span<const Job> jobs, const std::vector<DeviceStatus>& devices,
                        const std::vector<SnapshotPtr>& snapshots) {
  std::map<std::string_view, const DeviceStatus*> status_of;
  for (const DeviceStatus& status : devices) status_of[status.name] = &status;
  std::map<std::pair<std::string_view, std::string_view>, const Snapshot*> newest;
  for (const SnapshotPtr& snapshot : snapshots)
    newest[{snapshot->device, snapshot->query}] = snapshot.get();

  std::vector<std::string> all;
  for (const Job& job : jobs) {
    Lines lines(job.device, all);
    if (const auto status = status_of.find(job.device.name); status != status_of.end())
      lines.add(health_of(*status->second), "null");
    for (const QueryPtr& query : job.queries)
      if (const auto found = newest.find({job.device.name, query->name}); found != newest.end())
        lines.add(found->second->series, json_text(query->name));
  }
  std::string text = "[";
  for (std::size_t i = 0; i < all.size(); ++i) text += (i == 0 ? "\n" : ",\n") + all[i];
  return text + "\n]\n";
}

}  // namespace boxmeter
