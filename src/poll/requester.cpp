#include "poll/requester.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "metric/rows.h"

namespace boxmeter {

struct PartOutcomes {
  std::size_t answered = 0;
  std::optional<Error> worst = {};
  std::vector<Failure> problems = {};

  /// How much an error says about the query as a whole: a failure more than an idle part, and that
  /// more than what is denied or unsupported.
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
constexpr std::size_t kMostRequests = 1000;  // of one device about which something is remembered

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

QueryReply Requester::ask(const Query& query, Clock::time_point now) {
  check_epoch();
  forget_unused(now);
  ask_again_ = Clock::time_point::max();
  PartOutcomes outcomes;
  Reply reply = query.loop ? ask_loop(query, now, outcomes) : ask_once(query, now, outcomes);
  check_epoch();
  if (outcomes.worst && outcomes.answered == 0) throw Error(*outcomes.worst);
  return {std::move(reply), std::move(outcomes.problems)};
}

Reply Requester::ask_once(const Query& query, Clock::time_point now, PartOutcomes& outcomes) {
  Reply element = Reply::object();
  ask_parts(query, {}, now, element, outcomes);
  const bool single = query.parts.size() == 1 && query.parts.front().name.empty();
  return single && outcomes.answered > 0 ? std::move(element["reply"]) : std::move(element);
}

Reply Requester::ask_loop(const Query& query, Clock::time_point now, PartOutcomes& outcomes) {
  Reply all = Reply::array();
  for (auto& [element, bindings] : iterations(query, now)) {
    const std::size_t before = outcomes.answered;
    ask_parts(query, bindings, now, element, outcomes);
    if (outcomes.answered > before) all.push_back(std::move(element));
  }
  return all;
}

std::vector<std::pair<Reply, Requester::Bindings>> Requester::iterations(const Query& query,
                                                                         Clock::time_point now) {
  const Loop& loop = *query.loop;
  std::vector<std::pair<Reply, Bindings>> all;
  if (!loop.request) {
    for (const std::string& value : loop.values)
      all.push_back({Reply{{loop.variable, value}}, {{loop.variable, value}}});
    return all;
  }
  const Reply reply = call(*loop.request, now);
  // A loop finds its rows as a rule does; the paths that it binds stand for the labels.
  Rule rule{.each = loop.each, .where = loop.where};
  for (const auto& [name, path] : loop.bind)
    rule.labels.push_back({.name = name, .source = {.path = path}});
  Rows rows(Query{}, reply);
  for (const Row& row : rows.of(rule)) {
    if (!passes(loop.where, row, WallClock::time_point())) continue;
    Reply variable = Reply::object();
    Bindings bindings;
    for (const auto& [name, path] : loop.bind) {
      const std::optional<Reply> value = path.value(row.node, nullptr);
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

void Requester::ask_parts(const Query& query, const Bindings& bindings, Clock::time_point now,
                          Reply& element, PartOutcomes& outcomes) {
  for (const Part& part : query.parts) {
    try {
      element[part.name.empty() ? "reply" : part.name] = first_supported(part, bindings, now);
      if (part.first.front().keep.count() == 0) ++outcomes.answered;
    } catch (const Error& error) {
      if (ends_turn(error.kind())) throw;
      outcomes.add(error);
    }
  }
}

Reply Requester::first_supported(const Part& part, const Bindings& bindings,
                                 Clock::time_point now) {
  std::optional<Error> first;
  for (const Request& alternative : part.first) {
    try {
      return call(bound(alternative, bindings), now);
    } catch (const Error& error) {
      // Only if this box does not support it the next one is tried: after a transient failure a
      // counter must not come from another source.
      if (error.refusal() != Refusal::unsupported) throw;
      if (!first) first = error;
    }
  }
  throw Error(*first);
}

Reply Requester::call(const Request& request, Clock::time_point now) {
  const std::string key = describe(request);
  RequestState& state = requests_[key];
  const bool is_first = std::exchange(state.turn, turn_) != turn_;
  state.used = now;
  if (request.keep.count() == 0) return call_in_turn(request, key, state, now, is_first);
  const auto cached = cached_.find(key);
  if (cached != cached_.end() && now - cached->second.asked < request.keep)
    return cached->second.reply;
  Reply reply = call_device(request, state.capability, now);
  cached_[key] = {reply, now};
  return reply;
}

Reply Requester::call_in_turn(const Request& request, const std::string& key, RequestState& state,
                              Clock::time_point now, bool is_first) {
  if (const auto answer = replies_of_turn_.find(key); answer != replies_of_turn_.end())
    return answer->second;
  if (!is_first) state.is_repeated = true;
  Reply reply = call_device(request, state.capability, now);
  if (state.is_repeated) replies_of_turn_[key] = reply;
  return reply;
}

void Requester::report(const Request& request, const Error* error) const {
  if (request_done_) request_done_(request, error);
}

Reply Requester::call_device(const Request& request, Capability& capability,
                             Clock::time_point now) {
  if (const auto stranger = strangers_.find(request.verb); stranger != strangers_.end())
    throw Stranger(stranger->second);
  if (!capability.worth_asking(now)) {
    ask_again_ = std::min(ask_again_, capability.ask_again());
    throw Error(ErrorKind::refused, capability.reason(),
                capability.support() == Support::denied ? Refusal::denied : Refusal::unsupported);
  }
  const Clock::time_point before = capability.ask_again();
  const auto count_change = [&] {
    if (capability.ask_again() != before) ++changes_;
  };
  ++sent_;
  try {
    Reply reply = device_.call(request);
    capability.answered();
    count_change();
    report(request, nullptr);
    return reply;
  } catch (const Error& error) {
    if (const auto* const stranger = dynamic_cast<const Stranger*>(&error))
      strangers_.emplace(request.verb, stranger->what());
    if (error.refusal() == Refusal::none)
      capability.failed();
    else
      capability.refused(error.refusal(), error.what(), now);
    if (!capability.worth_asking(now)) ask_again_ = std::min(ask_again_, capability.ask_again());
    count_change();
    report(request, &error);
    throw;
  }
}

/// Loops ask for what comes and goes (a station, a call): what was not asked for within an hour, or
/// would make more than kMostRequests, is forgotten.
void Requester::forget_unused(Clock::time_point now) {
  if (last_cleanup_ == Clock::time_point()) last_cleanup_ = now;
  if (now - last_cleanup_ < kUnused && requests_.size() <= kMostRequests) return;
  last_cleanup_ = now;
  Clock::time_point oldest = now - kUnused;
  if (requests_.size() > kMostRequests) {
    std::vector<Clock::time_point> times;
    for (const auto& [request, state] : requests_) times.push_back(state.used);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    oldest = std::max(oldest, *middle);
  }
  if (std::erase_if(requests_, [&](const auto& entry) { return entry.second.used < oldest; }) > 0)
    ++changes_;
  std::erase_if(cached_, [&](const auto& entry) { return !requests_.contains(entry.first); });
}

void Requester::check_epoch() {
  const Epoch epoch = device_.epoch();
  if (epoch == epoch_) return;
  epoch_ = epoch;
  cached_.clear();
  replies_of_turn_.clear();
  ask_all_at_once();
}

std::map<std::string, Capability> Requester::capabilities() const {
  std::map<std::string, Capability> all;
  for (const auto& [request, state] : requests_) all.emplace(request, state.capability);
  return all;
}

void Requester::restore(const std::map<std::string, Capability>& capabilities) {
  for (const auto& [request, capability] : capabilities) requests_[request].capability = capability;
}

void Requester::ask_all_at_once() {
  for (auto& [request, state] : requests_) state.capability.ask_at_once();
  ++changes_;
}

}  // namespace boxmeter
