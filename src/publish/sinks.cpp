#include "publish/sinks.h"

#include <algorithm>
#include <utility>

namespace boxmeter {

Sinks::Sinks(const std::vector<SinkOptions>& configured) {
  sinks_.with([](std::shared_ptr<const All>& sinks) { sinks = std::make_shared<const All>(); });
  update(configured);
}

Sinks::~Sinks() { update({}); }

std::shared_ptr<const Sinks::All> Sinks::now() const {
  return sinks_.with([](const std::shared_ptr<const All>& sinks) { return sinks; });
}

void Sinks::update(const std::vector<SinkOptions>& configured) {
  All leaving = *now();
  auto after = std::make_shared<All>();
  for (const SinkOptions& options : configured) {
    const auto known = std::ranges::find_if(leaving, [&](const std::shared_ptr<Sink>& sink) {
      const SinkOptions before = sink->options();
      return before.name == options.name && before.format == options.format &&
             (before.spool_max > 0) == (options.spool_max > 0) &&
             before.spool_folder == options.spool_folder;
    });
    if (known == leaving.end()) {
      after->push_back(std::make_shared<Sink>(options));
      continue;
    }
    if (!((*known)->options() == options)) (*known)->change(options);
    after->push_back(std::move(*known));
    leaving.erase(known);
  }
  sinks_.with([&](std::shared_ptr<const All>& sinks) { sinks = std::move(after); });
  for (const std::shared_ptr<Sink>& sink : leaving) sink->finish();
}

void Sinks::add(const SnapshotPtr& snapshot) const noexcept {
  const auto sinks = now();  // keeps them alive for the loop
  for (const std::shared_ptr<Sink>& sink : *sinks) sink->add(snapshot);
}

void Sinks::add(const std::string& device, const Turn& turn) const noexcept {
  const auto sinks = now();
  for (const std::shared_ptr<Sink>& sink : *sinks) sink->add(device, turn);
}

std::vector<SinkStatus> Sinks::status() const {
  const auto sinks = now();
  std::vector<SinkStatus> all;
  for (const std::shared_ptr<Sink>& sink : *sinks) all.push_back(sink->status());
  return all;
}

}  // namespace boxmeter
