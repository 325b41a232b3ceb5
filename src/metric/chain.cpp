#include "metric/chain.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "metric/bounds.h"

namespace boxmeter {
namespace {

using nlohmann::json;

// Text beyond this is ignored when a label is read: the label would be cut anyway, and a text of a
// megabyte that a thousand rows share would be searched a thousand times.
constexpr std::size_t kLongestText = 4 * kLongestLabel;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// 32 ones are the word for "not known" of the data model that boxes follow (TR-098).  A size may
/// have as many bytes.
bool is_all_ones(const Number& number, std::string_view metric) {
  return number == Number(std::uint64_t{0xFFFFFFFF}) && !metric.ends_with("_bytes");
}

/// What a box writes where it has nothing to say.
bool admits_ignorance(std::string_view text) {
  constexpr std::string_view kWords[] = {"", "-", "--", "unknown", "undefined", "n/a", "null"};
  const std::string word = lower(trim(text));
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

std::string_view without_booleans(std::string_view text) {
  if (text == "true") return "1";
  if (text == "false") return "0";
  return text;
}

std::optional<std::string_view> matched(std::string_view text, const RegexPtr& match) {
  if (match == nullptr) return text;
  re2::StringPiece group;
  if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *match, &group)) return {};
  return std::string_view(group.data() == nullptr ? "" : group.data(), group.size());
}

const std::string* listed(const Mapping& map, std::string_view text) {
  for (const auto& [from, to] : map.entries)
    if (same_text(text, from)) return &to;
  return nullptr;
}

/// `else` of a map is for words that mean something: a link that is "unknown" is not down.
bool is_no_word_for_else(std::string_view text, const Rule& rule) {
  if (!rule.map.otherwise || rule.family->foreign) return false;
  const auto word = matched(text, rule.match);
  return word && admits_ignorance(*word) && listed(rule.map, *word) == nullptr;
}

std::optional<Number> plain_number(const json& value, const std::vector<std::string>& units,
                                   std::string& rest) {
  switch (value.type()) {
    case json::value_t::boolean:
      return Number(std::uint64_t{value.get<bool>()});
    case json::value_t::number_unsigned:
      return Number(value.get<std::uint64_t>());
    case json::value_t::number_integer:
      return Number(value.get<std::int64_t>());
    case json::value_t::number_float:
      return Number(value.get<double>());
    case json::value_t::string:
      return Number::parse_measured(without_booleans(value.get_ref<const std::string&>()), units,
                                    rest);
    default:
      return {};
  }
}

bool is_absent(const Number& number, const std::vector<std::string>& absent) {
  return std::any_of(absent.begin(), absent.end(), [&](const std::string& text) {
    const auto other = Number::parse(text);
    return other && *other == number;
  });
}

/// Does not name the number: the text must be the same in every poll, so that it is logged once.
std::string leftover_problem(const std::string& rest, const std::vector<std::string>& units) {
  return "'" + shortened(rest, 40) + "' stands behind its number" +
         (units.empty() ? "" : " (units: " + joined(units) + ")");
}

std::string without(std::string_view text, std::string_view characters) {
  std::string left(text);
  std::erase_if(left, [&](char c) { return characters.find(c) != std::string_view::npos; });
  return left;
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) {
  return without_booleans(a) == without_booleans(b);
}

bool among(std::string_view text, const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& other) { return same_text(text, other); });
}

std::string_view text_of(const json& value, std::string& scratch) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  scratch = text_of(value);
  return scratch;
}

bool is_empty_value(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.empty();
}

json pieces_of(const json& value, const std::string& separator) {
  if (value.is_array()) return value;
  json pieces = json::array();
  std::string scratch;
  for (const std::string_view piece : split(text_of(value, scratch), separator.front()))
    if (!trim(piece).empty()) pieces.push_back(trim(piece));
  return pieces;
}

