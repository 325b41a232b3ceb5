#include "publish/store.h"

#include <algorithm>
#include <set>

#include "publish/health.h"
#include "publish/sample_text.h"

namespace boxmeter {
namespace {

constexpr int kShownIntervals = 3;

/// The first time in the query's schedule (`due`, and every `interval` after it) that is not before
/// `ask_again`.
Clock::time_point first_after(Clock::time_point due, Clock::duration interval,
                              Clock::time_point ask_again) {
  if (ask_again == Clock::time_point::max() || due >= ask_again) return due;
  if (interval <= Clock::duration::zero()) return ask_again;
  const auto whole = (ask_again - due + interval - Clock::duration(1)) / interval;
  return due + whole * interval;
}

/// Notes in the status when the device and its queries are asked again, in wall clock time.
template <typename IntervalOf>
void note_next(DeviceStatus& status, const Turn& turn, IntervalOf interval_of) {
  const auto by_wall = [now = Clock::now(), wall = WallClock::now()](Clock::time_point time) {
    return wall + std::chrono::duration_cast<WallClock::duration>(time - now);
  };
  if (turn.next == Clock::time_point()) return;
  status.next = by_wall(turn.next);
  for (const auto& [name, due] : turn.due) {
    const auto query = std::ranges::find(status.queries, name, &DeviceStatus::Query::name);
    if (query == status.queries.end()) continue;
    const auto at = static_cast<std::size_t>(query - status.queries.begin());
    query->next = by_wall(first_after(due, interval_of(at), query->ask_again));
  }
}

ContestedFamilies contested_families(const std::vector<PolledDevice::Query>& queries) {
  ContestedFamilies contested;
  std::set<std::string_view> seen;
  for (const PolledDevice::Query& query : queries) {
    if (!query.families) {
      contested.all |= queries.size() > 1;
      continue;
    }
    std::set<std::string_view> own;
    for (const FamilyPtr& family : *query.families)
      if (own.insert(family->name).second && !seen.insert(family->name).second)
        contested.names.insert(family->name);
  }
  return contested;
}

}  // namespace

Store::Store(const std::vector<PolledDevice>& devices) {
  devices_.with(
      [](std::shared_ptr<const Devices>& current) { current = std::make_shared<const Devices>(); });
  update(devices, {});
}

std::shared_ptr<const Store::Devices> Store::known() const {
  return devices_.with([](const std::shared_ptr<const Devices>& devices) { return devices; });
}

Store::DevicePtr Store::find(const std::string& name) const {
  const auto devices = known();
  const auto found = devices->by_name.find(name);
  return found == devices->by_name.end() ? nullptr : found->second;
}

Store::DevicePtr Store::new_device(const PolledDevice& polled) const {
  auto device = std::make_shared<Device>();
  std::string labels;
  append_labels(labels, {{"device", polled.device}});
  append_labels(labels, polled.labels);
  labels.shrink_to_fit();
  device->labels = std::make_shared<const std::string>(std::move(labels));
  device->interval = polled.interval;
  device->polled = polled.polled;
  device->contested = contested_families(polled.queries);
  for (const PolledDevice::Query& query : polled.queries)
    device->queries.push_back({query.name, query.interval});
  device->queries.shrink_to_fit();
  device->current.with([&](Current& current) {
    current.status.name = polled.device;
    current.status.kind = polled.kind;
    current.status.page = polled.page;
    current.status.polled = polled.polled;
    for (const PolledDevice::Query& query : polled.queries)
      current.status.queries.push_back({.name = query.name});
    current.given.resize(polled.queries.size());
  });
  return device;
}

void Store::update(const std::vector<PolledDevice>& devices, const std::set<std::string>& same) {
  auto after = std::make_shared<Devices>();
  std::set<FamilyPtr> families;
  for (const PolledDevice& polled : devices) {
    for (const PolledDevice::Query& query : polled.queries)
      if (query.families) families.insert(query.families->begin(), query.families->end());
    DevicePtr device = new_device(polled);
    if (const DevicePtr old = same.contains(polled.device) ? find(polled.device) : nullptr) {
      const bool is_equal = *old->labels == *device->labels && old->interval == device->interval &&
                            old->queries == device->queries &&
                            old->contested == device->contested && old->polled == device->polled;
      if (is_equal)
        device = old;
      else
        inherit(*old, *device);
    }
    device->current.with([&](Current& current) {
      if (!current.health) current.health = render_health(*device, current.status);
    });
    after->all.push_back(device);
    after->by_name[polled.device] = std::move(device);
  }
  for (const FamilyPtr& family : families) numbers_.renew(family);
  was_complete_ = !known()->all.empty() && complete();
  devices_.with([&](std::shared_ptr<const Devices>& current) { current = std::move(after); });
  configured_ = ++generation_;
}

/// Keeps the samples of a query if they would be rendered identically under the new configuration.
void Store::inherit(const Device& before, Device& device) const {
  const Current old = before.current.with([](const Current& current) { return current; });
  device.current.with([&](Current& current) {
    DeviceStatus status = old.status;
    status.polled = device.polled;
    status.queries = std::move(current.status.queries);
    status.page = std::move(current.status.page);
    status.series = 0;
    for (std::size_t i = 0; i < device.queries.size(); ++i) {
      const auto known = std::ranges::find(before.queries, device.queries[i].name, &Query::name);
      if (known == before.queries.end()) continue;
      const auto at = static_cast<std::size_t>(known - before.queries.begin());
      status.queries[i] = old.status.queries[at];
      status.series += status.queries[i].series;
      const bool is_shown = old.given[at].all && *before.labels == *device.labels &&
                            !is_newly_contested(*old.given[at].all, before, device);
      if (is_shown) current.given[i] = {.all = old.given[at].all, .until = old.given[at].until};
    }
    current.status = std::move(status);
    current.last_good = old.last_good;
    current.history = old.history;
    for (std::size_t i = 0; i < current.given.size(); ++i)
      decide(current.given, i, Clock::time_point::min());
  });
}

/// Whether the fragment has a family that is contested now but was not when it was rendered, so
/// that its lines are not listed in Fragment::contested.
bool Store::is_newly_contested(const Fragment& fragment, const Device& before,
                               const Device& device) const {
  const auto families = numbers_.all();
  return std::ranges::any_of(fragment.slices, [&](const Fragment::Slice& slice) {
    const std::string& name = (*families)[slice.family]->name;
    return device.contested.contains(name) && !before.contested.contains(name);
  });
}

void Store::add_listener(Listener listener) { listeners_.push_back(std::move(listener)); }

/// Without contested families: packs may not use these names.
FragmentPtr Store::render_health(const Device& device, const DeviceStatus& status) const {
  return render_fragment(health_of(status), device.labels, {}, numbers_);
}

/// The contested series that queries before this one give.
SeriesHashes Store::taken_before(const std::vector<Given>& given, std::size_t query,
                                 Clock::time_point now) {
  SeriesHashes taken;
  for (std::size_t earlier = 0; earlier < query; ++earlier)
    if (given[earlier].all && given[earlier].until > now)
      for (const Fragment::Contested& line : given[earlier].all->contested)
        taken.insert(line.series);
  return taken;
}

/// Decides which series of the query are shown.
void Store::decide(std::vector<Given>& given, std::size_t query, Clock::time_point now) {
  Given& own = given[query];
  own.shown = own.all;
  own.decided_until = Clock::time_point::max();
  if (!own.all || own.all->contested.empty()) return;
  own.shown = without_taken(own.all, taken_before(given, query, now));
  for (std::size_t earlier = 0; earlier < query; ++earlier)
    if (given[earlier].all && given[earlier].until > now && !given[earlier].all->contested.empty())
      own.decided_until = std::min(own.decided_until, given[earlier].until);
}

void Store::count(Current& current, std::size_t query, const Snapshot& snapshot) {
  DeviceStatus& status = current.status;
  DeviceStatus::Query& asked = status.queries[query];
  ++status.polls;
  // That the box does not have something is a state, not a failure.
  if (snapshot.failure && !lacking(snapshot.support)) ++status.failures[snapshot.failure->kind];
  for (const Failure& problem : snapshot.problems) ++status.failures[problem.kind];
  for (const auto& [reason, amount] : snapshot.dropped) status.dropped[reason] += amount;
  status.cut += snapshot.cut;
  asked.asked = true;
  asked.support = snapshot.support;
  asked.up = !snapshot.failure;
  asked.took = snapshot.took;
  asked.failure = snapshot.failure;
  asked.ask_again = snapshot.ask_again;
  if (asked.up) {
    asked.last_success = snapshot.answered;
    asked.series = count_points(snapshot.series);
    const SeriesHashes taken = taken_before(current.given, query, snapshot.asked);
    if (const std::size_t hidden = count_taken(*current.given[query].all, taken))
      status.dropped["duplicate"] += hidden;
  } else if (lacking(snapshot.support)) {
    asked.series = 0;
  }
  status.series = 0;
  for (const DeviceStatus::Query& each : status.queries) status.series += each.series;
}

void Store::record(const SnapshotPtr& snapshot) {
  const DevicePtr device = find(snapshot->device);
  if (device) {
    const auto query = std::ranges::find(device->queries, snapshot->query, &Query::name);
    if (query != device->queries.end()) {
      const auto at = static_cast<std::size_t>(query - device->queries.begin());
      const Traffic traffic = traffic_of(snapshot->series);
      Given given{};
      if (!snapshot->failure)
        given = {
            .all = render_fragment(snapshot->series, device->labels, device->contested, numbers_),
            .until = snapshot->asked + kShownIntervals * query->interval};
      device->current.with([&](Current& current) {
        if (!snapshot->failure || lacking(snapshot->support)) current.given[at] = std::move(given);
        count(current, at, *snapshot);
        current.history.add(traffic, snapshot->asked, snapshot->answered);
        for (auto each = at; each < current.given.size(); ++each)
          decide(current.given, each, snapshot->asked);
        current.changed = ++generation_;
      });
    }
  }
  if (device && !device->polled) return;
  for (const Listener& listener : listeners_) listener(snapshot);
}

void Store::end_turn(const std::string& name, const Turn& turn) {
  const DevicePtr device = find(name);
  if (!device) return;
  device->current.with([&](Current& current) {
    DeviceStatus& status = current.status;
    status.answered = true;
    status.lag = turn.lag;
    status.took = turn.took;
    status.skipped += turn.skipped;
    if (turn.asked) status.up = turn.is_up();
    status.logins = turn.logins;
    status.permissions = turn.permissions;
    status.gone = turn.gone;
    if (turn.asked) status.failure = turn.failure;
    if (turn.failure) status.failed = WallClock::now();
    if (turn.asked && status.up) {
      status.last_success = WallClock::now();
      current.last_good = turn.ended;
    }
    for (const std::string& abandoned : turn.abandoned)
      for (DeviceStatus::Query& query : status.queries)
        if (query.name == abandoned && query.asked) query.up = false;
    note_next(status, turn, [&](std::size_t at) { return device->queries[at].interval; });
    current.health = render_health(*device, status);
    current.changed = ++generation_;
  });
}

/// Calls use(query, until, fragment) for every query that was answered; `fragment` is null if the
/// answer has expired.
template <typename Use>
void Store::for_each_shown(const Device& device, const Current& current, Clock::time_point now,
                           Use use) {
  const auto device_until = current.status.up
                                ? Clock::time_point::max()
                                : current.last_good + kShownIntervals * device.interval;
  for (std::size_t at = 0; at < current.given.size(); ++at) {
    const Given& given = current.given[at];
    const auto until = std::min(device_until, given.until);
    if (!given.all) continue;
    use(at, until,
        until <= now ? nullptr
        : now < given.decided_until
            ? given.shown
            : without_taken(given.all, taken_before(current.given, at, now)));
  }
}

View Store::view(Clock::time_point now) const {
  // The generation is read first and the families last, since other threads record meanwhile: so
  // the generation may be too old (then the page is rendered once more), but never too new, and the
  // families of all fragments are there.
  View view{.generation = generation_, .valid_until = Clock::time_point::max()};
  const auto devices = known();
  for (const DevicePtr& device : devices->all)
    if (device->polled) show(*device, now, view, [](const std::string&) { return true; });
  view.families = numbers_.all();
  return view;
}

DeviceViews Store::device_views(Clock::time_point now, const std::string& name) const {
  DeviceViews views{.generation = generation_, .configured = configured_};
  const auto devices = known();
  for (const DevicePtr& device : devices->all) {
    device->current.with([&](const Current& current) {
      if (!name.empty() && current.status.name != name) return;
      DeviceView view{
          .status = current.status, .history = current.history, .changed = current.changed};
      for_each_shown(*device, current, now,
                     [&](std::size_t at, Clock::time_point until, FragmentPtr shown) {
                       if (shown)
                         view.shown.push_back({device->queries[at].name, std::move(shown)});
                       else
                         view.expired = std::max(view.expired, until);
                     });
      views.devices.push_back(std::move(view));
    });
  }
  views.families = numbers_.all();
  return views;
}

View Store::view_of(const std::string& name, const std::set<std::string>& queries,
                    Clock::time_point now) const {
  View view{.generation = generation_, .valid_until = Clock::time_point::max()};
  if (const DevicePtr device = find(name))
    show(*device, now, view, [&](const std::string& query) { return queries.contains(query); });
  view.families = numbers_.all();
  return view;
}

template <typename Wanted>
void Store::show(const Device& device, Clock::time_point now, View& view, Wanted wanted) {
  device.current.with([&](const Current& current) {
    view.fragments.push_back(current.health);
    for_each_shown(device, current, now,
                   [&](std::size_t at, Clock::time_point until, FragmentPtr shown) {
                     if (!shown || !wanted(device.queries[at].name)) return;
                     view.valid_until = std::min(view.valid_until, until);
                     view.fragments.push_back(std::move(shown));
                   });
  });
}

std::vector<DeviceStatus> Store::devices() const {
  const auto devices = known();
  std::vector<DeviceStatus> all;
  all.reserve(devices->all.size());
  for (const DevicePtr& device : devices->all)
    all.push_back(device->current.with([](const Current& current) { return current.status; }));
  return all;
}

bool Store::complete() const {
  const auto devices = known();
  return was_complete_ || std::ranges::all_of(devices->all, [](const DevicePtr& device) {
           return !device->polled || device->current.with([](const Current& current) {
             return current.status.answered;
           });
         });
}

}  // namespace boxmeter
