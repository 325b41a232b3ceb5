#include <sys/resource.h>
#include <sys/stat.h>

#include "app/doctor/doctor.h"
#include "app/process.h"
#include "app/running.h"
#include "base/text.h"
#include "config/state_dir.h"
#include "publish/post.h"
#include "publish/web_file.h"

namespace boxmeter::doctor {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeout = 3s;
/// 2026-01-01, before the first release: an earlier time is wrong.
constexpr auto kEarliest = WallClock::time_point(std::chrono::seconds(1'767'225'600));

Finding clock() {
  if (WallClock::now() >= kEarliest) return {.check = "clock", .state = "ok"};
  return {.check = "clock",
          .state = "failing",
          .what = "the clock of this machine stands before 2026",
          .way_out = "set it (timedatectl set-ntp true): certificates and timestamps need it"};
}

Finding state_dir(const Config& config) {
  const std::string why = why_not_writable(config.state_dir / "probe");
  struct stat status {};
  const bool is_open =
      ::stat(config.state_dir.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0;
  if (is_open)
    return {.check = "state_dir",
            .state = "warning",
            .what = "every user of this machine can change what is kept in '" +
                    config.state_dir.string() + "', keys of boxes among it",
            .way_out = "chmod o-w it"};
  if (why.empty()) return {.check = "state_dir", .state = "ok", .what = config.state_dir.string()};
  return {.check = "state_dir",
          .state = "warning",
          .what = why,
          .way_out =
              "give 'state_dir' a folder that this user can write in; if the daemon runs as "
              "another user, only that one has to"};
}

Finding limits(const Config& config) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t needed = needed_files(config.jobs.size());
  if (limit.rlim_max >= needed) return {.check = "limits", .state = "ok"};
  return {.check = "limits",
          .state = "failing",
          .what = std::to_string(config.jobs.size()) + " devices need " + std::to_string(needed) +
                  " file descriptors, the limit is " + std::to_string(limit.rlim_max),
          .way_out = "raise LimitNOFILE="};
}

std::string samples_in(const std::string& page) {
  std::size_t count = 0;
  for (const std::string_view line : split(page, '\n'))
    if (!line.empty() && !line.starts_with('#')) ++count;
  return std::to_string(count) + " series";
}

/// /metrics of the boxmeter that runs with this configuration, over its control socket, which needs
/// neither login nor certificate; "" if it cannot be asked.
std::string page_for_its_owner(const Config& config) {
  for (const auto& socket : control_sockets(config.state_dir)) {
    try {
      const auto answer = ask_socket(socket, HttpMethod::get, "/metrics", kTimeout);
      if (answer && answer->status == 200) return answer->text;
    } catch (const Error&) {
      // It hangs, or is no boxmeter: the check of its address says more.
    }
  }
  return "";
}

/// "asks for a login, with which Prometheus would see 42 series"
std::string asks_for(const std::string& what, const std::string& page) {
  return "asks for " + what +
         (page.empty() ? "" : ", with which Prometheus would see " + samples_in(page));
}

/// Asks for /metrics, as Prometheus would.
Finding listening(const Config& config, const std::string& listen) {
  Finding finding{.check = "web " + listen};
  const std::string& file = config.web.config_file;
  const bool is_tls = !file.empty() && speaks_tls(file);
  if (local_url(listen, is_tls).empty()) return finding.state = "not asked", finding;
  try {
    const RunningAnswer page =
        ask_address(listen, is_tls, route_prefix(config.web) + "/metrics", kTimeout);
    const bool is_ours = page.text.find("boxmeter_build_info") != std::string::npos;
    finding.state = is_ours || page.status == 401 ? "ok" : "failing";
    if (is_ours) finding.what = "Prometheus would see " + samples_in(page.text);
    if (page.status == 401) finding.what = asks_for("a login", page_for_its_owner(config));
    if (finding.state == "ok") return finding;
    finding.what = "something else answers there (HTTP " + std::to_string(page.status) + ")";
    finding.way_out = "end that program, or give 'listen' another port";
  } catch (const Error& error) {
    const std::string page =
        is_tls && wants_certificate(file) ? page_for_its_owner(config) : std::string();
    finding.state = page.empty() ? "warning" : "ok";
    finding.what = page.empty() ? error.what() : asks_for("a certificate", page);
    if (page.empty())
      finding.way_out =
          "start boxmeter (systemctl start boxmeter, or boxmeter serve); until then Prometheus "
          "sees nothing";
  }
  return finding;
}

std::string way_out_of(int status) {
  if (status == 401 || status == 403) return "check the login or the token of this sink";
  if (status == 404 || status == 405)
    return "check the path of 'url', and that the listener takes POST";
  return "look into the listener's own log";
}

/// Sends a request without any values to the sink's listener.
Finding sink(const SinkOptions& sink, http::Stop& stop) {
  Finding finding{.check = "sink " + sink.name, .state = "ok"};
  try {
    http::Client client({.timeout = sink.timeout,
                         .tls = sink.tls,
                         .auth = sink.username.empty() ? http::Auth::none : http::Auth::basic,
                         .username = sink.username,
                         .password = sink.password},
                        stop);
    const std::string nothing =
        std::string(sink.format->framing.before) + std::string(sink.format->framing.after);
    const http::Response response = client.send(post_request(sink, nothing));
    finding.what = "HTTP " + std::to_string(response.status) + " to a request without values";
    // Some listeners answer 400 to an empty body: that is enough to know that they are there.
    if (response.status / 100 == 2 || response.status == 400) return finding;
    finding.way_out = way_out_of(response.status);
  } catch (const Error& error) {
    finding.what = error.what();
    finding.way_out = "is the listener running, and is 'url' its address?";
  }
  finding.state = "failing";
  return finding;
}

}  // namespace

Findings surroundings(const Config& config) {
  http::Stop stop;
  Findings findings = {clock(), state_dir(config), limits(config)};
  for (const std::string& warning : config.warnings)
    findings.push_back({.check = "configuration", .state = "warning", .what = warning});
  for (const std::string& listen : config.web.listen) findings.push_back(listening(config, listen));
  for (const SinkOptions& each : config.push) findings.push_back(sink(each, stop));
  return findings;
}

}  // namespace boxmeter::doctor
