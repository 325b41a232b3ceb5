#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/keys.h"
#include "yaml/yaml.h"

// Reading a parsed file strictly.  All are views: the Document must outlive them.  One thread at a
// time.
namespace boxmeter {

/// A value and the name that messages give it.  Accessors throw a Mistake if the value has another
/// form.
class Value {
 public:
  /// The whole file.  `mistakes` outlives it and all that is read of it: collect(), a Section's
  /// constructor and its typed readers gather mistakes there.  Everything else throws the first
  /// one, and without `mistakes` these do, too.
  explicit Value(const Document& document, Mistakes* mistakes = nullptr);
  Value(const Value& parent, const YamlNode& node, std::string name)
      : node_(&node),
        file_(node.file != nullptr ? node.file : parent.file_),
        mistakes_(parent.mistakes_),
        name_(std::move(name)) {}

  bool is_null() const { return node_->kind == YamlNode::Kind::null; }
  bool is_scalar() const { return node_->kind == YamlNode::Kind::scalar; }
  bool is_list() const { return node_->kind == YamlNode::Kind::list; }
  bool is_map() const { return node_->kind == YamlNode::Kind::map; }

  /// "'interval'"
  const std::string& name() const { return name_; }
  /// "file:line:column"
  std::string place() const { return position().text(); }
  FilePosition position() const { return {.file = *file_, .mark = node_->mark}; }
  Mistake problem(const std::string& what) const { return {position(), what}; }
  /// The mistake for a key that has no value, or only what YAML reads as a comment.
  Mistake no_value() const;
  /// Runs `step`.  An Error becomes a Mistake at this place, whatever its kind; a Mistake, which
  /// has a place of its own, passes.
  template <typename Step>
  decltype(auto) placed(Step&& step) const {
    try {
      return std::forward<Step>(step)();
    } catch (const Mistake&) {
      throw;
    } catch (const Error& error) {
      throw problem(error.what());
    }
  }
  /// Runs `step` and gathers a mistake that leaves it, so that the caller goes on with what does
  /// not depend on it.  False when there was one.
  template <typename Step>
  bool collect(Step&& step) const {
    if (mistakes_ != nullptr) return mistakes_->collect(std::forward<Step>(step));
    std::forward<Step>(step)();
    return true;
  }

  /// The scalar as it stands in the file, without quotes.  One that continues in the next line is
  /// refused: most often a colon is missing there, and what follows may be a secret.
  const std::string& raw() const;
  /// An unquoted value followed by a '#' that is probably part of it: of `password: pa #ss` only
  /// "pa" is read.
  bool is_cut_by_comment() const { return node_->cut_by_comment; }
  /// The scalar with `${NAME}` replaced by the environment's; `$${` stands for `${`.
  std::string text() const;
  /// The same for texts that may have several lines.
  std::string prose() const;
  /// A hash of the value, but not of where it stands in the file.
  std::size_t hash() const;
  /// The word, and not in quotes.
  bool is_word(std::string_view word) const;

  /// The members of a list.
  std::vector<Value> list() const;
  /// The members of a list, or the value alone.
  std::vector<Value> list_or_one() const;
  /// A copy of this mapping plus the members of the mapping `others` whose key `is_wanted` accepts;
  /// equal keys are not merged.  Each member keeps its place in the file.
  YamlNode with_members_of(const Value& others,
                           const std::function<bool(const std::string& key)>& is_wanted) const;
  /// The members of a mapping whose keys are the user's.  A key that stands twice is a mistake.
  struct Entry;
  std::vector<Entry> entries() const;

 private:
  Mistake wrong_type(const std::string& wanted) const;
  const std::string& scalar() const;
  std::string substituted() const;

  const YamlNode* node_;
  const std::string* file_;
  Mistakes* mistakes_ = nullptr;
  std::string name_;
};

struct Value::Entry {
  Value key;
  Value value;
};

/// A mapping with a known set of keys.  An unknown key is a mistake; the other keys are read all
/// the same.
class Section {
 public:
  /// `more` are keys that only this one has, such as those of a device's kind.
  explicit Section(Value value, Keys keys, Keys more = {});
  /// A section with these key names and no table: use find() and required(); the typed readers
  /// below throw std::logic_error.
  Section(Value value, const std::vector<std::string>& known);

  bool has_unknown_keys() const { return !unknown_.empty(); }
  /// The value of a key; nullopt if the key is absent.  Throws if it is there without a value.
  std::optional<Value> find(std::string_view key) const;
  bool has(std::string_view key) const;
  /// The same; absent, it is a Mistake, or AlreadyReported if the key is probably misspelt.
  Value required(std::string_view key) const;
  /// Call before reporting one of `keys` as missing.  Throws AlreadyReported if an unknown key that
  /// was already reported is probably a misspelling of one of them.
  void expect_not_misspelt(std::initializer_list<std::string_view> keys) const;
  /// Where the key itself stands.  Precondition: has(key).
  Value key(std::string_view key) const;

  // Typed readers.  Type, bounds, choices and default come from the key's row.  Empty if the key is
  // absent and has no default.  A mistake is added to those of the file and the result is empty;
  // where none are gathered it is thrown.  Throws std::logic_error if the table has no row of that
  // type for the key.
  std::optional<std::string> text(std::string_view key) const;  // of rows of type file and URL, too
  std::optional<std::string> word(std::string_view key) const;
  /// `what` is what messages call it: "device name".
  std::optional<std::string> name(std::string_view key, const std::string& what) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::uint64_t> integer(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<std::chrono::milliseconds> duration(std::string_view key) const;
  std::optional<std::size_t> size(std::string_view key) const;

  const Value& value() const { return value_; }
  Mistake problem(const std::string& what) const { return value_.problem(what); }
  template <typename Step>
  bool collect(Step&& step) const {
    return value_.collect(std::forward<Step>(step));
  }

 private:
  void refuse_unknown_keys(const std::vector<std::string>& known);
  const Key* secret_before(std::size_t entry) const;
  const Key* secret_at_start(std::string_view key) const;
  const Key& row(std::string_view key, std::initializer_list<KeyType> types) const;
  std::optional<Value> given(const Key& row) const;
  template <typename T, typename Read, typename Parse>
  std::optional<T> typed(const Key& row, Read read, Parse parse_default) const;

  Value value_;
  std::vector<Value::Entry> entries_;
  std::vector<std::string> unknown_;  // keys
  Keys keys_ = {};
  Keys more_ = {};
};

}  // namespace boxmeter
