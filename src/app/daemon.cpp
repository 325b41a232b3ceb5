#include "app/daemon.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "app/doctor/doctor.h"
#include "app/process.h"
#include "app/running.h"
#include "app/store_setup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/text.h"
#include "config/redacted.h"
#include "config/reuse.h"
#include "yaml/mistakes.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostNamed = 5;
constexpr std::string_view kNotReloaded =
    "the configuration could not be reloaded, the one before stays in use:";
constexpr auto kLookEvery = std::chrono::seconds(3);

/// The names of the devices, or sinks, that a reload added, changed and removed.
struct Differences {
  std::vector<std::string> added = {}, changed = {}, removed = {};
};

/// Appends "added devices a, b", ...
void append(const Differences& differences, const std::string& things,
            std::vector<std::string>& parts) {
  const auto add = [&](const char* what, std::vector<std::string> names) {
    if (names.empty()) return;
    const std::size_t others = names.size() - std::min(names.size(), kMostNamed);
    names.resize(names.size() - others);
    parts.push_back(std::string(what) + " " + things + " " + joined(names) +
                    (others == 0 ? "" : " and " + std::to_string(others) + " more"));
  };
  add("added", differences.added);
  add("changed", differences.changed);
  add("removed", differences.removed);
}

/// `name` returns the name of an element, `same` whether two elements of one name are equal.
template <typename Element, typename Name, typename Same>
Differences compare(const std::vector<Element>& before, const std::vector<Element>& after,
                    Name name, Same same) {
  Differences differences;
  std::map<std::string, const Element*> known;
  for (const Element& element : before) known.emplace(name(element), &element);
  for (const Element& element : after) {
    const auto at = known.find(name(element));
    if (at == known.end())
      differences.added.push_back(name(element));
    else if (!same(*at->second, element))
      differences.changed.push_back(name(element));
    if (at != known.end()) known.erase(at);
  }
  for (const auto& [gone, element] : known) differences.removed.push_back(gone);
  return differences;
}

std::string summary(const Config& before, const Config& after) {
  std::vector<std::string> parts;
  append(compare(
             before.jobs, after.jobs, [](const Job& job) { return job.device.name; }, is_same),
         "devices", parts);
  append(compare(
             before.push, after.push, [](const SinkOptions& sink) { return sink.name; },
             std::equal_to<>()),
         "sinks", parts);
  if (before.web != after.web) parts.emplace_back("changed web");
  if (before.poll != after.poll) parts.emplace_back("changed poll");
  if (before.log != after.log) parts.emplace_back("changed log");
  if (before.reload_by_content != after.reload_by_content) parts.emplace_back("changed reload");
  const std::string devices = counted(after.jobs.size(), "device", "devices");
  return "configuration reloaded: " +
         (parts.empty() ? "nothing has changed" : joined(parts, "; ")) + "; " + devices + " now";
}

template <typename Value>
Value current(const Guarded<Value>& guarded) {
  return guarded.with([](const Value& value) { return value; });
}

/// The devices of `after` that are the same boxes as before: name, kind and URL are equal.
std::set<std::string> same_boxes(const Config& before, const Config& after) {
  std::map<std::string, const Job*> known;
  for (const Job& job : before.jobs) known.emplace(job.device.name, &job);
  std::set<std::string> same;
  for (const Job& job : after.jobs)
    if (const auto at = known.find(job.device.name); at != known.end() &&
                                                     at->second->device.kind == job.device.kind &&
                                                     at->second->device.url == job.device.url)
      same.insert(job.device.name);
  return same;
}

/// Tells systemd (Type=notify-reload) that a reload is running, for as long as it lives.
class ReloadingNotice {
 public:
  ReloadingNotice() { notify_reloading(); }
  ~ReloadingNotice() { notify("READY=1"); }
  ReloadingNotice(const ReloadingNotice&) = delete;
  ReloadingNotice& operator=(const ReloadingNotice&) = delete;
};

std::vector<std::string> lines_of(const Error& error) {
  const auto* const mistakes = dynamic_cast<const ConfigMistakes*>(&error);
  return mistakes == nullptr ? std::vector<std::string>{error.what()} : mistakes->lines();
}

}  // namespace

