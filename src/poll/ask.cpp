#include "poll/ask.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "metric/rows.h"

namespace boxmeter {

struct Tally {
  std::size_t answered = 0;
  std::optional<Error> worst = {};
  std::vector<Failure> problems = {};

  /// A failing part says more of the query than an idle one, and that more than one this box
  /// never had.
  static int weight(Refusal refusal) {
    switch (refusal) {
      case Refusal::unsupported:
        return 0;
      case Refusal::denied:
        return 1;
      case Refusal::idle:
        return 2;
      case Refusal::none:
        return 3;
    }
    return 3;
  }

  void add(const Error& error) {
    if (!worst || weight(error.refusal()) > weight(worst->refusal())) worst = error;
    if (error.refusal() == Refusal::none) problems.push_back({error.kind(), error.what()});
  }
};

namespace {

std::string substituted(std::string text,
                        const std::vector<std::pair<std::string, std::string>>& bindings) {
  for (const auto& [name, value] : bindings) {
    const std::string placeholder = "{" + name + "}";
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;
         at += value.size())
      text.replace(at, placeholder.size(), value);
  }
  return text;
}

constexpr auto kUnused = std::chrono::hours(1);
constexpr std::size_t kMostRequests = 1000;  // of one device that something is known of

}  // namespace

bool ends_turn(ErrorKind kind) {
  return kind == ErrorKind::timeout || kind == ErrorKind::network || kind == ErrorKind::tls ||
         kind == ErrorKind::auth;
}

Request bound(const Request& request,
              const std::vector<std::pair<std::string, std::string>>& bindings) {
  Request result = request;
  result.target = substituted(result.target, bindings);
  for (auto& [name, value] : result.args) value = substituted(value, bindings);
  if (result.repeat) result.repeat->count = substituted(result.repeat->count, bindings);
  return result;
}

Asked Asker::ask(const Query& query, Clock::time_point now) {
  notice_epoch();
  forget_unused(now);
  ask_again_ = Clock::time_point::max();
  Tally tally;
  Reply reply = query.loop ? ask_loop(query, now, tally) : ask_once(query, now, tally);
  notice_epoch();
  if (tally.worst && tally.answered == 0) throw Error(*tally.worst);
  return {std::move(reply), std::move(tally.problems)};
}

Reply Asker::ask_once(const Query& query, Clock::time_point now, Tally& tally) {
  Reply element = Reply::object();
  ask_parts(query, {}, now, element, tally);
  const bool single = query.parts.size() == 1 && query.parts.front().name.empty();
  return single && tally.answered > 0 ? std::move(element["reply"]) : std::move(element);
}

Reply Asker::ask_loop(const Query& query, Clock::time_point now, Tally& tally) {
  Reply all = Reply::array();
  for (auto& [element, bindings] : iterations(query, now)) {
    const std::size_t before = tally.answered;
    ask_parts(query, bindings, now, element, tally);
    if (tally.answered > before) all.push_back(std::move(element));
  }
  return all;
}

std::vector<std::pair<Reply, Asker::Bindings>> Asker::iterations(const Query& query,
                                                                 Clock::time_point now) {
  const Loop& loop = *query.loop;
  std::vector<std::pair<Reply, Bindings>> all;
  if (!loop.request) {
    for (const std::string& value : loop.values)
      all.push_back({Reply{{loop.variable, value}}, {{loop.variable, value}}});
    return all;
  }
  const Reply reply = call(*loop.request, now);
  // The rows of a loop are found as those of a rule are: what it binds is what it reads.
  Rule rule{.each = loop.each, .where = loop.where};
  for (const auto& [name, path] : loop.bind)
    rule.labels.push_back({.name = name, .source = {.path = path}});
  Rows rows(Query{}, reply);
  for (const Row& row : rows.of(rule)) {
    if (!passes(loop.where, row, WallClock::time_point())) continue;
    Reply variable = Reply::object();
    Bindings bindings;
    for (const auto& [name, path] : loop.bind) {
      const std::optional<Reply> value = path.value(row.place, nullptr);
      if (!value || value->is_null()) continue;
      bindings.emplace_back(loop.variable + "." + name, text_of(*value));
      variable[name] = *value;
    }
    Reply element = Reply::object();
    element[loop.variable] = std::move(variable);
    all.push_back({std::move(element), std::move(bindings)});
  }
  return all;
}

void Asker::ask_parts(const Query& query, const Bindings& bindings, Clock::time_point now,
                      Reply& element, Tally& tally) {
  for (const Part& part : query.parts) {
    try {
      element[part.name.empty() ? "reply" : part.name] = first_supported(part, bindings, now);
      if (part.first.front().keep.count() == 0) ++tally.answered;
    } catch (const Error& error) {
      if (ends_turn(error.kind())) throw;
      tally.add(error);
    }
  }
}

