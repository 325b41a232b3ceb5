#include "poll/turns.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/pulse.h"
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

/// What the log says of one query, or of several that fare alike.
struct Line {
  LogLevel level = LogLevel::info;
  std::string text = {};
  std::string reason = {};
  std::string queries = {};  // "a, b"
};

void add_line(std::vector<Line>& lines, Line line) {
  const auto same = std::ranges::find(lines, line.text, &Line::text);
  if (same == lines.end())
    lines.push_back(std::move(line));
  else
    same->queries += ", " + line.queries;
}

/// What is wrong with a query: one reason is told once, whatever its texts.
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

/// So many queries in a row without an answer of a box of this kind, from the start of a turn on,
/// and the rest of the turn is not asked.
constexpr unsigned kMostUnheard = 5;

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

Turns::Turns(const Job& job, std::unique_ptr<Device> device, std::size_t series_limit,
             const PollRecorder& recorder, http::Stop& stop, Clock::time_point start)
    : name_(job.device.name),
      queries_(job.queries),
      interval_(job.device.interval),
      polled_(job.device.polled),
      series_limit_(series_limit),
      recorder_(recorder),
      stop_(stop),
      device_(std::move(device)),
      asker_(*device_, recorder.heard),
      schedule_(name_, intervals(queries_, interval_), start),
      choices_(queries_.size()),
      file_(name_, job.device.learned) {}

void Turns::change(const Job& job, std::size_t series_limit) {
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
  std::erase_if(told_, [&](const auto& told) {
    return !told.first.empty() && std::ranges::none_of(queries_, [&](const QueryPtr& query) {
      return query->name == told.first;
    });
  });
}

/// In the order of the schedule, then as configured.
std::vector<std::size_t> Turns::to_ask(const Wish& wish, Clock::time_point now) const {
  std::vector<std::size_t> all = polled_ ? schedule_.due(now) : std::vector<std::size_t>();
  const std::set<std::size_t> due(all.begin(), all.end());
  for (std::size_t i = 0; i < queries_.size(); ++i) {
    const Query& query = *queries_[i];
    // Half an interval early is in time: who probes keeps no exact pace.
    const bool wanted = wish.at_once.contains(query.name) ||
                        (wish.in_their_time.contains(query.name) &&
                         (query.interval <= interval_ || schedule_.is_due(i, now + interval_ / 2)));
    if (wanted && !due.contains(i)) all.push_back(i);
  }
  return all;
}

