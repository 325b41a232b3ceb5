#include "config/devices.h"

#include <algorithm>
#include <map>

#include "base/environment.h"
#include "base/text.h"
#include "config/clashes.h"
#include "config/endpoint.h"
#include "config/secrets.h"
#include "config/source.h"
#include "device/freebox/token.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> kCommonKeys = {"name",     "kind",    "url",    "tls",
                                              "interval", "timeout", "labels", "queries"};
const std::vector<std::string> kKindKeys = {"username",    "password",       "password_file",
                                            "app_token",   "app_token_file", "app_id",
                                            "api_version", "web_url",        "call_monitor"};

Section read_section(const Value& value) {
  std::vector<std::string> keys = kCommonKeys;
  keys.insert(keys.end(), kKindKeys.begin(), kKindKeys.end());
  return {value, keys};
}

void refuse_other_kinds_keys(const Section& section, const DeviceKind& kind) {
  for (const std::string& key : kKindKeys) {
    if (!section.has(key) || std::ranges::find(kind.options, key) != kind.options.end()) continue;
    const std::vector<std::string> own(kind.options.begin(), kind.options.end());
    throw section.key(key).problem("'" + key + "' is not a key of kind " + std::string(kind.name) +
                                   " (it takes: " + joined(own) + ")");
  }
}

void read_app_token(const Section& section, const Surroundings& surroundings, DeviceConfig& device,
                    std::vector<std::string>& warnings) {
  auto credential = read_secret(section, "app_token", surroundings.folder, warnings);
  if (!credential)
    throw section.problem("device '" + device.name +
                          "' has no app token (give it app_token_file or app_token)");
  device.credential = *credential;
  if (const auto id = section.find("app_id")) device.app_id = id->text();
  if (const auto version = section.find("api_version"))
    device.api_version = static_cast<unsigned>(integer(*version, 1, 999));
  if (!credential->file.empty()) {
    const Value file = section.required("app_token_file");
    const freebox::AppToken parsed = file.placed([&] {
      return within("'" + credential->file.string() + "'",
                    [&] { return freebox::parse_token_file(credential->value.reveal()); });
    });
    device.credential.value = parsed.token;
    if (!parsed.app_id.empty() && !device.app_id.empty() && parsed.app_id != device.app_id)
      throw section.required("app_id").problem("'app_id' and the second line of '" +
                                               credential->file.string() +
                                               "' differ; remove one of them");
    if (device.app_id.empty()) device.app_id = parsed.app_id;
  }
  if (device.app_id.empty())
    throw section.problem("device '" + device.name +
                          "' has no app id (give it app_id, or a second line in app_token_file)");
}

void read_credentials(const Section& section, const DeviceKind& kind,
                      const Surroundings& surroundings, DeviceConfig& device,
                      std::vector<std::string>& warnings) {
  if (std::ranges::find(kind.options, "app_token") != kind.options.end())
    return read_app_token(section, surroundings, device, warnings);
  if (const auto username = section.find("username")) device.username = username->text();
  if (auto password = read_secret_line(section, "password", surroundings.folder, warnings))
    device.credential = *std::move(password);
}

Labels read_device_labels(const Value& value) {
  Labels labels;
  for (const auto& [key, label] : value.entries()) {
    check_label_name(key);
    labels.emplace_back(key.raw(), label.text());
    if (labels.back().second.empty())
      throw label.problem("label " + key.name() + " is empty; remove it or give it a value");
  }
  return labels;
}

Job read_device(const Section& section, const Surroundings& surroundings,
                std::vector<std::string>& warnings) {
  DeviceConfig device;
  device.name = plain_name(section.required("name"), "device name");
  const Value kind_name = section.required("kind");
  device.kind = kind_name.text();
  const DeviceKind& kind =
      kind_name.placed([&]() -> const DeviceKind& { return find_kind(device.kind); });
  refuse_other_kinds_keys(section, kind);
  const auto url = section.find("url");
  device.url = url ? read_box_url(*url, kind) : std::string(kind.default_url);
  const std::string tls_url = device.url == "auto" ? std::string(kind.default_url) : device.url;
  device.tls = read_tls(section, tls_url, kind.default_tls,
                        surroundings.state_dir / "pins" / device.name, surroundings.folder);
  if (const auto web = section.find("web_url")) device.web_url = read_web_url(*web);
  if (const auto monitor = section.find("call_monitor"))
    device.call_monitor = read_call_monitor(*monitor, device.url);
  device.state_dir = surroundings.state_dir;
  device.api_cache = surroundings.state_dir / "api" / (device.name + ".json");
  device.learned = surroundings.state_dir / "learned" / (device.name + ".json");
  read_credentials(section, kind, surroundings, device, warnings);
  const auto interval = section.find("interval");
  device.interval = interval ? duration(*interval, 100ms, 24h) : surroundings.interval;
  const auto timeout = section.find("timeout");
  device.timeout = timeout ? duration(*timeout, 100ms, 5min) : surroundings.timeout;
  std::vector<QueryPtr> queries = choose_queries(section.find("queries"), section.value(),
                                                 kind.name, kind.default_pack, surroundings.packs);
  if (const auto labels = section.find("labels")) {
    device.labels = read_device_labels(*labels);
    refuse_label_clashes(*labels, device.name, queries);
  }
  return {.device = std::move(device), .queries = std::move(queries)};
}

/// fritzconnection's variables.  With two boxes nobody could say whose password it is.
void apply_fritz_environment(const std::vector<Section>& sections, std::vector<Job>& jobs,
                             std::vector<std::string>& warnings) {
  const auto username = environment("FRITZ_USERNAME");
  const auto password = environment("FRITZ_PASSWORD");
  const auto is_fritzbox = [](const Job& job) { return job.device.kind == "fritzbox"; };
  const auto boxes = std::ranges::count_if(jobs, is_fritzbox);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    DeviceConfig& device = jobs[i].device;
    if (!is_fritzbox(jobs[i])) continue;
    if (boxes == 1 && username && device.username.empty()) device.username = *username;
    if (!device.credential.value.empty()) continue;
    if (boxes > 1 && password)
      throw sections[i].problem("device '" + device.name +
                                "' has no password, and FRITZ_PASSWORD serves only where one "
                                "fritzbox is configured (there are " +
                                std::to_string(boxes) + "); give it password_file or password");
    if (password) device.credential.value = Secret(*password);
    if (device.credential.value.empty())
      warnings.push_back(sections[i].value().place() + ": device '" + device.name +
                         "' has no password; a Fritz!Box says little without one (give it "
                         "password_file or password)");
  }
}

}  // namespace

std::vector<Job> read_devices(const Value& value, const Surroundings& surroundings,
                              std::vector<std::string>& warnings) {
  std::vector<Section> sections;
  std::vector<Job> jobs;
  std::map<std::string, std::string> places;
  for (const Value& item : value.list()) {
    sections.push_back(read_section(item));
    jobs.push_back(read_device(sections.back(), surroundings, warnings));
    const Value name = sections.back().required("name");
    const auto [first, is_new] = places.emplace(jobs.back().device.name, name.place());
    if (!is_new)
      throw name.problem("device '" + first->first + "' is also at " + first->second +
                         "; each device needs a name of its own");
  }
  if (jobs.empty()) throw value.problem("'devices' must list at least one device");
  apply_fritz_environment(sections, jobs, warnings);
  warn_of_shared_series(jobs, warnings);
  return jobs;
}

}  // namespace boxmeter
