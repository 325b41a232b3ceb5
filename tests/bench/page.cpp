// Serves a page of many series on loopback until standard input ends: by our own Web over a store,
// by prometheus-cpp's exposer over a registry, or as one text that never changes.  First prints
// {"port", "control_port", "series", ...} and what it measured inside itself; POST / at the control
// port changes one fragment (ten series).
#include "publish/page.h"

#include <malloc.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "http/server.h"
#include "publish/push.h"
#include "publish/store.h"
#include "publish/web.h"

namespace {

using namespace boxmeter;
using Json = nlohmann::ordered_json;

constexpr std::size_t kQueries = 10;   // of a device
constexpr std::size_t kFamilies = 10;  // of a query, a series each
constexpr const char* kHelp = "Bytes received from the internet.";

std::string padded(std::size_t number, std::size_t width) {
  const auto digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}
std::string device_name(std::size_t device) { return "branch-office-" + padded(device, 4); }
std::string query_name(std::size_t query) { return "query_" + std::to_string(query); }
std::string family_name(std::size_t family) {
  return "box_wan_some_metric_" + padded(family, 3) + "_bytes_total";
}
/// Every third is no whole number.
double value(std::size_t device, std::size_t family, std::size_t round) {
  return static_cast<double>(device) * 1e6 + static_cast<double>(family) * 13332830.0 +
         static_cast<double>(round) + (family % 3 == 0 ? 0.125 : 0.0);
}

double private_bytes() {
  ::malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) * 1024;
  return 0;
}

template <typename Act>
double took_ns(Act&& act) {
  const auto began = Clock::now();
  act();
  return std::chrono::duration<double, std::nano>(Clock::now() - began).count();
}