void Turns::take(Clock::time_point planned, const Wish& wish) {
  if (std::exchange(is_fresh_, false)) recall();
  const auto began = Clock::now();
  left_out_.clear();
  const std::vector<std::size_t> due = to_ask(wish, began);
  if (due.empty()) return;
  asker_.begin_turn();
  unheard_ = 0;
  Turn turn;
  std::vector<QueryOutcome> outcomes;
  const std::uint64_t sent = asker_.sent();
  for (std::size_t i = 0; i < due.size(); ++i) {
    const bool goes_on = ask_next(due[i], turn, outcomes);
    if (stop_.stopped()) return;  // what was cut says nothing about the box
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
  asker_.end_turn();
  turn.asked = asker_.sent() > sent && (turn.reached || failed);
  if (turn.asked && !turn.reached && !turn.failure) turn.failure = first_failure(outcomes);
  for (const std::size_t query : due)
    turn.due.emplace_back(queries_[query]->name, schedule_.next_due(query));
  given_.see(outcomes, device_->incarnation().firmware, WallClock::now());
  turn.gone = given_.gone();
  tell(turn, outcomes);
  tell_of_gone(turn.gone);
  settle(std::move(turn), planned, began);
  remember();
}

/// False: asking anything else in this turn is waste.
bool Turns::ask_next(std::size_t query, Turn& turn, std::vector<QueryOutcome>& outcomes) {
  Pulse::beat();
  const std::uint64_t answers = device_->answers(), sent = asker_.sent();
  const SnapshotPtr snapshot = poll(query);
  if (stop_.stopped()) return false;
  const bool ended = snapshot->failure && ends_turn(snapshot->failure->kind);
  // The query failed, and none of its replies was one that only a box of this kind gives.
  const bool unheard =
      snapshot->failure && !ended && asker_.sent() > sent && device_->answers() == answers;
  recorder_.record(snapshot);
  outcomes.push_back(told_by(*snapshot));
  const bool was_reached =
      std::exchange(turn.reached, turn.reached || device_->answers() > answers);
  const Cost cost = ended && was_reached                 ? Cost::time
                    : ended || (unheard && !was_reached) ? Cost::order
                                                         : Cost::none;
  const std::uint64_t skipped = schedule_.done(query, Clock::now(), cost);
  if (polled_) turn.skipped += skipped;
  if (ended) {
    turn.refused_login = snapshot->failure->kind == ErrorKind::auth;
    // A box that answers others but not this one is not down; what was left goes on at once.
    if (!turn.reached || turn.refused_login) turn.failure = snapshot->failure;
    // Where no turn follows, a port where nobody listens costs only what is asked there.
    return is_only_turn_ && turn.reached && snapshot->failure->kind == ErrorKind::network;
  }
  return turn.reached || !unheard || ++unheard_ < kMostUnheard;
}

void Turns::recall() {
  Learned learned = file_.load(Moment::now());
  asker_.recall(learned.unsupported);
  kept_given_ = learned.given;
  given_.recall(std::move(learned.given));
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
  if (asker_.changes() == kept_changes_ && !chose_ && is_same(now, kept_) &&
      given_.known() == kept_given_)
    return;
  kept_ = now;
  kept_changes_ = asker_.changes();
  chose_ = false;
  kept_given_ = given_.known();
  Learned learned{.incarnation = std::move(now), .given = kept_given_};
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
  turn.took = turn.ended - began;
  turn.lag = std::max(began - planned, Clock::duration::zero());
  turn.logins = device_->logins();
  turn.permissions = device_->permissions();
  const bool down = turn.failure.has_value();
  if (turn.asked) failures_ = down ? failures_ + 1 : 0;
  was_reached_ = was_reached_ || turn.reached;
  // All was refused before our restart: only asking tells whether the box is there.
  if (!turn.asked && !was_reached_) asker_.ask_all_at_once();
  if (turn.refused_login)
    schedule_.hold(turn.ended + std::max<Clock::duration>(interval_, kLoginBackoff));
  else if (down)
    schedule_.hold(turn.ended + backoff(interval_, failures_, chance()));
  if (polled_) turn.next = schedule_.next_due();  // else nobody knows
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
    if (lacking(snapshot->support)) snapshot->ask_again = asker_.ask_again();
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

/// One line when something appears, one when it clears, silence in between; one for queries that
/// share a cause, and one for all of a box that was not reached.
void Turns::tell(const Turn& turn, const std::vector<QueryOutcome>& outcomes) {
  if (turn.failure) return tell_of_outage(*turn.failure);
  const bool is_first = turn.reached && !is_introduced_;
  if (is_first) is_introduced_ = true;
  if (is_first)
    log_event(LogLevel::info, introduction(device_->incarnation(), outcomes), {{"device", name_}});
  else if (turn.reached && is_out_)
    log_event(LogLevel::info, "answers again", {{"device", name_}});
  if (turn.reached) is_out_ = false;
  std::vector<Line> lines;
  for (const QueryOutcome& outcome : outcomes) {
    const bool is_lacking = lacking(outcome.support);
    std::set<std::string> now;
    std::set<std::string> before;
    if (auto told = told_.extract(outcome.query)) before = std::move(told.mapped());
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
    if (!now.empty()) told_.emplace(outcome.query, std::move(now));
  }
  for (const Line& line : lines) {
    std::vector<LogField> fields{{"device", name_}, {"query", line.queries}};
    if (!line.reason.empty()) fields.push_back({"reason", line.reason});
    log_event(line.level, line.text, fields);
  }
}

/// Said when something is found to be gone, not when one more of it is back.
void Turns::tell_of_gone(const std::vector<std::string>& gone) {
  const std::vector<std::string> before = std::exchange(told_gone_, gone);
  const bool is_new = std::ranges::any_of(gone, [&](const std::string& name) {
    return std::ranges::find(before, name) == before.end();
  });
  if (is_new)
    log_event(LogLevel::warn,
              "firmware " + given_.known().firmware + " does not give what " +
                  given_.known().firmware_before + " gave: " + joined(gone),
              {{"device", name_}});
  else if (gone.empty() && !before.empty())
    log_event(LogLevel::info, "gives again what was gone since its firmware changed",
              {{"device", name_}});
}

void Turns::tell_of_outage(const Failure& failure) {
  log_event(std::exchange(is_out_, true) ? LogLevel::debug : LogLevel::warn, failure.message,
            {{"device", name_}, {"reason", std::string(boxmeter::name(failure.kind))}});
}

}  // namespace boxmeter
