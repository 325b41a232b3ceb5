#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/yaml.h"

// Reading a parsed file strictly.  Views: the Document outlives them.
namespace boxmeter {

/// A value and what messages call it.  What is not as asked for throws Error{config} with the
/// place.
class Value {
 public:
  explicit Value(const Document& document)
      : node_(&document.root), file_(&document.name), name_("the file") {}
  Value(const Value& parent, const YamlNode& node, std::string name)
      : node_(&node), file_(parent.file_), name_(std::move(name)) {}

  bool is_null() const { return node_->kind == YamlNode::Kind::null; }
  bool is_scalar() const { return node_->kind == YamlNode::Kind::scalar; }
  bool is_list() const { return node_->kind == YamlNode::Kind::list; }
  bool is_map() const { return node_->kind == YamlNode::Kind::map; }

  /// "'interval'"
  const std::string& name() const { return name_; }
  /// "file:line:column"
  std::string place() const;
  Error problem(const std::string& what) const { return problem_at(*file_, node_->mark, what); }
  /// Runs `step`; an Error leaving it gets this place in front.
  template <typename Step>
  auto placed(Step&& step) const {
    return within(place(), std::forward<Step>(step));
  }

  /// The scalar as it stands in the file, without quotes.
  const std::string& raw() const;
  /// The scalar with `${NAME}` replaced by the environment's; `$${` stands for `${`.
  std::string text() const;
  /// The word, and not in quotes.
  bool is_word(std::string_view word) const;

  /// The members of a list.
  std::vector<Value> list() const;
  /// The members of a list, or the value alone.
  std::vector<Value> list_or_one() const;
  /// The members of a mapping whose keys are the user's.
  struct Entry;
  std::vector<Entry> entries() const;

 private:
  Error wrong_type(const std::string& wanted) const;

  const YamlNode* node_;
  const std::string* file_;
  std::string name_;
};

struct Value::Entry {
  Value key;
  Value value;
};

/// A mapping of which we know the keys; any other one is refused at once.
class Section {
 public:
  Section(Value value, const std::vector<std::string>& known);

  /// None when the key is absent; Error when it is there with nothing behind it.
  std::optional<Value> find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key).has_value(); }
  Value required(std::string_view key) const;
  /// Where the key itself stands.  Precondition: has(key).
  Value key(std::string_view key) const;

  const Value& value() const { return value_; }
  Error problem(const std::string& what) const { return value_.problem(what); }

 private:
  Value value_;
  std::vector<Value::Entry> entries_;
};

}  // namespace boxmeter
