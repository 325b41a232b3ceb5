#include "metric/path.h"

#include <algorithm>

#include "base/error.h"
#include "base/number.h"
#include "base/text.h"
#include "metric/number.h"

namespace boxmeter {
namespace {

using nlohmann::json;

constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);

[[noreturn]] void refuse(std::string_view path, const std::string& why) {
  throw Error(ErrorKind::config, "path '" + std::string(path) + "': " + why);
}

/// RFC 6901: digits without a leading zero.
std::size_t index_of(const std::string& name) {
  if (name.size() > 1 && name[0] == '0') return kNoIndex;
  return parse_integer<std::size_t>(name).value_or(kNoIndex);
}

std::string unescaped(std::string_view piece, std::string_view path) {
  std::string name;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != '~') {
      name += piece[i];
      continue;
    }
    const char code = ++i < piece.size() ? piece[i] : '\0';
    if (code != '0' && code != '1')
      refuse(path, "'~' inside a name is written '~0', and '/' is '~1'");
    name += code == '0' ? '~' : '/';
  }
  return name;
}

bool is_scalar(const json& value) { return value.is_primitive() && !value.is_null(); }

}  // namespace

std::string text_of(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return {};
    case json::value_t::string:
      return value.get_ref<const std::string&>();
    case json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case json::value_t::number_unsigned:
      return Number(value.get<std::uint64_t>()).text();
    case json::value_t::number_integer:
      return Number(value.get<std::int64_t>()).text();
    case json::value_t::number_float:
      return Number(value.get<double>()).text();
    default:
      return value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
}

JsonNode::JsonNode(const json& root) : steps_{{&root, nullptr, kNoIndex}} {}

JsonNode JsonNode::member(const std::string& key) const {
  JsonNode node = *this;
  const auto member = value().find(key);
  node.steps_.push_back({&*member, &member.key(), kNoIndex});
  return node;
}

JsonNode JsonNode::element(std::size_t index) const {
  return synthetic_child(value()[index], index);
}

JsonNode JsonNode::synthetic_child(const json& value, std::size_t index) const {
  JsonNode node = *this;
  node.steps_.push_back({&value, nullptr, index});
  return node;
}

std::optional<JsonNode> JsonNode::parent() const {
  if (steps_.size() == 1) return {};
  JsonNode node = *this;
  node.steps_.pop_back();
  return node;
}

std::optional<json> JsonNode::key() const { return key_of(steps_.back()); }

std::optional<json> JsonNode::key_of(const Step& step) {
  if (step.name != nullptr) return json(*step.name);
  if (step.index == kNoIndex) return {};
  return json(step.index);
}

std::optional<JsonNode::Step> JsonNode::child(const json& value, const std::string& name) {
  if (value.is_object()) {
    const auto member = value.find(name);
    if (member == value.end()) return {};
    return Step{&*member, &member.key(), kNoIndex};
  }
  if (!value.is_array()) return {};
  const std::size_t index = name == "-1" ? value.size() - 1 : index_of(name);
  if (index >= value.size()) return {};  // of an empty array there is no last element
  return Step{&value[index], nullptr, index};
}

Path::Step Path::parse_step(std::string_view piece, std::string_view path) {
  if (piece.empty()) refuse(path, "an empty step; steps are joined by one '/'");
  if (piece == "*") return {StepKind::star, {}};
  if (piece == "..") return {StepKind::up, {}};
  if (piece == "~") return {StepKind::key, {}};
  if (piece.starts_with('$')) refuse(path, "a variable stands only at the start ('$name/...')");
  return {StepKind::name, unescaped(piece, path)};
}

Path Path::parse(std::string_view text) {
  Path path;
  path.text_ = text;
  if (text.empty()) return path;
  auto pieces = split(text, '/');
  if (pieces.front().starts_with('$')) {
    path.variable_ = pieces.front().substr(1);
    if (path.variable_.empty()) refuse(text, "a variable needs its name ('$name/...')");
    pieces.erase(pieces.begin());
  }
  for (const std::string_view piece : pieces) path.steps_.push_back(parse_step(piece, text));
  path.check();
  const auto first_not_up = std::find_if(path.steps_.begin(), path.steps_.end(),
                                         [](const Step& s) { return s.kind != StepKind::up; });
  path.ups_ = static_cast<std::size_t>(first_not_up - path.steps_.begin());
  path.direct_ = (path.variable_.empty() || path.ups_ == 0) &&
                 std::all_of(first_not_up, path.steps_.end(), [](const Step& s) {
                   return s.kind == StepKind::name || s.kind == StepKind::key;
                 });
  return path;
}

