#include "publish/site/overview.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>

#include "base/text.h"
#include "publish/site/human.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostNamed = 3;

/// A message without its words that contain a number, an address or a path, to compare those of
/// boxes.
std::string shape_of(std::string_view message) {
  std::string shape;
  for (const std::string_view word : split(message, ' ')) {
    const bool is_own = word.find_first_of("0123456789/") != std::string_view::npos ||
                        word.substr(0, word.size() - 1).find('.') != std::string_view::npos;
    shape.append(is_own ? "#" : word).append(" ");
  }
  return shape;
}

std::string joined_cause(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all.append(part).append("\n");
  return all;
}

Problem box_down(const BoxFacts& box, const WayOut& way_out) {
  const bool is_login = box.failure && box.failure->kind == ErrorKind::auth;
  Problem problem{.boxes = {box.name},
                  .what = is_login ? "refuses the login" : "does not answer",
                  .of_many = is_login ? "refuse the login" : "do not answer",
                  .tried = box.failed,
                  .again = box.next};
  if (box.failure) {
    problem.details = {box.failure->message};
    problem.way_out = way_out(box.kind, box.failure->kind, Support::failing);
    problem.cause = joined_cause(
        {problem.what, name(box.failure->kind), problem.way_out, shape_of(box.failure->message)});
  }
  return problem;
}

Problem queries(const BoxFacts& box, const BoxFacts::Queries& some, Support support,
                const WayOut& way_out) {
  const bool is_denied = support == Support::denied;
  const bool is_one = some.messages.size() == 1;
  std::vector<std::string> names;
  for (const auto& [query, message] : some.messages) names.push_back(query);
  const std::string which = grouped(names.size(), "query", "queries") +
                            (names.size() <= kMostNamed ? ": " + joined(names) : "");
  Problem problem{.weight = is_denied ? Problem::Weight::note : Problem::Weight::warn,
                  .boxes = {box.name},
                  .what = (is_denied ? "does not allow " : "does not answer ") + which,
                  .of_many = (is_denied ? "do not allow " : "do not answer ") + which,
                  .details = {is_one ? some.messages.front().second : some.cause},
                  .way_out = way_out(box.kind, some.kind, support),
                  .queries = some.messages};
  problem.cause = joined_cause({problem.way_out, shape_of(some.cause), joined(names)});
  return problem;
}

/// The texts of a problem that the values of a box show.
struct ProblemText {
  Problem::Weight weight = Problem::Weight::warn;
  std::string what = {}, of_many = {}, detail = {}, way_out = {};
};

Problem problem_of(const BoxFacts& box, ProblemText text) {
  Problem problem{.weight = text.weight,
                  .boxes = {box.name},
                  .what = std::move(text.what),
                  .of_many = std::move(text.of_many),
                  .way_out = std::move(text.way_out)};
  if (!text.detail.empty()) problem.details = {std::move(text.detail)};
  problem.cause = joined_cause({problem.what, problem.way_out});
  return problem;
}

void add_readings(const BoxFacts& box, std::vector<Problem>& all) {
  const BoxReadings& now = box.readings;
  const auto bad = std::ranges::find(box.lines, Grade::bad, &LineHealth::grade);
  if (now.wan_connected == 0) {
    const std::string state =
        now.wan_state.empty() || now.wan_state == "down" ? "" : " (" + now.wan_state + ")";
    all.push_back(problem_of(
        box,
        {.weight = Problem::Weight::bad,
         .what = "has no internet connection" + state,
         .of_many = "have no internet connection" + state,
         .way_out = bad != box.lines.end()
                        ? "its line is the cause (" + bad->words +
                              "): check plug and cable, then ask the provider"
                        : "the line is there: check the provider's login in the box, then ask the "
                          "provider"}));
  } else if (bad != box.lines.end()) {
    all.push_back(problem_of(
        box, {.what = "has trouble with its line: " + bad->words,
              .of_many = "have trouble with their line: " + bad->words,
              .detail = bad->numbers,
              .way_out = "check plug and cable between box and wall, then ask the provider"}));
  }
  if (is_hot(now))
    all.push_back(
        problem_of(box, {.what = "is hot",
                         .of_many = "are hot",
                         .detail = short_number(*now.temperature) + " °C",
                         .way_out = "give it air: upright, not on other devices, not in the sun"}));
  if (now.update_available == 1)
    all.push_back(problem_of(box, {.weight = Problem::Weight::note,
                                   .what = "has newer firmware to offer",
                                   .of_many = "have newer firmware to offer",
                                   .way_out = "install it on the box's own page"}));
}

/// Adds the boxes of an equal problem; the details remain those of the first box, with its name.
void merge(Problem& problem, const Problem& other) {
  if (problem.boxes.size() == 1)
    for (std::string& detail : problem.details) detail.insert(0, problem.boxes.front() + ": ");
  problem.boxes.insert(problem.boxes.end(), other.boxes.begin(), other.boxes.end());
  problem.tried = std::max(problem.tried, other.tried);
  if (other.again && (!problem.again || *other.again < *problem.again)) problem.again = other.again;
}

std::vector<Problem> merged(std::vector<Problem> all) {
  std::vector<Problem> few;
  std::map<std::pair<Problem::Weight, std::string>, std::size_t> places;
  for (Problem& problem : all) {
    const auto [place, is_new] =
        places.emplace(std::pair(problem.weight, problem.cause), few.size());
    if (is_new || problem.cause.empty())
      few.push_back(std::move(problem));
    else
      merge(few[place->second], problem);
  }
  return few;
}

Problem sink_stands(const SinkStatus& sink) {
  return {.weight = Problem::Weight::warn,
          .what = "The sink " + sink.name + " takes nothing",
          .details = {sink.last_error},
          .way_out = "nothing is lost so far: " +
                     grouped(sink.queued_objects, "object waits", "objects wait") +
                     "; is the listener running, and is 'url' its address?"};
}

/// The first line of the outcome's text only says that it failed, as the headline here does.
Problem reload_failed(const ConfigStatus::Attempt& reload) {
  Problem problem{.what = "The configuration could not be reloaded, the one before stays in use",
                  .way_out = "correct the file, then reload again; 'boxmeter check' tries it",
                  .tried = reload.when};
  for (const std::string_view line : split(trim(reload.outcome.text), '\n'))
    problem.details.emplace_back(line);
  if (problem.details.size() > 1) problem.details.erase(problem.details.begin());
  return problem;
}

}  // namespace

std::vector<Problem> problems_of(const BoxFacts& box, const WayOut& way_out) {
  if (box.state == BoxState::down) return {box_down(box, way_out)};
  std::vector<Problem> all;
  add_readings(box, all);
  for (const BoxFacts::Queries& some : box.failing)
    all.push_back(queries(box, some, Support::failing, way_out));
  for (const BoxFacts::Queries& some : box.denied)
    all.push_back(queries(box, some, Support::denied, way_out));
  std::ranges::stable_sort(all, {}, &Problem::weight);
  return all;
}

std::vector<Problem> problems_of(const Overview& overview, const WayOut& way_out) {
  std::vector<Problem> all;
  if (const auto& last = overview.config.last_reload; last && !last->outcome.successful)
    all.push_back(reload_failed(*last));
  for (const BoxFacts& box : overview.boxes)
    std::ranges::move(problems_of(box, way_out), std::back_inserter(all));
  for (const SinkStatus& sink : overview.sinks)
    if (!sink.last_error.empty()) all.push_back(sink_stands(sink));
  all = merged(std::move(all));
  std::ranges::stable_sort(all, {}, &Problem::weight);
  return all;
}

}  // namespace boxmeter