Reply Asker::first_supported(const Part& part, const Bindings& bindings, Clock::time_point now) {
  std::optional<Error> first;
  for (const Request& alternative : part.first) {
    try {
      return call(bound(alternative, bindings), now);
    } catch (const Error& error) {
      // Only "not on this box" makes way for the next one: a transient failure must not make a
      // counter hop between two sources.
      if (error.refusal() != Refusal::unsupported) throw;
      if (!first) first = error;
    }
  }
  throw Error(*first);
}

Reply Asker::call(const Request& request, Clock::time_point now) {
  const std::string key = describe(request);
  Known& known = known_[key];
  const bool is_first = std::exchange(known.turn, turn_) != turn_;
  known.used = now;
  if (request.keep.count() == 0) return call_in_turn(request, key, known, now, is_first);
  const auto kept = kept_.find(key);
  if (kept != kept_.end() && now - kept->second.asked < request.keep) return kept->second.reply;
  Reply reply = call_device(request, known.capability, now);
  kept_[key] = {reply, now};
  return reply;
}

Reply Asker::call_in_turn(const Request& request, const std::string& key, Known& known,
                          Clock::time_point now, bool is_first) {
  if (const auto answer = shared_answers_.find(key); answer != shared_answers_.end())
    return answer->second;
  if (!is_first) known.is_shared = true;
  Reply reply = call_device(request, known.capability, now);
  if (known.is_shared) shared_answers_[key] = reply;
  return reply;
}

void Asker::tell(const Request& request, const Error* error) const {
  if (heard_) heard_(request, error);
}

Reply Asker::call_device(const Request& request, Capability& capability, Clock::time_point now) {
  if (const auto stranger = strangers_.find(request.verb); stranger != strangers_.end())
    throw Stranger(stranger->second);
  if (!capability.worth_asking(now)) {
    ask_again_ = std::min(ask_again_, capability.ask_again());
    throw Error(ErrorKind::refused, capability.reason(),
                capability.support() == Support::denied ? Refusal::denied : Refusal::unsupported);
  }
  const Clock::time_point before = capability.ask_again();
  const auto settled = [&] {
    if (capability.ask_again() != before) ++changes_;
  };
  ++sent_;
  try {
    Reply reply = device_.call(request);
    capability.answered();
    settled();
    tell(request, nullptr);
    return reply;
  } catch (const Error& error) {
    if (const auto* const stranger = dynamic_cast<const Stranger*>(&error))
      strangers_.emplace(request.verb, stranger->what());
    if (error.refusal() == Refusal::none)
      capability.failed();
    else
      capability.refused(error.refusal(), error.what(), now);
    if (!capability.worth_asking(now)) ask_again_ = std::min(ask_again_, capability.ask_again());
    settled();
    tell(request, &error);
    throw;
  }
}

/// Loops ask for what comes and goes (a station, a call): what was not asked for within an hour, or
/// would make more than kMostRequests, is forgotten.
void Asker::forget_unused(Clock::time_point now) {
  if (swept_ == Clock::time_point()) swept_ = now;
  if (now - swept_ < kUnused && known_.size() <= kMostRequests) return;
  swept_ = now;
  Clock::time_point oldest = now - kUnused;
  if (known_.size() > kMostRequests) {
    std::vector<Clock::time_point> times;
    for (const auto& [request, known] : known_) times.push_back(known.used);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    oldest = std::max(oldest, *middle);
  }
  if (std::erase_if(known_, [&](const auto& entry) { return entry.second.used < oldest; }) > 0)
    ++changes_;
  std::erase_if(kept_, [&](const auto& entry) { return !known_.contains(entry.first); });
}

void Asker::notice_epoch() {
  const Epoch epoch = device_.epoch();
  if (epoch == epoch_) return;
  epoch_ = epoch;
  kept_.clear();
  shared_answers_.clear();
  ask_all_at_once();
}

std::map<std::string, Capability> Asker::capabilities() const {
  std::map<std::string, Capability> all;
  for (const auto& [request, known] : known_) all.emplace(request, known.capability);
  return all;
}

void Asker::recall(const std::map<std::string, Capability>& capabilities) {
  for (const auto& [request, capability] : capabilities) known_[request].capability = capability;
}

void Asker::ask_all_at_once() {
  for (auto& [request, known] : known_) known.capability.ask_at_once();
  ++changes_;
}

}  // namespace boxmeter