void Path::check() const {
  bool starred = false;
  for (const Step& step : steps_) {
    if (step.kind == StepKind::key && &step != &steps_.back())
      refuse(text_, "'~', the key itself, can only be the last step");
    if (step.kind == StepKind::up && starred)
      refuse(text_, "'..' after '*' would lead to one place many times; leave both away");
    starred |= step.kind == StepKind::star;
  }
}

bool Path::has_star() const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [](const Step& step) { return step.kind == StepKind::star; });
}

bool Path::ends_in_key() const { return !steps_.empty() && steps_.back().kind == StepKind::key; }

bool Path::is_row() const {
  return variable_.empty() && (steps_.empty() || steps_.front().kind == StepKind::key);
}

const std::string& Path::head() const {
  return !variable_.empty() || steps_.empty() ? variable_ : steps_.front().name;
}

void Path::fan_out(const JsonNode& node, const Step* next, SingleElement single,
                   std::vector<JsonNode>& nodes) {
  const json& value = node.value();
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      nodes.push_back(node.synthetic_child(value[i], i));
    return;
  }
  // empty() is true for null too, but never for a string
  const bool is_nothing =
      value.is_string() ? value.get_ref<const std::string&>().empty() : value.empty();
  if (is_nothing) return;
  const bool named = next != nullptr && next->kind == StepKind::name;
  const bool members_read =
      next == nullptr ? single == SingleElement::never : next->kind == StepKind::key;
  const bool is_single = !value.is_object() || (named && value.contains(next->name)) ||
                         (!members_read && std::any_of(value.begin(), value.end(), is_scalar));
  if (is_single) {
    nodes.push_back(node.synthetic_child(value, 0));
    return;
  }
  for (auto member = value.begin(); member != value.end(); ++member) {
    nodes.push_back(node);
    nodes.back().steps_.push_back({&*member, &member.key(), kNoIndex});
  }
}

/// Follows all steps but a final `~`.
std::vector<JsonNode> Path::walk(const JsonNode& from, const JsonNode* iteration,
                                 SingleElement single) const {
  std::vector<JsonNode> nodes;
  if (variable_.empty()) {
    nodes.push_back(from);
  } else if (iteration != nullptr) {
    if (const auto start = JsonNode::child(iteration->value(), variable_)) {
      nodes.push_back(*iteration);
      nodes.back().steps_.push_back(*start);
    }
  }
  for (const Step& step : steps_) {
    const Step* const next = &step == &steps_.back() ? nullptr : &step + 1;
    std::vector<JsonNode> further;
    for (JsonNode& node : nodes) {
      if (step.kind == StepKind::star) {
        fan_out(node, next, single, further);
      } else if (step.kind == StepKind::name) {
        if (const auto child = JsonNode::child(node.value(), step.name)) {
          node.steps_.push_back(*child);
          further.push_back(std::move(node));
        }
      } else if (step.kind == StepKind::key) {
        further.push_back(std::move(node));
      } else if (node.steps_.size() > 1) {
        node.steps_.pop_back();
        further.push_back(std::move(node));
      }
    }
    nodes = std::move(further);
  }
  return nodes;
}

std::vector<JsonNode> Path::find(const JsonNode& from, const JsonNode* iteration,
                                 SingleElement single) const {
  if (ends_in_key()) return {};
  return walk(from, iteration, single);
}

/// For paths of names alone, which most are: keeps no ancestors, and so allocates nothing.
std::optional<JsonNode::Step> Path::descend(const JsonNode& from, const JsonNode* iteration) const {
  JsonNode::Step at{};
  if (variable_.empty()) {
    if (ups_ >= from.steps_.size()) return {};
    at = from.steps_[from.steps_.size() - 1 - ups_];
  } else {
    if (iteration == nullptr) return {};
    const auto start = JsonNode::child(iteration->value(), variable_);
    if (!start) return {};
    at = *start;
  }
  for (std::size_t i = ups_; i < steps_.size() && steps_[i].kind == StepKind::name; ++i) {
    const auto child = JsonNode::child(*at.value, steps_[i].name);
    if (!child) return {};
    at = *child;
  }
  return at;
}

const json* Path::at(const JsonNode& from, const JsonNode* iteration, json& key) const {
  std::optional<JsonNode::Step> found;
  if (direct_) {
    found = descend(from, iteration);
  } else if (const auto nodes = walk(from, iteration, SingleElement::allowed); !nodes.empty()) {
    found = nodes.front().steps_.back();
  }
  if (!found) return nullptr;
  if (!ends_in_key()) return found->value->is_null() ? nullptr : found->value;
  auto name = JsonNode::key_of(*found);
  if (!name) return nullptr;
  key = std::move(*name);
  return &key;
}

std::optional<json> Path::value(const JsonNode& from, const JsonNode* iteration) const {
  json key;
  const json* found = at(from, iteration, key);
  if (found == nullptr) return {};
  return *found;
}

}  // namespace boxmeter
