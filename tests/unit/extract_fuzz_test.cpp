#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "rules.h"

namespace boxmeter::extract_fuzz_test {

// Random paths, rules and replies from fixed seeds: nothing crashes (the sanitizer builds run this
// too), and what must hold for every reply does.
using nlohmann::json;

namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t sides) { return engine_() % sides; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  std::mt19937 engine_;  // the same numbers on every machine
};

const std::vector<std::string> kNames{"a", "b", "id", "a/b", "~", "", "0", "1", "\xFF", "reply"};

json random_json(Dice& dice, int depth) {
  static const std::vector<json> kScalars{nullptr,
                                          true,
                                          false,
                                          0,
                                          -1,
                                          255,
                                          18446744073709551615U,
                                          INT64_MIN,
                                          0.1,
                                          1e300,
                                          "",
                                          "-",
                                          "a",
                                          "1",
                                          "true",
                                          "0x1F",
                                          "40,41",
                                          " 42 ",
                                          "1e400",
                                          "K\xFC"
                                          "che",
                                          json::object(),
                                          json::array()};
  if (depth == 0 || dice.below(3) == 0) return dice.pick(kScalars);
  json made = dice.below(2) == 0 ? json::array() : json::object();
  for (std::size_t i = dice.below(5); i > 0; --i) {
    if (made.is_array())
      made.push_back(random_json(dice, depth - 1));
    else
      made[dice.pick(kNames)] = random_json(dice, depth - 1);
  }
  return made;
}

std::string random_path(Dice& dice) {
  static const std::vector<std::string> kSteps{"a",  "b",  "id",   "*",  "*",    "..",    "~", "~0",
                                               "~1", "$a", "a~1b", "0",  "1",    "reply", "",  "~2",
                                               "$",  "*x", "...",  "01", "\xFF", "$reply"};
  std::string path;
  for (std::size_t i = dice.below(5); i > 0; --i) path += dice.pick(kSteps) + (i > 1 ? "/" : "");
  return path;
}

/// None where the random text is no path.
std::optional<Path> parsed(const std::string& text) {
  try {
    return Path::parse(text);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with("path '" + text + "': "));
    return {};
  }
}

Path valid_path(Dice& dice) {
  for (;;)
    if (auto path = parsed(random_path(dice))) return *path;
}

Source random_source(Dice& dice) {
  if (dice.below(8) == 0) return {.constant = dice.pick(kNames)};
  Source source{.path = valid_path(dice)};
  if (dice.below(6) == 0) source.split = ",";
  if (dice.below(6) == 0) source.scale = 1e300;
  return source;
}

std::vector<Source> random_sources(Dice& dice) {
  std::vector<Source> sources(dice.below(3));
  for (Source& source : sources) source = random_source(dice);
  return sources;
}

Rule random_rule(Dice& dice) {
  const auto type = static_cast<MetricType>(dice.below(4));
  Rule rule{.family = std::make_shared<const Family>(
                Family{.name = dice.below(2) == 0 ? "box_a" : "box_b", .type = type})};
  rule.each = random_sources(dice);
  rule.value = random_sources(dice);
  for (const char* const name : {"k", "l"})
    if (dice.below(2) == 0) rule.labels.push_back({.name = name, .source = random_source(dice)});
  if (!rule.labels.empty() && dice.below(2) == 0)
    rule.labels[0].map = {.entries = {{"1", "one"}, {"a", "two"}}, .otherwise = "more"};
  if (dice.below(3) == 0) rule.where.push_back({.path = valid_path(dice), .none = {"1"}});
  if (dice.below(3) == 0) rule.absent = {"-1", "255"};
  if (type == MetricType::stateset) rule.states = {{"up", {"1", "a"}}, {"down", {}, true}};
  rule.fold = static_cast<Fold>(dice.below(5));
  rule.required = dice.below(2) == 0;
  return rule;
}

/// What the header promises of every extraction.
void check_promises(const Extraction& made, std::size_t limit) {
  std::size_t count = 0;
  std::set<std::pair<std::string, Labels>> seen;
  for (const Series& series : made.series) {
    CHECK_FALSE(series.points.empty());
    for (const Point& point : series.points) {
      ++count;
      CHECK(point.value.is_finite());
      if (series.family->type == MetricType::counter) CHECK_FALSE(point.value.is_negative());
      for (const auto& [name, value] : point.labels) CHECK_FALSE(value.empty());
      CHECK(seen.emplace(series.family->name, point.labels).second);
    }
  }
  CHECK(count <= limit);
}

}  // namespace

TEST_CASE("random paths over random replies never crash and keep their text") {
  Dice dice(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_path(dice);
    const auto path = parsed(text);
    if (!path) continue;
    REQUIRE(path->text() == text);
    const json reply = random_json(dice, 4);
    const JsonNode root(reply);
    for (const SingleElement single : {SingleElement::allowed, SingleElement::never})
      for (const JsonNode& place : path->find(root, &root, single)) {
        // The way back leads to the root.
        std::optional<JsonNode> at = place;
        while (const auto above = at->parent()) at = above;
        REQUIRE(&at->value() == &reply);
      }
    const auto places = path->find(root, &root);
    const auto value = path->value(root, &root);
    if (!path->ends_in_key())
      REQUIRE(value.has_value() == (!places.empty() && !places[0].value().is_null()));
  }
}

TEST_CASE("random rules over random replies never crash and keep every promise") {
  Dice dice(2);
  for (int round = 0; round < 5'000; ++round) {
    Query query;
    if (dice.below(2) == 0) query.loop = Loop{.variable = "a"};
    query.parts.push_back({.name = dice.below(2) == 0 ? "" : "b"});
    for (int i = 0; i < 3; ++i) query.rules.push_back(random_rule(dice));
    Choices choices;
    for (int poll = 0; poll < 2; ++poll) {
      const std::size_t limit = dice.below(20);
      check_promises(extract(query, random_json(dice, 4), limit, choices, {}), limit);
    }
  }
}

}  // namespace boxmeter::extract_fuzz_test