std::optional<Number> sum_of(const std::vector<Source>& addends, const Row& row,
                             std::string& leftover) {
  Number total;
  for (const Source& addend : addends) {
    std::optional<Number> number;
    std::string rest;
    read(addend, row, /*all=*/false, [&](const json& value) {
      if (value.is_structured()) return;
      std::string scratch;
      if (addend.match == nullptr)
        number = plain_number(value, {}, rest);
      else if (const auto text = matched_and_mapped(text_of(value, scratch), addend.match, {}))
        number = Number::parse_measured(*text, {}, rest);
      if (!rest.empty()) leftover = leftover_problem(rest, {});
    });
    if (!number) return {};
    total = total + number->scaled(addend.scale, 0.0);
  }
  return total;
}

json to_json(const Number& number) {
  return number.is_integer() ? json::parse(number.text()) : json(number.to_double());
}

std::optional<std::string_view> matched_and_mapped(std::string_view text, const RegexPtr& match,
                                                   const Mapping& map) {
  const auto found = matched(text, match);
  if (!found || map.empty()) return found;
  if (const auto* to = listed(map, *found)) return *to;
  if (map.otherwise) return *map.otherwise;
  return {};
}

std::optional<Number> number_of(const Rule& rule, const Source& source, const json& value,
                                std::string& leftover) {
  if (value.is_structured()) return {};
  std::optional<Number> number;
  std::string rest;
  if (rule.absent.empty() && rule.match == nullptr && rule.map.empty()) {
    number = plain_number(value, rule.units, rest);
  } else {
    std::string scratch;
    const std::string_view text = text_of(value, scratch);
    if (among(text, rule.absent)) return {};
    if (rule.match == nullptr && rule.map.empty())
      number = plain_number(value, rule.units, rest);
    else if (const auto result = matched_and_mapped(text, rule.match, rule.map);
             result && !is_no_word_for_else(text, rule))
      number = Number::parse_measured(*result, rule.units, rest);
    // `absent: 0` also means "0.0" and "0 dBm".
    if (number && rule.map.empty() && is_absent(*number, rule.absent)) return {};
  }
  if (!rest.empty()) leftover = leftover_problem(rest, rule.units);
  if (!number) return {};
  const Family& family = *rule.family;
  if (!family.foreign && is_all_ones(*number, family.name)) return {};
  number = number->scaled(source.scale, 0.0).scaled(rule.scale, rule.offset);
  if (!number->is_finite()) return {};
  if (family.type == MetricType::counter && number->is_negative()) return {};
  if (!family.foreign && !bounds_of(family.name, family.help).hold(number->to_double())) return {};
  return number;
}

std::optional<std::string_view> state_text_of(const Rule& rule, const json& value,
                                              std::string& scratch) {
  if (value.is_structured()) return {};
  const std::string_view text = text_of(value, scratch);
  if (among(text, rule.absent)) return {};
  const auto result = matched_and_mapped(text, rule.match, rule.map);
  if (!result || result->empty()) return {};
  return result;
}

std::string label_of(const LabelRule& label, const Row& row, std::string& problem) {
  if (label.source.constant) return *label.source.constant;
  std::string result;
  read(label.source, row, /*all=*/false, [&](const json& value) {
    if (value.is_structured()) {
      if (!value.empty())
        problem = "label '" + label.name + "': '" + label.source.path.text() + "' is an " +
                  value.type_name() + ", not a text";
      return;
    }
    std::string scratch;
    std::string_view text = text_of(value, scratch);
    if (text.size() > kLongestText) text = text.substr(0, kLongestText);
    std::string left;
    if (!label.remove.empty()) text = left = without(text, label.remove);
    if (label.lower) text = left = lower(text);
    if (const auto chosen = matched_and_mapped(text, label.match, label.map))
      result = repair_utf8(*chosen);
  });
  // Prometheus takes a NUL for the end of the page.
  for (std::size_t at = 0; (at = result.find('\0', at)) != std::string::npos;)
    result.replace(at, 1, kReplacement);
  return result.empty() ? label.fallback : result;
}

std::optional<std::vector<std::string>> labels_of(const Rule& rule, const Row& row,
                                                  std::string& problem) {
  std::vector<std::string> values;
  values.reserve(rule.labels.size());
  for (const LabelRule& label : rule.labels) {
    values.push_back(label_of(label, row, problem));
    if (!problem.empty()) return {};
  }
  return values;
}

}  // namespace boxmeter
