#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/rows.h"

// extract()'s middle: what a row says, as text, label or number.  Pure; nothing here throws.
namespace boxmeter {

/// As text, with true = 1 and false = 0.
bool same_text(std::string_view a, std::string_view b);
bool among(std::string_view text, const std::vector<std::string>& texts);

/// text_of() without a copy of strings; `scratch` holds the rest.
std::string_view text_of(const nlohmann::json& value, std::string& scratch);

/// {}, [] and "" say nothing, like null.
bool says_nothing(const nlohmann::json& value);

/// The pieces of a split string, trimmed, without empty ones; an array's own elements.
nlohmann::json pieces_of(const nlohmann::json& value, const std::string& separator);

/// What the addends of a sum make together; none when one of them is missing or no number.
/// `misread` as that of number_of().
std::optional<Number> total_of(const std::vector<Source>& addends, const Row& row,
                               std::string& misread);
nlohmann::json to_json(const Number& number);

/// Shows `use` the values that a path leads to in a row, without copying them, and none of them
/// null: with `all` every one of a path with `*`, else the first.
template <typename Use>
void read(const Path& path, const Row& row, bool all, Use&& use) {
  nlohmann::json key;
  if (!all || !path.has_star() || path.ends_in_key()) {
    if (const auto* value = path.at(row.place, row.iteration, key)) use(*value);
    return;
  }
  for (const Place& place : path.find(row.place, row.iteration, Lone::never))
    if (!place.value().is_null()) use(place.value());
}

/// The same for a source: with `all` also every piece of a split string, else the first.
template <typename Use>
void read(const Source& source, const Row& row, bool all, Use&& use) {
  if (source.constant) return use(nlohmann::json(*source.constant));
  if (!source.sum.empty()) {
    std::string misread;
    if (const auto total = total_of(source.sum, row, misread)) use(to_json(*total));
    return;
  }
  if (source.split.empty()) return read(source.path, row, all, use);
  read(source.path, row, all, [&](const nlohmann::json& value) {
    for (const nlohmann::json& piece : pieces_of(value, source.split)) {
      use(piece);
      if (!all) return;
    }
  });
}

/// After `match` and `map`; a view of `text` or of `map`.
std::optional<std::string_view> refined(std::string_view text, const RegexPtr& match,
                                        const Mapping& map);

/// One value of a source as the rule's number: `absent`, `match`, `map`, number, scale, offset.
/// Where something stands behind a number that is none of the rule's units, `misread` says what.
std::optional<Number> number_of(const Rule& rule, const Source& source, const nlohmann::json& value,
                                std::string& misread);

/// One value as the text that selects a state; `scratch` holds it where it must.
std::optional<std::string_view> state_text_of(const Rule& rule, const nlohmann::json& value,
                                              std::string& scratch);

/// "" where absent, and with `problem` set where it is an array or object.
std::string label_of(const LabelRule& label, const Row& row, std::string& problem);

/// The values of the rule's labels, in its order, "" where absent.  None when one of them is an
/// array or object: `problem` says which.
std::optional<std::vector<std::string>> labels_of(const Rule& rule, const Row& row,
                                                  std::string& problem);

}  // namespace boxmeter
