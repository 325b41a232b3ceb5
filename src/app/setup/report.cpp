// setup: polls the new device once, and prints a summary and what to do next.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>

#include "app/poll_once.h"
#include "app/running.h"
#include "app/setup/setup.h"
#include "app/terminal.h"
#include "base/file.h"
#include "base/text.h"
#include "publish/web_file.h"

namespace boxmeter::setup {
namespace {

/// The points of a metric from all queries.
std::vector<const Point*> points(const Outcome& outcome, std::string_view metric) {
  std::vector<const Point*> found;
  for (const SnapshotPtr& snapshot : outcome.snapshots)
    for (const Series& series : snapshot->series)
      if (series.family->name == metric)
        for (const Point& point : series.points) found.push_back(&point);
  return found;
}

std::string label(const Point& point, std::string_view name) {
  for (const auto& [key, value] : point.labels)
    if (key == name) return value;
  return "";
}

double sum(const std::vector<const Point*>& points) {
  double total = 0;
  for (const Point* point : points) total += point->value.to_double();
  return total;
}

std::string count(double number) {
  return std::to_string(static_cast<long long>(std::llround(number)));
}

std::string in_days(double seconds) {
  const auto hours = std::llround(std::floor(seconds / 3600));
  if (hours < 48) return std::to_string(hours) + " h";
  return std::to_string(hours / 24) + " days";
}

std::string in_megabits(double bytes_per_second) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f Mbit/s", bytes_per_second * 8 / 1e6);
  return text;
}

/// A line of the summary, from a metric that all brands have.
struct SummaryLine {
  const char* what;
  const char* metric;
  std::string (*show)(double sum);
};
constexpr SummaryLine kSummary[] = {
    {"running for", "box_uptime_seconds", &in_days},
    {"internet", "box_wan_connected",
     [](double up) { return std::string(up > 0 ? "connected" : "not connected"); }},
    {"download, at most", "box_wan_receive_capacity_bytes_per_second", &in_megabits},
    {"upload, at most", "box_wan_transmit_capacity_bytes_per_second", &in_megabits},
    {"hosts online", "box_hosts_active", &count},
    {"Wi-Fi stations", "box_wlan_stations", &count},
};

std::string found_table(const Outcome& outcome) {
  std::vector<TableRow> rows;
  for (const Point* info : points(outcome, "box_info"))
    rows.push_back({"box", label(*info, "model") + ", firmware " + label(*info, "firmware")});
  for (const SummaryLine& line : kSummary)
    if (const auto found = points(outcome, line.metric); !found.empty())
      rows.push_back({line.what, line.show(sum(found))});
  std::size_t series = 0, failing = 0;
  for (const SnapshotPtr& snapshot : outcome.snapshots) {
    for (const Series& each : snapshot->series) series += each.points.size();
    if (snapshot->failure && !lacking(snapshot->support)) ++failing;
  }
  rows.push_back({"series", std::to_string(series) + " of " +
                                std::to_string(outcome.snapshots.size()) + " queries" +
                                (failing == 0 ? "" : ", " + std::to_string(failing) + " failing")});
  return table(rows);
}

bool has_unit() {
  for (const char* folder :
       {"/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system"})
    if (file_exists(std::string(folder) + "/boxmeter.service")) return true;
  return false;
}

/// For the job of Prometheus, which cannot scrape a Unix socket.
std::string targets(const std::string& url) {
  const std::string::size_type at = url.find("://");
  if (at == std::string::npos) return "[]}]  # web.listen has no address that Prometheus can ask";
  return "[\"" + url.substr(at + 3) + "\"]}]" +
         (url.starts_with("https:") ? "\n                         scheme: https" : "");
}

std::string next_steps(const Paths& paths, const Config& config) {
  const bool is_service =
      ::geteuid() == 0 && paths.config == "/etc/boxmeter/boxmeter.yml" && has_unit();
  const bool is_tls = !config.web.config_file.empty() && speaks_tls(config.web.config_file);
  const std::string url = local_url(config.web.listen.front(), is_tls);
  return "Next:\n"
         "  1. start it:       " +
         (is_service ? std::string(paths.is_new ? "systemctl enable --now boxmeter"
                                                : "systemctl restart boxmeter")
                     : "boxmeter serve --config.file " + paths.config.string()) +
         (url.empty() || url.starts_with("unix:")
              ? ""
              : "\n                     its page: " + url + route_prefix(config.web) + "/") +
         "\n"
         "  2. Prometheus:     scrape_configs:\n"
         "                       - job_name: boxmeter\n"
         "                         static_configs: [{targets: " +
         targets(url) +
         "\n"
         "  3. Grafana:        import the dashboards of grafana/ (in a package: "
         "/usr/share/boxmeter/grafana)\n"
         "If something is missing later, 'boxmeter doctor' says why.\n";
}

}  // namespace

int report(const Paths& paths, const Box& box, const Config& config, http::Stop& stop) {
  const auto written = std::find_if(config.jobs.begin(), config.jobs.end(), [&](const Job& job) {
    return job.device.name == box.device.name;
  });
  std::cout << paths.config.string() << ": " << counted(config.jobs.size(), "device", "devices")
            << "\n";
  for (const std::string& warning : config.warnings) std::cerr << "warning: " << warning << "\n";
  // With box.device, not the device of `config`, so that nothing is written to the daemon's
  // state_dir.
  const Outcome outcome =
      poll_once({.device = box.device, .queries = written->queries, .kind = box.kind}, {}, stop);
  if (outcome.failure)
    throw Error(outcome.failure->kind,
                "the configuration is written, but the poll failed: " + outcome.failure->message);
  std::cout << "\n" << found_table(outcome) << "\n" << next_steps(paths, config);
  return 0;
}

}  // namespace boxmeter::setup
