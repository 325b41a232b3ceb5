#include "yaml/section.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "base/environment.h"
#include "base/number.h"
#include "base/text.h"
#include "yaml/scalars.h"
#include "yaml/synonyms.h"

namespace boxmeter {
namespace {

/// The value may be a secret: no message quotes more of it than the name of a variable
/// in capitals.
std::string variable(std::string_view name) {
  if (!is_identifier(name))
    throw Error(ErrorKind::config,
                "'${' begins an environment variable such as ${NAME} (write '$${' for the two "
                "characters)");
  const std::string key(name);
  const auto found = environment(key);
  // What is not written as such variables are may be a part of the secret.
  const bool is_usual = std::ranges::none_of(key, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!found)
    throw Error(ErrorKind::config, "environment variable " +
                                       (is_usual ? "'" + key + "'" : std::string("in '${...}'")) +
                                       " is not set (write '$${' for the two characters '${')");
  if (!is_utf8(*found))
    throw Error(ErrorKind::config, "environment variable '" + key + "' is not UTF-8 text");
  return *found;
}

std::string with_environment(std::string_view text) {
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

void append(const YamlNode& node, std::string& text) {
  // With lengths: no separator is safe, since the texts may hold any character.
  text += std::to_string(static_cast<int>(node.kind)) + (node.quoted ? "q" : "p") +
          std::to_string(node.text.size()) + ":" + node.text + std::to_string(node.items.size());
  for (const YamlNode& key : node.keys) append(key, text);
  for (const YamlNode& item : node.items) append(item, text);
}

}  // namespace

Value::Value(const Document& document, Mistakes* mistakes)
    : node_(&document.root), file_(&document.name), mistakes_(mistakes), name_("the file") {
  if (mistakes != nullptr) mistakes->begin_file(document.name);
}

Mistake Value::no_value() const {
  return problem(
      name_ + " has no value" +
      (is_cut_by_comment() ? " (a comment begins at its '#': put the value in quotes)" : ""));
}

Mistake Value::wrong_type(const std::string& wanted) const {
  switch (node_->kind) {
    case YamlNode::Kind::null:
      return no_value();
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
  const std::string& text = scalar();
  if (node_->several_lines)
    throw problem(name_ +
                  " goes on in the next line: is a ':' missing there, or a blank behind it, or a "
                  "quote at the end of this line?");
  return text;
}

const std::string& Value::scalar() const {
  if (!is_scalar()) throw wrong_type("a single value");
  return node_->text;
}

std::string Value::text() const {
  raw();
  return substituted();
}

std::string Value::prose() const {
  scalar();
  return substituted();
}

std::string Value::substituted() const {
  const std::string& text = node_->text;
  if (text.find("${") == std::string::npos) return text;
  return placed([&] { return with_environment(text); });
}

std::size_t Value::hash() const {
  std::string text;
  append(*node_, text);
  return stable_hash(text);
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

YamlNode Value::with_members_of(
    const Value& others, const std::function<bool(const std::string& key)>& is_wanted) const {
  YamlNode both = *node_;
  for (std::size_t i = 0; i < others.node_->keys.size(); ++i) {
    if (!is_wanted(others.node_->keys[i].text)) continue;
    both.keys.push_back(others.node_->keys[i]);
    both.items.push_back(others.node_->items[i]);
    both.keys.back().file = both.items.back().file = others.file_;
  }
  return both;
}

std::vector<Value::Entry> Value::entries() const {
  if (!is_map()) throw wrong_type("a mapping");
  std::vector<Entry> entries;
  entries.reserve(node_->items.size());
  std::map<std::string_view, int> seen;  // key -> line
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    const std::string name = "'" + node_->keys[i].text + "'";
    const Value key(*this, node_->keys[i], name);
    const auto [first, is_new] = seen.emplace(node_->keys[i].text, node_->keys[i].mark.line);
    if (is_new)
      entries.push_back({key, Value(*this, node_->items[i], name)});
    else
      collect([&, line = first->second] {
        // {password: pa,ss,ss}: a key without a value may be a part of a secret.
        const bool is_loose = node_->items[i].kind == YamlNode::Kind::null;
        throw key.problem((is_loose ? "a key without a value, which is not shown," : name) +
                          " is given twice (first in line " + std::to_string(line) + ")");
      });
  }
  return entries;
}

Section::Section(Value value, Keys keys, Keys more)
    : value_(std::move(value)), entries_(value_.entries()), keys_(keys), more_(more) {
  std::vector<std::string> known;
  for (const Keys rows : {keys, more})
    for (const Key& row : rows) known.emplace_back(row.name);
  refuse_unknown_keys(known);
}

Section::Section(Value value, const std::vector<std::string>& known)
    : value_(std::move(value)), entries_(value_.entries()) {
  refuse_unknown_keys(known);
}

void Section::refuse_unknown_keys(const std::vector<std::string>& known) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Value& key = entries_[i].key;
    collect([&] {
      if (std::ranges::find(known, key.raw()) != known.end()) return;
      unknown_.push_back(key.raw());
      if (const Key* const secret = secret_before(i))
        throw key.problem("unknown key, which is not shown: it may be a part of '" +
                          std::string(secret->name) + "' before it; put that in quotes");
      if (const Key* const secret = secret_at_start(key.raw()))
        throw key.problem(
            "unknown key, which is not shown: a ':' with a blank behind it is missing "
            "after '" +
            std::string(secret->name) + "'");
      const std::string meant = suggestion(key.raw(), known);
      throw key.problem("unknown key " + key.name() +
                        (meant.empty() ? " (known here: " + joined(known) + ")" : meant));
    });
  }
}

/// "password x" and "password:x", where no colon makes a value of the secret; null: none of them.
const Key* Section::secret_at_start(std::string_view key) const {
  for (const Keys rows : {keys_, more_})
    for (const Key& row : rows)
      if (row.secret && key.starts_with(row.name) && key.size() > row.name.size() &&
          !is_identifier(key.substr(0, row.name.size() + 1)))
        return &row;
  return nullptr;
}

/// The secret that an unknown key may be a part of, as in {password: pa,ss} or when it slipped to
/// the next line; null: of none.
const Key* Section::secret_before(std::size_t entry) const {
  const auto row_of = [&](const Value::Entry& each) {
    const Key* const row = find_key(keys_, each.key.raw());
    return row != nullptr ? row : find_key(more_, each.key.raw());
  };
  std::size_t before = entry;
  while (before > 0 && row_of(entries_[before]) == nullptr) --before;
  const Key* const row = row_of(entries_[before]);
  const bool is_loose = entries_[entry].value.is_null() || entries_[before].value.is_null();
  return row != nullptr && row->secret && is_loose ? row : nullptr;
}

std::optional<Value> Section::find(std::string_view key) const {
  for (const Value::Entry& entry : entries_) {
    if (entry.key.raw() != key) continue;
    if (entry.value.is_null()) throw entry.value.no_value();
    return entry.value;
  }
  return std::nullopt;
}

bool Section::has(std::string_view key) const {
  return std::ranges::any_of(entries_,
                             [&](const Value::Entry& entry) { return entry.key.raw() == key; });
}

Value Section::required(std::string_view key) const {
  if (auto value = find(key)) return *std::move(value);
  expect_not_misspelt({key});
  throw problem("'" + std::string(key) + "' is missing");
}

void Section::expect_not_misspelt(std::initializer_list<std::string_view> keys) const {
  const std::vector<std::string> wanted(keys.begin(), keys.end());
  for (const std::string& unknown : unknown_)
    if (!suggestion(unknown, wanted).empty()) throw AlreadyReported();
}

Value Section::key(std::string_view key) const {
  for (const Value::Entry& entry : entries_)
    if (entry.key.raw() == key) return entry.key;
  return value_;
}

/// A row that is not there, or of another type, is a mistake of the program and not of a file.
const Key& Section::row(std::string_view key, std::initializer_list<KeyType> types) const {
  const Key* found = find_key(keys_, key);
  if (found == nullptr) found = find_key(more_, key);
  if (found == nullptr || std::ranges::find(types, found->type) == types.end())
    throw std::logic_error("no row of that type for key '" + std::string(key) + "'");
  return *found;
}

std::optional<Value> Section::given(const Key& row) const {
  return row.required ? required(row.name) : find(row.name);
}

template <typename T, typename Read, typename Parse>
std::optional<T> Section::typed(const Key& row, Read read, Parse parse_default) const {
  std::optional<T> result;
  collect([&] {
    if (const auto value = given(row))
      result = read(*value);
    else if (!row.default_text.empty())
      result = parse_default(row.default_text);
  });
  return result;
}

std::optional<std::string> Section::text(std::string_view key) const {
  return typed<std::string>(
      row(key, {KeyType::text, KeyType::file, KeyType::url}),
      [](const Value& value) { return value.text(); },
      [](std::string_view text) { return std::string(text); });
}

std::optional<std::string> Section::word(std::string_view key) const {
  const Key& found = row(key, {KeyType::word});
  const std::vector<std::string> choices(found.choices.begin(), found.choices.end());
  return typed<std::string>(
      found, [&](const Value& value) { return boxmeter::word(value, choices); },
      [](std::string_view text) { return std::string(text); });
}

std::optional<std::string> Section::name(std::string_view key, const std::string& what) const {
  return typed<std::string>(
      row(key, {KeyType::name}), [&](const Value& value) { return plain_name(value, what); },
      [](std::string_view text) { return std::string(text); });
}

std::optional<bool> Section::boolean(std::string_view key) const {
  return typed<bool>(
      row(key, {KeyType::boolean}), [](const Value& value) { return boxmeter::boolean(value); },
      [](std::string_view text) { return text == "true"; });
}

std::optional<std::uint64_t> Section::integer(std::string_view key) const {
  const Key& found = row(key, {KeyType::integer});
  return typed<std::uint64_t>(
      found,
      [&](const Value& value) {
        return boxmeter::integer(value, parse_integer<std::uint64_t>(found.least).value_or(0),
                                 parse_integer<std::uint64_t>(found.most).value_or(kMostInteger));
      },
      [](std::string_view text) { return parse_integer<std::uint64_t>(text); });
}

std::optional<double> Section::number(std::string_view key) const {
  return typed<double>(
      row(key, {KeyType::number}), [](const Value& value) { return boxmeter::number(value); },
      parse_number);
}

std::optional<std::chrono::milliseconds> Section::duration(std::string_view key) const {
  const Key& found = row(key, {KeyType::duration});
  constexpr std::chrono::hours kLongest{24 * 366};
  return typed<std::chrono::milliseconds>(
      found,
      [&](const Value& value) {
        using std::chrono::milliseconds;
        return boxmeter::duration(value, parse_duration(found.least).value_or(milliseconds(0)),
                                  parse_duration(found.most).value_or(kLongest));
      },
      parse_duration);
}

std::optional<std::size_t> Section::size(std::string_view key) const {
  const Key& found = row(key, {KeyType::size});
  return typed<std::size_t>(
      found,
      [&](const Value& value) {
        return boxmeter::size(value, parse_size(found.least).value_or(0),
                              parse_size(found.most).value_or(kMostInteger));
      },
      parse_size);
}

}  // namespace boxmeter
