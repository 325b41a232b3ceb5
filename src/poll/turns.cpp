#include "poll/turns.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

namespace boxmeter {
namespace {

std::vector<Clock::duration> intervals(const std::vector<QueryPtr>& queries,
                                       Clock::duration of_device) {
  std::vector<Clock::duration> all;
  for (const QueryPtr& query : queries)
    all.push_back(query->interval.count() > 0 ? Clock::duration(query->interval) : of_device);
  return all;
}

Support meaning(const Error& error) {
  switch (error.refusal()) {
    case Refusal::unsupported:
      return Support::unsupported;
    case Refusal::denied:
      return Support::denied;
    case Refusal::idle:
      return Support::idle;
    case Refusal::none:
      break;
  }
  return Support::failing;
}

/// Rules that have made their choice; none takes it back.
std::ptrdiff_t count_chosen(const Choices& choices) {
  return std::ranges::count_if(choices, [](int choice) { return choice >= 0; });
}

double chance() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

Turns::Turns(const Job& job, std::unique_ptr<Device> device, std::size_t series_limit,
             const PollRecorder& recorder, http::Stop& stop, Clock::time_point start)
    : name_(job.device.name),
      queries_(job.queries),
      interval_(job.device.interval),
      series_limit_(series_limit),
      recorder_(recorder),
      stop_(stop),
      device_(std::move(device)),
      asker_(*device_),
      schedule_(name_, intervals(queries_, interval_), start),
      choices_(queries_.size()),
      file_(name_, job.device.learned) {}

void Turns::take(Clock::time_point planned) {
  if (std::exchange(is_fresh_, false)) recall();
  const auto began = Clock::now();
  Turn turn;
  const std::vector<std::size_t> due = schedule_.due(began);
  for (std::size_t i = 0; i < due.size(); ++i) {
    const SnapshotPtr snapshot = poll(due[i]);
    if (stop_.stopped()) return;  // what was cut says nothing about the box
    const bool ended = snapshot->failure && ends_turn(snapshot->failure->kind);
    recorder_.record(snapshot);
    tell(*snapshot);
    turn.skipped += schedule_.done(due[i], Clock::now(), ended && turn.reached);
    if (!ended) {
      turn.reached = true;
      continue;
    }
    turn.refused_login = snapshot->failure->kind == ErrorKind::auth;
    // A box that answers others but not this one is not down; what was left goes on at once.
    if (!turn.reached || turn.refused_login) turn.failure = snapshot->failure;
    for (std::size_t rest = i + 1; rest < due.size(); ++rest)
      turn.abandoned.push_back(queries_[due[rest]]->name);
    break;
  }
  settle(std::move(turn), planned, began);
  remember();
}

void Turns::recall() {
  Learned learned = file_.load(Moment::now());
  asker_.recall(std::move(learned.unsupported));
  if (learned.incarnation.firmware.empty()) return;  // nobody could say when a choice is outdated
  recalled_ = kept_ = learned.incarnation;
  for (std::size_t i = 0; i < queries_.size(); ++i)
    if (const auto known = learned.choices.find(choices_key(*queries_[i]));
        known != learned.choices.end())
      choices_[i] = known->second;
}

/// What was learned of a box before it restarted or changed its firmware is worth nothing.
void Turns::notice_restart() {
  const unsigned boot = device_->epoch().boot;
  bool restarted = boot != boot_;
  boot_ = boot;
  const Incarnation now = device_->incarnation();
  if (recalled_ && !now.firmware.empty()) {
    if (!is_same(*recalled_, now)) {
      asker_.ask_all_at_once();
      restarted = true;
    }
    recalled_.reset();
  }
  if (!restarted) return;
  std::ranges::fill(choices_, Choices{});
  chose_ = true;
}

/// Writes the file if it would say something new.  What was denied is not kept: whoever grants a
/// right to the user may well restart us next.
void Turns::remember() {
  Incarnation now = recalled_ ? *recalled_ : device_->incarnation();
  if (asker_.changes() == kept_changes_ && !chose_ && is_same(now, kept_)) return;
  kept_ = now;
  kept_changes_ = asker_.changes();
  chose_ = false;
  Learned learned{.incarnation = std::move(now)};
  for (const auto& [request, capability] : asker_.capabilities())
    if (capability.support() == Support::unsupported && capability.refusals() > 0)
      learned.unsupported.emplace(request, capability);
  for (std::size_t i = 0; i < queries_.size(); ++i)
    if (count_chosen(choices_[i]) > 0)
      learned.choices.emplace(choices_key(*queries_[i]), choices_[i]);
  file_.save(learned, Moment::now());
}

void Turns::settle(Turn turn, Clock::time_point planned, Clock::time_point began) {
  turn.ended = Clock::now();
  turn.lag = std::max(began - planned, Clock::duration::zero());
  turn.logins = device_->logins();
  turn.permissions = device_->permissions();
  const bool down = turn.failure.has_value();
  failures_ = down ? failures_ + 1 : 0;
  if (turn.refused_login)
    schedule_.hold(turn.ended + std::max<Clock::duration>(interval_, kLoginBackoff));
  else if (down)
    schedule_.hold(turn.ended + backoff(interval_, failures_, chance()));
  recorder_.end_turn(name_, turn);
}

SnapshotPtr Turns::poll(std::size_t query) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->device = name_;
  snapshot->query = queries_[query]->name;
  snapshot->asked = Clock::now();
  try {
    ask(*snapshot, query);
  } catch (const Error& error) {
    snapshot->failure = Failure{error.kind(), error.what()};
    snapshot->support = meaning(error);
  } catch (const std::exception& bug) {
    snapshot->failure = Failure{ErrorKind::internal, bug.what()};
    snapshot->support = Support::failing;
  }
  snapshot->answered = WallClock::now();
  snapshot->took = Clock::now() - snapshot->asked;
  return snapshot;
}

void Turns::ask(Snapshot& snapshot, std::size_t query) {
  Asked asked = asker_.ask(*queries_[query], snapshot.asked);
  notice_restart();
  Choices& choices = choices_[query];
  const auto chosen = count_chosen(choices);
  Extraction found =
      extract(*queries_[query], asked.reply, series_limit_, choices, WallClock::now());
  if (count_chosen(choices) != chosen) chose_ = true;
  snapshot.problems = std::move(asked.problems);
  snapshot.problems.insert(snapshot.problems.end(), found.problems.begin(), found.problems.end());
  snapshot.series = std::move(found.series);
  snapshot.dropped = std::move(found.dropped);
  snapshot.reply = std::move(asked.reply);
}

/// One line when something appears, one when it clears, silence in between.
void Turns::tell(const Snapshot& snapshot) {
  const bool of_device = snapshot.failure && ends_turn(snapshot.failure->kind);
  std::string now;
  if (snapshot.failure)
    now = snapshot.failure->message;
  else if (!snapshot.problems.empty())
    now = snapshot.problems.front().message;
  if (!of_device && told_.erase("") > 0) spdlog::info("{}: answers again", name_);
  std::string& before = told_[of_device ? "" : snapshot.query];
  if (now == before) return;
  const std::string where = of_device ? name_ : name_ + "/" + snapshot.query;
  if (now.empty())
    spdlog::info("{}: works again", where);
  else if (lacking(snapshot.support))
    spdlog::info("{}: {}: {}", where, boxmeter::name(snapshot.support), now);
  else
    spdlog::warn("{}: {}", where, now);
  before = now;
}

}  // namespace boxmeter
