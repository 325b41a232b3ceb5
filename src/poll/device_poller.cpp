#include "poll/device_poller.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/heartbeat.h"
#include "base/log.h"
#include "base/text.h"

namespace boxmeter {
namespace {

std::vector<Clock::duration> intervals(const std::vector<QueryPtr>& queries,
                                       Clock::duration of_device) {
  std::vector<Clock::duration> all;
  for (const QueryPtr& query : queries)
    all.push_back(query->interval.count() > 0 ? Clock::duration(query->interval) : of_device);
  return all;
}

Support support_of(const Error& error) {
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

/// How many rules have chosen a source; the number only grows.
std::ptrdiff_t count_chosen(const Choices& choices) {
  return std::ranges::count_if(choices, [](int choice) { return choice >= 0; });
}

/// A log line about one query, or about several with the same text.
struct LogLine {
  LogLevel level = LogLevel::info;
  std::string text = {};
  std::string reason = {};
  std::string queries = {};  // "a, b"
};

void add_line(std::vector<LogLine>& lines, LogLine line) {
  const auto same = std::ranges::find(lines, line.text, &LogLine::text);
  if (same == lines.end())
    lines.push_back(std::move(line));
  else
    same->queries += ", " + line.queries;
}

/// What is wrong with a query.  Logged once per reason, even if the text changes.
struct Complaint {
  std::string reason = {};
  std::string text = {};
};

/// One per reason: a query that gives too much may have a rule that fails, too.
std::vector<Complaint> complaints_of(const QueryOutcome& outcome) {
  const auto told = [](const Failure& failure) {
    return Complaint{std::string(name(failure.kind)), failure.message};
  };
  if (outcome.failure && lacking(outcome.support)) {
    const std::string state(name(outcome.support));
    return {{state, state + ": " + outcome.failure->message}};
  }
  if (outcome.failure) return {told(*outcome.failure)};
  std::vector<Complaint> complaints;
  for (const Failure& problem : outcome.problems)
    if (std::ranges::find(complaints, name(problem.kind), &Complaint::reason) == complaints.end())
      complaints.push_back(told(problem));
  return complaints;
}

/// "FRITZ!Box 7590 8.02: 21 queries, 3 unsupported"
std::string introduction(const Incarnation& box, const std::vector<QueryOutcome>& outcomes) {
  std::string text = box.model;
  if (!box.firmware.empty()) text += (text.empty() ? "" : " ") + box.firmware;
  if (!text.empty()) text += ": ";
  text += counted(outcomes.size(), "query", "queries");
  std::map<std::string, std::size_t> counts;
  for (const QueryOutcome& outcome : outcomes)
    if (outcome.failure) ++counts[std::string(name(outcome.support))];
  for (const auto& [state, count] : counts) text += ", " + std::to_string(count) + " " + state;
  return text;
}

/// After this many queries without an answer of a box of this kind, from the start of a turn on,
/// the rest of the turn is not asked.
constexpr unsigned kMostUnanswered = 5;

std::optional<Failure> first_failure(const std::vector<QueryOutcome>& outcomes) {
  for (const QueryOutcome& outcome : outcomes)
    if (outcome.failure && !lacking(outcome.support)) return outcome.failure;
  return outcomes.front().failure;
}

double chance() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

DevicePoller::DevicePoller(const Job& job, std::unique_ptr<Device> device, std::size_t series_limit,
                           const PollRecorder& recorder, http::Stop& stop, Clock::time_point start)
    : name_(job.device.name),
      queries_(job.queries),
      interval_(job.device.interval),
      polled_(job.device.polled),
      series_limit_(series_limit),
      recorder_(recorder),
      stop_(stop),
      device_(std::move(device)),
      requester_(*device_, recorder.request_done),
      schedule_(name_, intervals(queries_, interval_), start),
      choices_(queries_.size()),
      credential_(job.device.credential.file),
      file_(name_, job.device.learned) {}

void DevicePoller::change(const Job& job, std::size_t series_limit) {
  std::map<std::string, Choices> chosen;
  for (std::size_t i = 0; i < queries_.size(); ++i)
    chosen.emplace(choices_key(*queries_[i]), std::move(choices_[i]));
  queries_ = job.queries;
  interval_ = job.device.interval;
  polled_ = job.device.polled;
  series_limit_ = series_limit;
  choices_.clear();
  for (const QueryPtr& query : queries_) choices_.push_back(chosen[choices_key(*query)]);
  schedule_.change(intervals(queries_, interval_), Clock::now());
  std::erase_if(logged_, [&](const auto& told) {
    return !told.first.empty() && std::ranges::none_of(queries_, [&](const QueryPtr& query) {
      return query->name == told.first;
    });
  });
}

/// In the order of the schedule, then as configured.
std::vector<std::size_t> DevicePoller::to_ask(const ExtraQueries& extra,
                                              Clock::time_point now) const {
  std::vector<std::size_t> all = polled_ ? schedule_.due(now) : std::vector<std::size_t>();
  const std::set<std::size_t> due(all.begin(), all.end());
  for (std::size_t i = 0; i < queries_.size(); ++i) {
    const Query& query = *queries_[i];
    // Half an interval early counts as due: probes do not come at exact intervals.
    const bool wanted = extra.always.contains(query.name) ||
                        (extra.if_due.contains(query.name) &&
                         (query.interval <= interval_ || schedule_.is_due(i, now + interval_ / 2)));
    if (wanted && !due.contains(i)) all.push_back(i);
  }
  return all;
}

void DevicePoller::run_turn(Clock::time_point planned, const ExtraQueries& extra) {
  if (std::exchange(is_fresh_, false)) load_learned();
  const auto began = Clock::now();
  look_at_credential(began);
  left_out_.clear();
  const std::vector<std::size_t> due = to_ask(extra, began);
  if (due.empty()) return;
  requester_.begin_turn();
  unanswered_ = 0;
  Turn turn;
  std::vector<QueryOutcome> outcomes;
  const std::uint64_t sent = requester_.sent();
  for (std::size_t i = 0; i < due.size(); ++i) {
    const bool goes_on = ask_next(due[i], turn, outcomes);
    if (stop_.stopped()) return;  // a request that was cut off says nothing about the box
    if (goes_on) continue;
    for (std::size_t rest = i + 1; rest < due.size(); ++rest)
      turn.abandoned.push_back(queries_[due[rest]]->name);
    left_out_.insert(turn.abandoned.begin(), turn.abandoned.end());
    break;
  }
  // If nothing failed but no answer was typical of a box of this kind, the turn says neither that
  // the device is up nor that it is down.
  const bool failed = std::ranges::any_of(
      outcomes, [](const QueryOutcome& outcome) { return outcome.failure.has_value(); });
  requester_.end_turn();
  turn.asked = requester_.sent() > sent && (turn.reached || failed);
  if (turn.asked && !turn.reached && !turn.failure) turn.failure = first_failure(outcomes);
  for (const std::size_t query : due)
    turn.due.emplace_back(queries_[query]->name, schedule_.next_due(query));
  inventory_.add(outcomes, device_->incarnation().firmware, WallClock::now());
  turn.gone = inventory_.gone();
  log_turn(turn, outcomes);
  log_gone(turn.gone);
  finish_turn(std::move(turn), planned, began);
  save_learned();
}

/// Returns whether to go on with this turn.
bool DevicePoller::ask_next(std::size_t query, Turn& turn, std::vector<QueryOutcome>& outcomes) {
  Heartbeat::beat();
  const std::uint64_t answers = device_->answers(), sent = requester_.sent();
  const SnapshotPtr snapshot = poll(query);
  if (stop_.stopped()) return false;
  const bool ended = snapshot->failure && ends_turn(snapshot->failure->kind);
  // The query failed, and none of its replies was one that only a box of this kind gives.
  const bool unanswered =
      snapshot->failure && !ended && requester_.sent() > sent && device_->answers() == answers;
  recorder_.record(snapshot);
  outcomes.push_back(outcome_of(*snapshot));
  const bool was_reached =
      std::exchange(turn.reached, turn.reached || device_->answers() > answers);
  const Penalty penalty = ended && was_reached                    ? Penalty::less_often
                          : ended || (unanswered && !was_reached) ? Penalty::asked_last
                                                                  : Penalty::none;
  const std::uint64_t skipped = schedule_.done(query, Clock::now(), penalty);
  if (polled_) turn.skipped += skipped;
  if (ended) {
    turn.refused_login = snapshot->failure->kind == ErrorKind::auth;
    // A box that answered other queries is not down; the queries that are left are due at once.
    if (!turn.reached || turn.refused_login) turn.failure = snapshot->failure;
    // If no other turn follows, go on: only what this port serves is lost.
    return is_only_turn_ && turn.reached && snapshot->failure->kind == ErrorKind::network;
  }
  return turn.reached || !unanswered || ++unanswered_ < kMostUnanswered;
}

/// A file with a refused password is looked at now and then, so that another one is tried soon.
void DevicePoller::look_at_credential(Clock::time_point now) {
  if (now < next_look_) return;
  const bool is_changed = hash_again(refused_) != refused_;
  next_look_ = is_changed ? Clock::time_point::max() : now + look_every();
  if (is_changed) schedule_.release(now);
}

void DevicePoller::load_learned() {
  Learned learned = file_.load(ClockPair::now());
  requester_.restore(learned.unsupported);
  kept_inventory_ = learned.given;
  inventory_.restore(std::move(learned.given));
  if (learned.incarnation.firmware.empty())
    return;  // without it, nobody knows when choices are outdated
  recalled_ = kept_ = learned.incarnation;
  for (std::size_t i = 0; i < queries_.size(); ++i)
    if (const auto known = learned.choices.find(choices_key(*queries_[i]));
        known != learned.choices.end())
      choices_[i] = known->second;
}

/// Forgets what was learned of a box before it restarted or changed its firmware.
void DevicePoller::check_restart() {
  const unsigned boot = device_->epoch().boot;
  bool restarted = boot != boot_;
  boot_ = boot;
  const Incarnation now = device_->incarnation();
  if (recalled_ && !now.firmware.empty()) {
    if (!is_same(*recalled_, now)) {
      requester_.ask_all_at_once();
      restarted = true;
    }
    recalled_.reset();
  }
  if (!restarted) return;
  std::ranges::fill(choices_, Choices{});
  chose_ = true;
}

/// Writes the file if anything in it has changed.  What was denied is not kept: somebody who has
/// just granted the right may restart boxmeter so that it is asked again.
void DevicePoller::save_learned() {
  Incarnation now = recalled_ ? *recalled_ : device_->incarnation();
  if (requester_.changes() == kept_changes_ && !chose_ && is_same(now, kept_) &&
      inventory_.contents() == kept_inventory_)
    return;
  kept_ = now;
  kept_changes_ = requester_.changes();
  chose_ = false;
  kept_inventory_ = inventory_.contents();
  Learned learned{.incarnation = std::move(now), .given = kept_inventory_};
  for (const auto& [request, capability] : requester_.capabilities())
    if (capability.support() == Support::unsupported && capability.refusals() > 0)
      learned.unsupported.emplace(request, capability);
  for (std::size_t i = 0; i < queries_.size(); ++i)
    if (count_chosen(choices_[i]) > 0)
      learned.choices.emplace(choices_key(*queries_[i]), choices_[i]);
  file_.save(learned, ClockPair::now());
}

void DevicePoller::finish_turn(Turn turn, Clock::time_point planned, Clock::time_point began) {
  turn.ended = Clock::now();
  turn.took = turn.ended - began;
  turn.lag = std::max(began - planned, Clock::duration::zero());
  turn.logins = device_->logins();
  turn.permissions = device_->permissions();
  const bool down = turn.failure.has_value();
  if (turn.asked) failures_ = down ? failures_ + 1 : 0;
  was_reached_ = was_reached_ || turn.reached;
  // Everything was refused before our restart, so nothing was sent: ask, to know whether the box is
  // there.
  if (!turn.asked && !was_reached_) requester_.ask_all_at_once();
  if (turn.asked && !down) {  // a probe may have found it well
    schedule_.release(turn.ended);
    next_look_ = Clock::time_point::max();
  }
  if (turn.refused_login && !credential_.empty()) {
    refused_ = hash_again({.files = {{credential_, 0}}});
    next_look_ = turn.ended + look_every();
  }
  if (turn.refused_login)
    schedule_.hold(turn.ended + std::max<Clock::duration>(interval_, kLoginBackoff));
  else if (down)
    schedule_.hold(turn.ended + backoff(interval_, failures_, chance()));
  if (polled_) turn.next = schedule_.next_due();  // else it depends on probes
  recorder_.end_turn(name_, turn);
}

SnapshotPtr DevicePoller::poll(std::size_t query) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->device = name_;
  snapshot->query = queries_[query]->name;
  snapshot->asked = Clock::now();
  try {
    ask(*snapshot, query);
  } catch (const Error& error) {
    snapshot->failure = Failure{error.kind(), error.what()};
    snapshot->support = support_of(error);
    if (lacking(snapshot->support)) snapshot->ask_again = requester_.ask_again();
  } catch (const std::exception& bug) {
    snapshot->failure = Failure{ErrorKind::internal, bug.what()};
    snapshot->support = Support::failing;
  }
  snapshot->answered = WallClock::now();
  snapshot->took = Clock::now() - snapshot->asked;
  return snapshot;
}

void DevicePoller::ask(Snapshot& snapshot, std::size_t query) {
  QueryReply asked = requester_.ask(*queries_[query], snapshot.asked);
  check_restart();
  Choices& choices = choices_[query];
  const auto chosen = count_chosen(choices);
  Extraction found = extract(*queries_[query], asked.reply, series_limit_, choices,
                             WallClock::now(), [this] { return stop_.stopped(); });
  if (count_chosen(choices) != chosen) chose_ = true;
  snapshot.problems = std::move(asked.problems);
  snapshot.problems.insert(snapshot.problems.end(), found.problems.begin(), found.problems.end());
  snapshot.series = std::move(found.series);
  snapshot.dropped = std::move(found.dropped);
  snapshot.cut = found.cut;
  snapshot.reply = std::move(asked.reply);
}

/// Logs a line when a problem appears and one when it clears, nothing in between; one line for
/// queries with the same problem, and one for a box that was not reached.
void DevicePoller::log_turn(const Turn& turn, const std::vector<QueryOutcome>& outcomes) {
  if (turn.failure) return log_outage(*turn.failure);
  // Not before a query was answered: until then neither the box nor what it lacks is known.
  const bool is_first = turn.reached && !introduction_logged_ &&
                        std::ranges::any_of(outcomes, [](const QueryOutcome& outcome) {
                          return !outcome.failure || lacking(outcome.support);
                        });
  if (is_first) introduction_logged_ = true;
  if (is_first)
    log_event(LogLevel::info, introduction(device_->incarnation(), outcomes), {{"device", name_}});
  else if (turn.reached && !outage_logged_.empty())
    log_event(LogLevel::info, "answers again", {{"device", name_}});
  if (turn.reached) outage_logged_.clear();
  std::vector<LogLine> lines;
  for (const QueryOutcome& outcome : outcomes) {
    const bool is_lacking = lacking(outcome.support);
    std::set<std::string> now;
    std::set<std::string> before;
    if (auto told = logged_.extract(outcome.query)) before = std::move(told.mapped());
    for (const Complaint& complaint : complaints_of(outcome)) {
      now.insert(complaint.reason);
      if (before.contains(complaint.reason)) continue;
      add_line(lines, {.level = !is_lacking ? LogLevel::warn
                                : is_first  ? LogLevel::debug
                                            : LogLevel::info,
                       .text = complaint.text,
                       .reason = complaint.reason,
                       .queries = outcome.query});
    }
    if (now.empty() && !before.empty())
      add_line(lines, {.text = "works again", .queries = outcome.query});
    if (!now.empty()) logged_.emplace(outcome.query, std::move(now));
  }
  for (const LogLine& line : lines) {
    std::vector<LogField> fields{{"device", name_}, {"query", line.queries}};
    if (!line.reason.empty()) fields.push_back({"reason", line.reason});
    log_event(line.level, line.text, fields);
  }
}

/// Logs when more metrics are gone, and when all are back.
void DevicePoller::log_gone(const std::vector<std::string>& gone) {
  const std::vector<std::string> before = std::exchange(logged_gone_, gone);
  const bool is_new = std::ranges::any_of(gone, [&](const std::string& name) {
    return std::ranges::find(before, name) == before.end();
  });
  if (is_new)
    log_event(LogLevel::warn,
              "firmware " + inventory_.contents().firmware + " does not give what " +
                  inventory_.contents().firmware_before + " gave: " + joined(gone),
              {{"device", name_}});
  else if (gone.empty() && !before.empty())
    log_event(LogLevel::info, "gives again what was gone since its firmware changed",
              {{"device", name_}});
}

/// One line, and one more for each other reason than silence: a box that was off may come back with
/// another certificate or password, or another device at its address.
void DevicePoller::log_outage(const Failure& failure) {
  const bool is_silent = failure.kind == ErrorKind::network || failure.kind == ErrorKind::timeout;
  const bool is_first = outage_logged_.empty();
  const bool is_new = outage_logged_.insert(failure.kind).second && (is_first || !is_silent);
  log_event(is_new ? LogLevel::warn : LogLevel::debug, failure.message,
            {{"device", name_}, {"reason", std::string(boxmeter::name(failure.kind))}});
}

}  // namespace boxmeter
