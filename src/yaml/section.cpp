#include "yaml/section.h"

#include <algorithm>

#include "base/environment.h"
#include "base/text.h"

namespace boxmeter {
namespace {

bool is_variable_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::ranges::all_of(name, fits);
}

/// The value may be a secret: no message quotes more of it than the name of a variable.
std::string variable(std::string_view name) {
  if (!is_variable_name(name))
    throw Error(ErrorKind::config,
                "'${' begins an environment variable such as ${NAME} (write '$${' for the two "
                "characters)");
  const std::string key(name);
  const auto found = environment(key);
  if (!found)
    throw Error(ErrorKind::config, "environment variable '" + key +
                                       "' is not set (write '$${' for the two characters '${')");
  if (!is_utf8(*found))
    throw Error(ErrorKind::config, "environment variable '" + key + "' is not UTF-8 text");
  return *found;
}

std::string substituted(std::string_view text) {
  std::string result;
  for (;;) {
    const auto dollar = text.find("${");
    if (dollar == std::string_view::npos) return result.append(text);
    if (dollar > 0 && text[dollar - 1] == '$') {
      result.append(text.substr(0, dollar - 1)).append("${");
      text.remove_prefix(dollar + 2);
      continue;
    }
    result.append(text.substr(0, dollar));
    text.remove_prefix(dollar + 2);
    const auto end = text.find('}');
    result.append(variable(end == std::string_view::npos ? "" : text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string Value::place() const {
  return *file_ + ":" + std::to_string(node_->mark.line) + ":" + std::to_string(node_->mark.column);
}

Error Value::wrong_type(const std::string& wanted) const {
  switch (node_->kind) {
    case YamlNode::Kind::null:
      return problem(name_ + " has no value");
    case YamlNode::Kind::scalar:
      return problem(name_ + " must be " + wanted + ", not a single value");
    case YamlNode::Kind::list:
      return problem(name_ + " must be " + wanted + ", not a list");
    case YamlNode::Kind::map:
      return problem(name_ + " must be " + wanted + ", not a mapping");
  }
  return problem(name_ + " must be " + wanted);
}

const std::string& Value::raw() const {
  if (!is_scalar()) throw wrong_type("a single value");
  return node_->text;
}

std::string Value::text() const {
  const std::string& text = raw();
  if (text.find("${") == std::string::npos) return text;
  return placed([&] { return substituted(text); });
}

bool Value::is_word(std::string_view word) const {
  return is_scalar() && !node_->quoted && node_->text == word;
}

std::vector<Value> Value::list() const {
  if (!is_list()) throw wrong_type("a list");
  return list_or_one();
}

std::vector<Value> Value::list_or_one() const {
  if (!is_list()) return {*this};
  std::vector<Value> members;
  members.reserve(node_->items.size());
  for (const YamlNode& item : node_->items) members.emplace_back(*this, item, name_);
  return members;
}

std::vector<Value::Entry> Value::entries() const {
  if (!is_map()) throw wrong_type("a mapping");
  std::vector<Entry> entries;
  entries.reserve(node_->items.size());
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    const std::string name = "'" + node_->keys[i].text + "'";
    entries.push_back({Value(*this, node_->keys[i], name), Value(*this, node_->items[i], name)});
  }
  return entries;
}

Section::Section(Value value, const std::vector<std::string>& known)
    : value_(std::move(value)), entries_(value_.entries()) {
  for (const Value::Entry& entry : entries_) {
    if (std::ranges::find(known, entry.key.raw()) != known.end()) continue;
    const std::string meant = did_you_mean(entry.key.raw(), known);
    throw entry.key.problem("unknown key " + entry.key.name() +
                            (meant.empty() ? " (known here: " + joined(known) + ")" : meant));
  }
}

std::optional<Value> Section::find(std::string_view key) const {
  for (const Value::Entry& entry : entries_) {
    if (entry.key.raw() != key) continue;
    if (entry.value.is_null()) throw entry.value.problem(entry.value.name() + " has no value");
    return entry.value;
  }
  return std::nullopt;
}

Value Section::required(std::string_view key) const {
  if (auto value = find(key)) return *std::move(value);
  throw problem("'" + std::string(key) + "' is missing");
}

Value Section::key(std::string_view key) const {
  for (const Value::Entry& entry : entries_)
    if (entry.key.raw() == key) return entry.key;
  return value_;
}

}  // namespace boxmeter
