// doctor: finds out why something is missing.
#include "app/doctor/doctor.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/process.h"
#include "app/terminal.h"
#include "base/log.h"
#include "base/text.h"
#include "publish/own_metrics.h"

namespace boxmeter {
namespace {

using namespace doctor;

struct DoctorOptions {
  std::string file = {};
  std::string metric = {};
  bool json = false;
};

void hide(Findings& findings, const Config& config) {
  const Redactor hidden(config);
  for (Finding& finding : findings) {
    finding.check = hidden(finding.check);
    finding.what = hidden(finding.what);
    finding.way_out = hidden(finding.way_out);
  }
}

/// Used instead of a device's name, which may identify its owner.
std::string device_number(const Config& config, const std::string& name) {
  for (std::size_t i = 0; i < config.jobs.size(); ++i)
    if (config.jobs[i].device.name == name) return "device " + std::to_string(i + 1);
  return "";
}

void print_json(const Findings& findings, const Config& config) {
  Reply all = Reply::array();
  for (const Finding& finding : findings)
    all.push_back({{"device", device_number(config, finding.device)},
                   {"check", finding.check},
                   {"state", finding.state},
                   {"what", finding.what},
                   {"way_out", finding.way_out}});
  std::cout << Reply{{"boxmeter", BOXMETER_VERSION}, {"findings", std::move(all)}}.dump(
                   2, ' ', false, Reply::error_handler_t::replace)
            << "\n";
}

void print_text(const Findings& findings) {
  std::string device;
  for (const Finding& finding : findings) {
    if (finding.device != std::exchange(device, finding.device))
      std::cout << "\n" << finding.device << "\n";
    std::cout << "  " << finding.check << ": " << finding.state
              << (finding.what.empty() ? "" : ", " + finding.what) << "\n";
    if (!finding.way_out.empty()) std::cout << "    -> " << finding.way_out << "\n";
  }
}

/// The finding for a metric that no query of the device gives; names the packs that would.
Finding not_asked(const Job& job, DeviceKinds kinds, const std::string& metric) {
  const std::vector<OwnMetric> own = own_metrics();
  if (const auto it = std::ranges::find(own, metric, &OwnMetric::name); it != own.end())
    return {.device = job.device.name,
            .check = metric,
            .state = "ok",
            .what = "boxmeter's own, which no pack gives: " + it->help};
  std::set<std::string> packs, metrics;
  for (const QueryPtr& query : shipped_queries(kinds)) {
    if (query->kind != job.kind->name) continue;
    for (const Rule& rule : query->rules) {
      metrics.insert(rule.family->name);
      if (rule.family->name == metric) packs.insert(query->pack);
    }
  }
  Finding finding{.device = job.device.name, .check = metric, .state = "not asked"};
  const std::vector<std::string> names(packs.begin(), packs.end());
  const std::vector<std::string> known(metrics.begin(), metrics.end());
  finding.what = names.empty() ? "no pack for a " + std::string(job.kind->name) + " gives it" +
                                     did_you_mean(metric, known)
                               : "none of the queries of this device gives it";
  finding.way_out = names.empty() ? "'boxmeter metrics' lists what there is"
                                  : "add to 'queries' of the device: " + joined(names, " or ");
  return finding;
}

Findings findings_of(const DoctorOptions& wanted, const Config& config, const FileHashes& read,
                     const std::vector<Job>& jobs, DeviceKinds kinds) {
  Findings findings;
  if (wanted.metric.empty()) {
    findings = files(config, read);
    std::ranges::move(surroundings(config), std::back_inserter(findings));
  }
  for (const Job& job : jobs) {
    Findings own =
        wanted.metric.empty() ? examine(job, config.poll) : trace(job, config.poll, wanted.metric);
    if (own.empty()) own.push_back(not_asked(job, kinds, wanted.metric));
    std::ranges::move(own, std::back_inserter(findings));
  }
  return findings;
}

int examine_all(const DoctorOptions& wanted, const Words& words, DeviceKinds kinds) {
  FileHashes read;
  const Config config =
      recording_hashes(read, [&] { return load_config(config_file(wanted.file), kinds); });
  const std::vector<Job> jobs =
      words.empty() ? config.jobs : std::vector<Job>{find_device(config, words[0])};
  set_up_log("off", "text");  // the findings have it all
  prepare_process(jobs.size());
  Findings findings = findings_of(wanted, config, read, jobs, kinds);
  hide(findings, config);
  if (wanted.json)
    print_json(findings, config);
  else
    print_text(findings);
  const bool failing =
      std::ranges::any_of(findings, [](const Finding& f) { return f.state == "failing"; });
  return failing ? 1 : 0;
}

}  // namespace

Prepared prepare_doctor(const Program& program) {
  auto wanted = std::make_shared<DoctorOptions>();
  return {
      .syntax = {.about = "Says what works, what does not and why, with the way out; exit 1 when "
                          "something fails.",
                 .options = {config_option(wanted->file),
                             {.name = "metric",
                              .target = &wanted->metric,
                              .help = "Only why this metric is there or not",
                              .value = "METRIC"},
                             {.name = "json", .target = &wanted->json, .help = "Print JSON"}},
                 .words = "[DEVICE]",
                 .most_words = 1,
                 .more = "Addresses, users and secrets are not in the output: it can be shown "
                         "to others.\n"
                         "  boxmeter doctor home\n"
                         "  boxmeter doctor --metric box_dsl_crc_errors_total home"},
      .run = [wanted, kinds = program.kinds](const Words& words) {
        return examine_all(*wanted, words, kinds);
      }};
}

}  // namespace boxmeter
