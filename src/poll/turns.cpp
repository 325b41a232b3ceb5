#include "poll/turns.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>

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

double chance() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

Turns::Turns(const Job& job, std::unique_ptr<Device> device, std::size_t series_limit, Store& store,
             http::Stop& stop, Clock::time_point start)
    : name_(job.device.name),
      queries_(job.queries),
      interval_(job.device.interval),
      series_limit_(series_limit),
      store_(store),
      stop_(stop),
      device_(std::move(device)),
      asker_(*device_),
      schedule_(name_, intervals(queries_, interval_), start),
      choices_(queries_.size()) {}

void Turns::take(Clock::time_point planned) {
  const auto began = Clock::now();
  Turn turn;
  const std::vector<std::size_t> due = schedule_.due(began);
  for (std::size_t i = 0; i < due.size(); ++i) {
    const SnapshotPtr snapshot = poll(due[i]);
    if (stop_.stopped()) return;  // what was cut says nothing about the box
    const bool ended = snapshot->failure && ends_turn(snapshot->failure->kind);
    store_.record(snapshot);
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
  store_.end_turn(name_, turn);
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
  if (const unsigned boot = device_->epoch().boot; boot != boot_) {
    boot_ = boot;
    std::fill(choices_.begin(), choices_.end(), Choices{});
  }
  Extraction found =
      extract(*queries_[query], asked.reply, series_limit_, choices_[query], WallClock::now());
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