Daemon::Daemon(Reader reader, Config config, FileHashes seen)
    : reader_(std::move(reader)),
      store_(polled_devices(config)),
      sinks_(config.push),
      fleet_(std::make_shared<const Fleet>(config)),
      web_(config.web, store_,
           {.sinks = [this] { return sinks_.status(); },
            .config_file = reader_.file,
            .reload = [this] { return reload(); },
            .way_out =
                [this](const std::string& kind, ErrorKind reason, Support support) {
                  return doctor::way_out(reason, doctor::refusal_of(support),
                                         find_kind(reader_.kinds, kind));
                },
            .config =
                [this](bool with_lines) {
                  return config_.with([&](const Config& in_use) {
                    return redacted_config(in_use, reader_.kinds, with_lines);
                  });
                },
            .devices =
                [this] {
                  const auto fleet = current(fleet_);
                  return std::shared_ptr<const std::vector<FleetDevice>>(fleet, &fleet->devices());
                },
            .probe = [this](const ProbeQuestion& question) { return probe(question); }}) {
  store_.add_listener([this](const SnapshotPtr& snapshot) { sinks_.add(snapshot); });
  open_control(config.state_dir);
  config_.with([&](Config& in_use) {
    in_use = std::move(config);
    PollRecorder recorder = record_into(store_);
    recorder.end_turn = [this](const std::string& device, const Turn& turn) {
      store_.end_turn(device, turn);
      sinks_.add(device, turn);
    };
    poller_ = std::make_shared<Poller>(in_use.jobs, in_use.poll, std::move(recorder), stop_);
    probed_.with([&](std::shared_ptr<Poller>& probed) { probed = poller_; });
  });
  seen_.with([&](FileHashes& known) { known = std::move(seen); });
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

Daemon::~Daemon() {
  watcher_.request_stop();
  watcher_.join();
  stop_.stop();
  // Running probes hold the poller too: end them, so that the poller can be destroyed.
  probed_.with([](std::shared_ptr<Poller>& probed) { std::exchange(probed, {})->end_probes(); });
  config_.with([&](Config&) { poller_.reset(); });
}

HealthChecks Daemon::health_checks() {
  return {.web_answers = [this] { return web_.still_answers(); },
          .poller_stuck = [this](auto now, auto patience) { return poller_->stuck(now, patience); },
          .status = [this] { return status_line(store_.devices()); }};
}

Reloaded Daemon::reload() {
  return config_.with([&](Config& in_use) -> Reloaded {
    if (!poller_) return {.text = "boxmeter is starting or stopping\n"};
    const ReloadingNotice notice;
    try {
      const std::string text = apply_new_config(in_use);
      give_back_memory();
      log_event(LogLevel::info, text);
      return noted({.successful = true, .text = text + "\n"});
    } catch (const Error& error) {
      std::string text = std::string(kNotReloaded) + "\n";
      for (const std::string& line : lines_of(error)) {
        log_event(LogLevel::error, std::string(kNotReloaded).append(" ").append(line));
        text.append(line).append("\n");
      }
      return noted({.text = std::move(text)});
    }
  });
}

Reloaded Daemon::noted(Reloaded reloaded) {
  web_.note_reload(reloaded);
  return reloaded;
}

/// Steps that can fail come first, so that a wrong configuration changes nothing.
std::string Daemon::apply_new_config(Config& in_use) {
  FileHashes seen;
  const auto keep = [&] { seen_.with([&](FileHashes& known) { known = std::move(seen); }); };
  Config fresh;
  try {
    fresh = recording_hashes(seen, reader_.read);
  } catch (...) {
    keep();  // so that watch() tries again only after another change
    throw;
  }
  keep();
  reuse_queries(fresh, in_use);
  update_web(in_use, fresh);
  change_devices(in_use, fresh);
  sinks_.update(fresh.push);
  set_up_log(fresh.log.level, fresh.log.format);
  if (fresh.state_dir != in_use.state_dir) open_control(fresh.state_dir);
  for (const std::string& warning : fresh.warnings)
    if (std::ranges::find(in_use.warnings, warning) == in_use.warnings.end())
      log_event(LogLevel::warn, warning);
  std::string text = summary(in_use, fresh);
  in_use = std::move(fresh);
  return text;
}

void Daemon::update_web(const Config& in_use, const Config& fresh) {
  if (fresh.web == in_use.web) return;
  const auto before = web_.addresses();
  web_.update(fresh.web);
  if (const auto now = web_.addresses(); now != before)
    log_event(LogLevel::info, "web server: " + joined(now) + " instead of " + joined(before));
}

/// A failure is only logged: boxmeter works without control sockets too.
void Daemon::open_control(const std::filesystem::path& state_dir) {
  std::vector<std::string> addresses, complaints;
  for (const auto& socket : control_sockets(state_dir)) {
    try {
      make_folders(socket.parent_path());
      addresses.push_back("unix:" + socket.string());
    } catch (const Error& error) {
      complaints.emplace_back(error.what());
    }
  }
  std::ranges::move(web_.control(addresses), std::back_inserter(complaints));
  for (const std::string& why : complaints)
    log_event(LogLevel::warn,
              "no control socket, which 'boxmeter reload' and 'boxmeter healthcheck' ask: " + why);
}

ProbeOutcome Daemon::probe(const ProbeQuestion& question) {
  const auto wanted = current(fleet_)->wanted(question);
  if (const auto* const refused = std::get_if<ProbeOutcome>(&wanted)) return *refused;
  const ProbeRequest& probe = std::get<ProbeRequest>(wanted);
  const std::shared_ptr<Poller> poller = current(probed_);
  const ProbeResult probed = poller ? poller->probe(probe) : ProbeResult{.known = false};
  if (!probed.known)
    return {.refusal = "device '" + probe.device + "' is not asked any more", .status = 503};
  ProbeOutcome outcome{.queries = probe.queries, .success = probed.success};
  for (const std::string& late : probed.late) outcome.queries.erase(late);
  return outcome;
}

/// `reload: auto`.  Reloads when two checks in a row find the same change, since a file may be half
/// written at the first.
void Daemon::watch(const std::stop_token& stop) {
  FileHashes changed;
  for (;;) {
    std::unique_lock lock(watching_);
    woken_.wait_for(lock, stop, kLookEvery, [] { return false; });
    if (stop.stop_requested()) return;
    if (!config_.with([](const Config& in_use) { return in_use.reload_by_content; })) continue;
    const FileHashes known = seen_.with([](const FileHashes& seen) { return seen; });
    const FileHashes now = hash_again(known);
    if (now != known && now == changed) reload();
    changed = now;
  }
}

/// The store first, since it ignores snapshots of devices that it does not know.
void Daemon::change_devices(const Config& in_use, const Config& fresh) {
  const std::set<std::string> same = same_boxes(in_use, fresh);
  store_.update(polled_devices(fresh), same);
  try {
    poller_->update(fresh.jobs, fresh.poll);
  } catch (...) {
    store_.update(polled_devices(in_use), same);
    throw;
  }
  fleet_.with([&](auto& fleet) { fleet = std::make_shared<const Fleet>(fresh); });
}

}  // namespace boxmeter
