#include "publish/site/overview.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "publish/site/human.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostNamed = 5;

std::string named(std::vector<std::string> names) {
  const std::size_t others = names.size() - std::min(names.size(), kMostNamed);
  names.resize(names.size() - others);
  return joined(names) + (others == 0 ? "" : " and " + std::to_string(others) + " more");
}

Problem box_down(const BoxFacts& box, const WayOut& way_out) {
  const bool is_login = box.failure && box.failure->kind == ErrorKind::auth;
  Problem problem{.box = box.name,
                  .what = is_login ? "refuses the login" : "does not answer",
                  .tried = box.failed,
                  .again = box.next};
  if (box.failure) {
    problem.details = {box.failure->message};
    problem.way_out = way_out(box.kind, box.failure->kind, Support::failing);
  }
  return problem;
}

Problem queries(const BoxFacts& box, const BoxFacts::Queries& some, Support support,
                const WayOut& way_out) {
  const bool is_denied = support == Support::denied;
  return {.weight = is_denied ? Problem::Weight::note : Problem::Weight::warn,
          .box = box.name,
          .what = (is_denied ? "does not allow " : "does not answer ") +
                  counted(some.names.size(), "query", "queries") + ": " + named(some.names),
          .details = {some.failure.message},
          .way_out = way_out(box.kind, some.failure.kind, support)};
}

void add_readings(const BoxFacts& box, std::vector<Problem>& all) {
  const BoxReadings& now = box.readings;
  const auto add = [&](Problem::Weight weight, std::string what, std::string remedy) {
    all.push_back(
        {.weight = weight, .box = box.name, .what = std::move(what), .way_out = std::move(remedy)});
  };
  const auto bad = std::ranges::find(box.lines, Grade::bad, &LineHealth::grade);
  if (now.wan_connected == 0)
    add(Problem::Weight::bad,
        "has no internet connection" +
            (now.wan_state.empty() || now.wan_state == "down" ? "" : " (" + now.wan_state + ")"),
        bad != box.lines.end()
            ? "its line is the cause (" + bad->words +
                  "): check plug and cable, then ask the provider"
            : "the line is there: check the provider's login in the box, then ask the provider");
  else if (bad != box.lines.end())
    add(Problem::Weight::warn, bad->words + (bad->numbers.empty() ? "" : ": " + bad->numbers),
        "check plug and cable between box and wall, then ask the provider");
  constexpr double kHot = 90;
  if (now.temperature && *now.temperature > kHot)
    add(Problem::Weight::warn, "is hot: " + short_number(*now.temperature) + " °C",
        "give it air: upright, not on other devices, not in the sun");
  if (now.update_available == 1)
    add(Problem::Weight::note, "has newer firmware to offer", "install it on the box's own page");
}

Problem sink_stands(const SinkStatus& sink) {
  return {.weight = Problem::Weight::warn,
          .what = "The sink " + sink.name + " takes nothing",
          .details = {sink.last_error},
          .way_out = "nothing is lost so far: " +
                     counted(sink.queued_objects, "object waits", "objects wait") +
                     "; is the listener running, and is 'url' its address?"};
}

/// Its text says in the first line that it failed.
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
  if (!box.failing.names.empty())
    all.push_back(queries(box, box.failing, Support::failing, way_out));
  if (!box.denied.names.empty()) all.push_back(queries(box, box.denied, Support::denied, way_out));
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
  std::ranges::stable_sort(all, {}, &Problem::weight);
  return all;
}

}  // namespace boxmeter
