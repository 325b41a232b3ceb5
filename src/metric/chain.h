#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/rows.h"

// The second step of extract(): from the values of a row to texts, labels and numbers.  Pure;
// nothing here throws.
namespace boxmeter {

/// Whether both are equal as text, where true equals 1 and false equals 0.
bool same_text(std::string_view a, std::string_view b);
bool among(std::string_view text, const std::vector<std::string>& texts);

/// text_of() without copying strings; other values are written into `scratch`, and the result is a
/// view of it.
std::string_view text_of(const nlohmann::json& value, std::string& scratch);

/// Whether the value is null, {}, [] or "".
bool is_empty_value(const nlohmann::json& value);

/// The pieces of a split string, trimmed, without empty ones; an array's own elements.
nlohmann::json pieces_of(const nlohmann::json& value, const std::string& separator);

/// The sum of the addends; nullopt if one of them is missing or no number.  `leftover` as that of
/// number_of().
std::optional<Number> sum_of(const std::vector<Source>& addends, const Row& row,
                             std::string& leftover);
nlohmann::json to_json(const Number& number);

/// Calls `use` with the values that a path leads to in a row, but not with null, and without
/// copying them: with `all` every value of a path with `*`, else only the first.
template <typename Use>
void read(const Path& path, const Row& row, bool all, Use&& use) {
  nlohmann::json key;
  if (!all || !path.has_star() || path.ends_in_key()) {
    if (const auto* value = path.at(row.node, row.iteration, key)) use(*value);
    return;
  }
  for (const JsonNode& node : path.find(row.node, row.iteration, SingleElement::never))
    if (!node.value().is_null()) use(node.value());
}

/// The same for a source: with `all` also every piece of a split string, else the first.
template <typename Use>
void read(const Source& source, const Row& row, bool all, Use&& use) {
  if (source.constant) return use(nlohmann::json(*source.constant));
  if (!source.sum.empty()) {
    std::string leftover;
    if (const auto total = sum_of(source.sum, row, leftover)) use(to_json(*total));
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

/// `text` after `match` and `map`, as a view of `text` or of `map`; nullopt if one of them has
/// nothing for it.
std::optional<std::string_view> matched_and_mapped(std::string_view text, const RegexPtr& match,
                                                   const Mapping& map);

/// One value of a source as the rule's number, after `absent`, `match`, `map`, `scale` and
/// `offset`; nullopt: absent.  If something follows the number that is none of the rule's units,
/// `leftover` says what.
std::optional<Number> number_of(const Rule& rule, const Source& source, const nlohmann::json& value,
                                std::string& leftover);

/// One value as the text that selects a state; may be a view of `scratch`.
std::optional<std::string_view> state_text_of(const Rule& rule, const nlohmann::json& value,
                                              std::string& scratch);

/// The value of one label: "" if it is absent, or if it is an array or object; then `problem` says
/// so.
std::string label_of(const LabelRule& label, const Row& row, std::string& problem);

/// The values of the rule's labels, in its order, "" where absent.  None when one of them is an
/// array or object: `problem` says which.
std::optional<std::vector<std::string>> labels_of(const Rule& rule, const Row& row,
                                                  std::string& problem);

}  // namespace boxmeter
