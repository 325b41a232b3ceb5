#include "publish/store.h"

#include <algorithm>
#include <unordered_set>

#include "publish/health.h"
#include "publish/sample_text.h"

namespace boxmeter {
namespace {

constexpr int kShownIntervals = 3;

std::string_view slice_text(const Fragment& fragment, const Fragment::Slice& slice) {
  return std::string_view(fragment.text).substr(slice.offset, slice.length);
}

template <typename Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const auto end = text.find('\n') + 1;
    visit(text.substr(0, end));
    text.remove_prefix(end);
  }
}

/// How many lines of `text` have an identity that `other` has too.
std::uint64_t common_lines(std::string_view text, std::string_view other) {
  std::unordered_set<std::string_view> known;
  for_each_line(other, [&](std::string_view line) { known.insert(identity(line)); });
  std::uint64_t common = 0;
  for_each_line(text, [&](std::string_view line) { common += known.count(identity(line)); });
  return common;
}

std::size_t points(const std::vector<Series>& all) {
  std::size_t count = 0;
  for (const Series& series : all) count += series.points.size();
  return count;
}

}  // namespace

Store::Store(std::vector<Registration> devices) {
  state_.with([&](State& state) {
    state.families = std::make_shared<const std::vector<FamilyPtr>>();
    for (Registration& registration : devices) {
      Device device{};
      append_labels(device.labels, {{"device", registration.device}});
      append_labels(device.labels, registration.labels);
      device.status.name = registration.device;
      device.status.kind = registration.kind;
      for (const Registration::Query& query : registration.queries)
        device.status.queries.push_back({.name = query.name});
      device.shown.resize(registration.queries.size());
      device.registration = std::move(registration);
      device.health = render(state, device, health_of(device.status));
      state.index[device.status.name] = state.devices.size();
      state.devices.push_back(std::move(device));
    }
  });
}

void Store::add_listener(Listener listener) { listeners_.push_back(std::move(listener)); }

FamilyId Store::number(State& state, const FamilyPtr& family) {
  const auto [entry, fresh] =
      state.ids.try_emplace(family->name, static_cast<FamilyId>(state.families->size()));
  if (fresh) {
    auto families = std::make_shared<std::vector<FamilyPtr>>(*state.families);
    families->push_back(family);
    state.families = std::move(families);
  }
  return entry->second;
}

FragmentPtr Store::render(State& state, const Device& device, const std::vector<Series>& series) {
  auto fragment = std::make_shared<Fragment>();
  fragment->text.reserve(points(series) * 96);
  for (const Series& one : series) {
    const auto start = static_cast<std::uint32_t>(fragment->text.size());
    for (const Point& point : one.points)
      append_sample(fragment->text, one.family->name, device.labels, point.labels, point.value);
    const auto length = static_cast<std::uint32_t>(fragment->text.size()) - start;
    if (length > 0) fragment->slices.push_back({number(state, one.family), start, length});
  }
  fragment->text.shrink_to_fit();
  fragment->slices.shrink_to_fit();
  return fragment;
}

/// Lines of the query that an earlier query of the same device gives too, and that a scrape
/// therefore does not show.
std::uint64_t Store::hidden_lines(const Device& device, std::size_t query) {
  std::uint64_t hidden = 0;
  const Fragment& own = *device.shown[query].fragment;
  for (std::size_t earlier = 0; earlier < query; ++earlier) {
    if (!device.shown[earlier].fragment) continue;
    const Fragment& other = *device.shown[earlier].fragment;
    for (const Fragment::Slice& mine : own.slices)
      for (const Fragment::Slice& theirs : other.slices)
        if (mine.family == theirs.family)
          hidden += common_lines(slice_text(own, mine), slice_text(other, theirs));
  }
  return hidden;
}