double median_ns(std::size_t times, const std::function<void()>& before,
                 const std::function<void()>& act) {
  std::vector<double> all;
  for (std::size_t i = 0; i < times; ++i) {
    before();
    all.push_back(took_ns(act));
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

/// A store of devices with a hundred series each.
class Fleet {
 public:
  explicit Fleet(std::size_t devices)
      : devices_(devices), families_(families()), store_(polled_devices(devices, families_)) {
    for (std::size_t device = 0; device < devices; ++device) {
      for (std::size_t query = 0; query < kQueries; ++query) record(device, query);
      store_.end_turn(device_name(device), {.reached = true, .ended = Clock::now()});
    }
  }

  Store& store() { return store_; }

  /// What one poll changes.  One caller at a time.
  void change() {
    ++round_;
    record(round_ % devices_, round_ % kQueries);
  }

 private:
  static std::vector<FamilyPtr> families() {
    std::vector<FamilyPtr> all;
    for (std::size_t family = 0; family < kQueries * kFamilies; ++family)
      all.push_back(std::make_shared<const Family>(
          Family{.name = family_name(family), .type = MetricType::counter, .help = kHelp}));
    return all;
  }

  static std::vector<PolledDevice> polled_devices(std::size_t devices,
                                                  const std::vector<FamilyPtr>& families) {
    constexpr std::chrono::minutes kInterval{60};  // nothing expires meanwhile
    std::vector<PolledDevice> all;
    for (std::size_t device = 0; device < devices; ++device) {
      PolledDevice one{.device = device_name(device), .kind = "fritzbox", .interval = kInterval};
      for (std::size_t query = 0; query < kQueries; ++query) {
        const auto first = families.begin() + static_cast<std::ptrdiff_t>(query * kFamilies);
        one.queries.push_back({query_name(query), kInterval, {{first, first + kFamilies}}});
      }
      all.push_back(std::move(one));
    }
    return all;
  }

  void record(std::size_t device, std::size_t query) {
    auto snapshot = std::make_shared<Snapshot>(Snapshot{.device = device_name(device),
                                                        .query = query_name(query),
                                                        .asked = Clock::now(),
                                                        .answered = WallClock::now()});
    for (std::size_t k = 0; k < kFamilies; ++k) {
      const auto family = query * kFamilies + k;
      snapshot->series.push_back(
          {families_[family], {{{{"direction", "down"}}, Number(value(device, family, round_))}}});
    }
    store_.record(snapshot);
  }

  std::size_t devices_;
  std::vector<FamilyPtr> families_;
  Store store_;
  std::size_t round_ = 0;
};

Web web_of(Store& store) { return Web({.listen = {"127.0.0.1:0"}}, store, {}); }

/// Says where the page is, and serves on until standard input ends.
void serve(Json told, int port, const std::function<void()>& change) {
  const http::Server control({.threads = 1}, [&](const http::ServerRequest&) {
    change();
    return http::ServerResponse::text(200, "changed\n");
  });
  told["port"] = port;
  told["control_port"] = control.ports().front();
  std::cout << told.dump() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
}

void serve_ours(std::size_t devices) {
  const double before = private_bytes();
  Fleet fleet(devices);
  const double series = static_cast<double>(devices * kQueries * kFamilies);
  const double filled = private_bytes();
  Json told;
  told["series"] = series;
  told["store_bytes"] = (filled - before) / series;
  {
    Page page(fleet.store());
    const auto make = [&] { page.plain({}, Exposition::text, Clock::now()); };
    make();
    told["bytes"] = (private_bytes() - before) / series;
    told["changed_ns"] = median_ns(
                             9, [&] { fleet.change(); }, make) /
                         series;
    told["all_ns"] =
        median_ns(
            9, [] {}, [&] { Page(fleet.store()).plain({}, Exposition::text, Clock::now()); }) /
        series;
    told["record_ns"] = median_ns(
                            99, [] {}, [&] { fleet.change(); }) /
                        kFamilies;
    const auto pack = [&] { page.gzip({}, Exposition::text, Clock::now()); };
    told["gzip_changed_ns"] = median_ns(
                                  3, [&] { fleet.change(); }, pack) /
                              series;
  }
  const Web web = web_of(fleet.store());
  serve(std::move(told), web.ports().front(), [&] { fleet.change(); });
}

void serve_exposer(std::size_t devices) {
  const double before = private_bytes();
  const auto registry = std::make_shared<prometheus::Registry>();
  const double series = static_cast<double>(devices * kQueries * kFamilies);
  prometheus::Gauge* first = nullptr;
  for (std::size_t number = 0; number < kQueries * kFamilies; ++number) {
    auto& family =
        prometheus::BuildGauge().Name(family_name(number)).Help(kHelp).Register(*registry);
    for (std::size_t device = 0; device < devices; ++device) {
      first = &family.Add({{"device", device_name(device)}, {"direction", "down"}});
      first->Set(value(device, number, 0));
    }
  }
  Json told;
  told["series"] = series;
  told["bytes"] = (private_bytes() - before) / series;
  told["changed_ns"] =
      median_ns(
          3, [] {}, [&] { prometheus::TextSerializer{}.Serialize(registry->Collect()); }) /
      series;
  prometheus::Exposer exposer("127.0.0.1:0");
  exposer.RegisterCollectable(registry);
  serve(std::move(told), exposer.GetListeningPorts().front(), [&] { first->Increment(); });
}

void serve_static(std::size_t devices) {
  http::Chunk body;
  {
    Fleet fleet(devices);
    body = std::make_shared<const std::string>(
        render(fleet.store().view(Clock::now()), {}, Exposition::text));
  }
  const http::Server server({.threads = 4}, [&](const http::ServerRequest&) {
    return http::ServerResponse{.body = {body}};
  });
  Json told;
  told["series"] = devices * kQueries * kFamilies;
  serve(std::move(told), server.ports().front(), [] {});
}

}  // namespace

int main(int argc, char** argv) {
  std::string by;
  std::size_t devices = 1;
  CLI::App app("Serves a page of a hundred series per device on loopback.");
  app.add_option("by", by, "who serves it")
      ->required()
      ->check(CLI::IsMember({"boxmeter", "exposer", "static"}));
  app.add_option("--devices", devices, "how many")->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);
  if (by == "boxmeter") serve_ours(devices);
  if (by == "exposer") serve_exposer(devices);
  if (by == "static") serve_static(devices);
}
