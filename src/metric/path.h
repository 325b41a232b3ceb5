#pragma once
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter {

/// Where a Path stands: a value inside a reply, with the way back to the root, so that `..` and `~`
/// have an answer.  A view: the reply must outlive it.
class Place {
 public:
  explicit Place(const nlohmann::json& root);

  const nlohmann::json& value() const { return *steps_.back().value; }
  Place member(const std::string& key) const;  // precondition: an object that has it
  Place element(std::size_t index) const;      // precondition: an array that has it
  std::optional<Place> parent() const;         // nothing above the root
  std::optional<nlohmann::json> key() const;   // the member's name or index; none at the root

 private:
  struct Step {
    const nlohmann::json* value;
    std::string key;
    std::optional<std::size_t> index;
  };
  std::vector<Step> steps_;
};

/// A path of the query language (design.md section 4): names and indices joined by `/`, `*`, `..`,
/// a final `~`, `$name/...` from the iteration, RFC 6901 escapes; the empty path is the place
/// itself.  Immutable, any thread.
class Path {
 public:
  Path() = default;

  /// Throws Error{config} with what is wrong and the way out.
  static Path parse(std::string_view text);

  /// Every place that the path leads to, in the order of the reply.  `iteration` is the object that
  /// `$name` starts in ({loop variable, reply or parts}); null where there is none.
  std::vector<Place> find(const Place& from, const Place* iteration) const;

  /// The value that a path without `*` leads to; a copy, because `~` makes one.  Absent when there
  /// is none.
  std::optional<nlohmann::json> value(const Place& from, const Place* iteration) const;

  bool has_star() const;
  /// The name behind `$`, empty for a path that starts at the row.
  const std::string& variable() const { return variable_; }
  const std::string& text() const { return text_; }

 private:
  enum class StepKind { name, star, up, key };
  struct Step {
    StepKind kind;
    std::string name;
  };
  std::string text_;
  std::string variable_;
  std::vector<Step> steps_;
};

}  // namespace boxmeter