void Store::count(Device& device, DeviceStatus::Query& query, const Snapshot& snapshot) {
  DeviceStatus& status = device.status;
  ++status.polls;
  // What this box does not have is a state, not a failure, however often it is said.
  if (snapshot.failure && !lacking(snapshot.support)) ++status.failures[snapshot.failure->kind];
  for (const Failure& problem : snapshot.problems) ++status.failures[problem.kind];
  for (const auto& [reason, amount] : snapshot.dropped) status.dropped[reason] += amount;
  query.asked = true;
  query.support = snapshot.support;
  query.up = !snapshot.failure;
  query.took = snapshot.took;
  query.failure = snapshot.failure;
  if (query.up) {
    query.last_success = snapshot.answered;
    query.series = points(snapshot.series);
  } else if (lacking(snapshot.support)) {
    query.series = 0;
  }
  status.series = 0;
  for (const DeviceStatus::Query& each : status.queries) status.series += each.series;
}

void Store::record(const SnapshotPtr& snapshot) {
  state_.with([&](State& state) {
    const auto found = state.index.find(snapshot->device);
    if (found == state.index.end()) return;
    Device& device = state.devices[found->second];
    auto& queries = device.status.queries;
    const auto query =
        std::find_if(queries.begin(), queries.end(),
                     [&](const DeviceStatus::Query& each) { return each.name == snapshot->query; });
    if (query == queries.end()) return;
    const auto at = static_cast<std::size_t>(query - queries.begin());
    count(device, *query, *snapshot);
    if (!snapshot->failure) {
      device.shown[at] = {render(state, device, snapshot->series), snapshot->asked};
      if (const std::uint64_t hidden = hidden_lines(device, at))
        device.status.dropped["duplicate"] += hidden;
    } else if (lacking(snapshot->support)) {
      device.shown[at] = {};
    }
    ++state.generation;
  });
  for (const Listener& listener : listeners_) listener(snapshot);
}

void Store::end_turn(const std::string& device, const Turn& turn) {
  state_.with([&](State& state) {
    const auto found = state.index.find(device);
    if (found == state.index.end()) return;
    Device& entry = state.devices[found->second];
    DeviceStatus& status = entry.status;
    status.answered = true;
    status.up = turn.reached && !turn.refused_login;
    status.lag = turn.lag;
    status.skipped += turn.skipped;
    status.logins = turn.logins;
    status.permissions = turn.permissions;
    status.failure = turn.failure;
    if (turn.failure) status.failed = WallClock::now();
    if (status.up) {
      status.last_success = WallClock::now();
      entry.last_good = turn.ended;
    }
    for (const std::string& abandoned : turn.abandoned)
      for (DeviceStatus::Query& query : status.queries)
        if (query.name == abandoned && query.asked) query.up = false;
    entry.health = render(state, entry, health_of(status));
    ++state.generation;
  });
}

View Store::view(Clock::time_point now) const {
  return state_.with([&](const State& state) {
    View view{.generation = state.generation,
              .valid_until = Clock::time_point::max(),
              .fragments = {},
              .families = state.families};
    for (const Device& device : state.devices) {
      view.fragments.push_back(device.health);
      const auto device_until =
          device.status.up ? Clock::time_point::max()
                           : device.last_good + kShownIntervals * device.registration.interval;
      for (std::size_t at = 0; at < device.shown.size(); ++at) {
        const Shown& shown = device.shown[at];
        if (!shown.fragment) continue;
        const auto until = std::min(
            device_until, shown.asked + kShownIntervals * device.registration.queries[at].interval);
        if (until <= now) continue;
        view.valid_until = std::min(view.valid_until, until);
        view.fragments.push_back(shown.fragment);
      }
    }
    return view;
  });
}

std::uint64_t Store::generation() const {
  return state_.with([](const State& state) { return state.generation; });
}

std::vector<DeviceStatus> Store::devices() const {
  return state_.with([](const State& state) {
    std::vector<DeviceStatus> all;
    all.reserve(state.devices.size());
    for (const Device& device : state.devices) all.push_back(device.status);
    return all;
  });
}

bool Store::complete() const {
  return state_.with([](const State& state) {
    return std::all_of(state.devices.begin(), state.devices.end(),
                       [](const Device& device) { return device.status.answered; });
  });
}

}  // namespace boxmeter
