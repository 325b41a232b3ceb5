#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxmeter {

/// How a value of a reply compares and prints as text: a string as it is, a number in its shortest
/// form, true and false, "" for null, an array or object as compact JSON.  Never throws: invalid
/// UTF-8 in a string stays, inside compact JSON it becomes U+FFFD.
std::string text_of(const nlohmann::json& value);

/// A node of a reply, as JSONPath (RFC 9535) has it: a value and its location, the ancestors up to
/// the root, which `..` and `~` need.  A view: the reply must outlive it.  Any thread.
class JsonNode {
 public:
  explicit JsonNode(const nlohmann::json& root);

  const nlohmann::json& value() const { return *steps_.back().value; }
  JsonNode member(const std::string& key) const;  // precondition: an object that has it
  JsonNode element(std::size_t index) const;      // precondition: an array that has it
  /// A child that is not in the reply, as if this were an array that has it: a piece of a split
  /// string, or a single element, which becomes a child of itself.
  JsonNode synthetic_child(const nlohmann::json& value, std::size_t index) const;
  std::optional<JsonNode> parent() const;     // nothing above the root
  std::optional<nlohmann::json> key() const;  // the member's name or index; none at the root

 private:
  friend class Path;
  struct Step {
    const nlohmann::json* value;
    const std::string* name;  // null: an element, or the root
    std::size_t index;
  };
  static std::optional<Step> child(const nlohmann::json& value, const std::string& name);
  static std::optional<nlohmann::json> key_of(const Step& step);

  std::vector<Step> steps_;
};

/// How a final `*` treats an object.
enum class SingleElement {
  allowed,  // with a scalar member it is a single element (for rules that read members by name)
  never     // always the list of its members (for rules that read only the row: empty path or `~`)
};

/// A path of the query language (docs/packs.md): names and indices joined by `/` (-1 is the last
/// element), `*`, `..`, a final `~`, `$name/...` from the iteration, RFC 6901 escapes (`~1` a
/// slash, `~0` a tilde); the empty path is the node itself.  `~` (the key or index) may only be the
/// last step, `$name` only the first; no step may be empty; `..` may not follow `*`.  Immutable,
/// any thread; only parse() throws.
///
/// `*` leads to every element of an array and every member of an object.  Null, {}, [] and "" have
/// none.  XML with one element in a list becomes that element and no array, so `*` also takes a
/// single element:
///   * a scalar is a single element;
///   * so is an object with a scalar member ({"ip": "192.0.2.1", "link": {..}}), and one that has
///     the member which the path names next (`Item/*/Name` over {"Item": {"Name": {..}}});
///   * every other object is a list of its members ({"00:00:5E:00:53:01": {..}, ..}); also one of
///     scalars where they themselves are read: `temperatures/*/~`, or SingleElement::never.
/// A single element counts as one level below itself, with the index 0, as if in an array of one:
/// `..` and `~` do not depend on how many elements there are.
class Path {
 public:
  Path() = default;

  /// Throws Error{config} that says what is wrong and what to write instead.
  static Path parse(std::string_view text);

  /// Every node that the path leads to, in the order of the reply.  `iteration`: the object in
  /// which
  /// `$name` is looked up ({loop variable, reply or parts}); with null, such a path finds nothing.
  /// A path that ends in `~` finds nothing here: use at().
  std::vector<JsonNode> find(const JsonNode& from, const JsonNode* iteration,
                             SingleElement single = SingleElement::allowed) const;

  /// The first value found; nullptr if there is none or if it is null.  Points into the reply, or,
  /// for a path ending in `~`, to `key`, which receives the name or index.
  const nlohmann::json* at(const JsonNode& from, const JsonNode* iteration,
                           nlohmann::json& key) const;

  /// The same as a copy.
  std::optional<nlohmann::json> value(const JsonNode& from, const JsonNode* iteration) const;

  bool has_star() const;
  bool ends_in_key() const;  // `~`
  /// The path reads the row itself, or its key, and nothing inside it.
  bool is_row() const;
  /// The name behind `$`, empty for a path that starts at the row.
  const std::string& variable() const { return variable_; }
  /// The name that it starts with: the variable, or the first step; empty where that is no name.
  const std::string& head() const;
  const std::string& text() const { return text_; }

 private:
  enum class StepKind { name, star, up, key };
  struct Step {
    StepKind kind;
    std::string name;
  };
  static Step parse_step(std::string_view piece, std::string_view path);
  void check() const;
  static void fan_out(const JsonNode& node, const Step* next, SingleElement single,
                      std::vector<JsonNode>& nodes);
  std::vector<JsonNode> walk(const JsonNode& from, const JsonNode* iteration,
                             SingleElement single) const;
  std::optional<JsonNode::Step> descend(const JsonNode& from, const JsonNode* iteration) const;

  std::string text_;
  std::string variable_;
  std::vector<Step> steps_;
  std::size_t ups_ = 0;  // how many `..` it starts with
  bool direct_ = true;   // after them nothing but names and `~`: needs no ancestors
};

}  // namespace boxmeter
