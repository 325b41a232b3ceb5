#include "yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostLevels = 32;
constexpr std::size_t kMostValues = 100'000;

Mark to_mark(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {.line = mark.line + 1, .column = mark.column + 1};
}

/// Makes nodes of yaml-cpp's events and stops at the first one that we do not take.  Its own nodes
/// are no use for this: an alias bomb loads in no time and explodes in the walk, a self-reference
/// never ends, and they keep the first of two equal keys without a word.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const std::string& file) : file_(file) {}

  YamlNode take() { return std::move(root_); }
  /// Where the newest value begins; an absent one has no place worth telling.
  Mark newest() const { return newest_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      refuse(to_mark(mark), "a second document; one file is one configuration (remove the '---')");
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(to_mark(mark), "aliases are not supported; write the value out");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    begin(mark, anchor, "");
    add({.mark = to_mark(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    begin(mark, anchor, tag);
    newest_ = to_mark(mark);
    add({.kind = YamlNode::Kind::scalar,
         .mark = to_mark(mark),
         .text = text,
         .quoted = tag == "!"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override {
    refuse_repeated_keys(open_.back());
    close();
  }

 private:
  [[noreturn]] void refuse(Mark mark, const std::string& what) const {
    throw Mistake({.file = file_, .mark = mark}, what);
  }

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0) refuse(to_mark(mark), "anchors are not supported; write the value out");
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(to_mark(mark), "the tag '" + tag + "' is not supported; remove it");
    if (++values_ > kMostValues)
      refuse(to_mark(mark), "more than " + std::to_string(kMostValues) + " values in one file");
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    begin(mark, anchor, tag);
    newest_ = to_mark(mark);
    if (open_.size() == kMostLevels)
      refuse(to_mark(mark), "nested deeper than " + std::to_string(kMostLevels) + " levels");
    open_.push_back({.kind = kind, .mark = to_mark(mark)});
  }

  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back();
    if (parent.kind == YamlNode::Kind::map && parent.keys.size() == parent.items.size()) {
      if (node.kind != YamlNode::Kind::scalar)
        refuse(node.mark, "a key must be a plain word; put it in quotes");
      parent.keys.push_back(std::move(node));
      return;
    }
    // yaml-cpp gives an absent value the mark of whatever comes next.
    if (parent.kind == YamlNode::Kind::map && node.kind == YamlNode::Kind::null)
      node.mark = parent.keys.back().mark;
    parent.items.push_back(std::move(node));
  }

  void refuse_repeated_keys(const YamlNode& map) const {
    std::map<std::string_view, Mark> seen;
    for (const YamlNode& key : map.keys) {
      const auto [first, is_new] = seen.emplace(key.text, key.mark);
      if (!is_new)
        refuse(key.mark, "'" + key.text + "' is given twice (first in line " +
                             std::to_string(first->second.line) + ")");
    }
  }

  const std::string& file_;
  YamlNode root_;
  Mark newest_;
  std::vector<YamlNode> open_;
  std::size_t values_ = 0;
  int documents_ = 0;
};

std::string_view line_of(std::string_view text, int line) {
  const auto lines = split(text, '\n');
  const auto index = static_cast<std::size_t>(line - 1);
  return index < lines.size() ? lines[index] : std::string_view();
}

/// yaml-cpp's own words, and the two habits that bring most people there.
std::string hint(std::string_view text, Mark mark) {
  const auto line = line_of(text, mark.line);
  const auto indentation = line.substr(0, line.find_first_not_of(" \t\r"));
  if (indentation.find('\t') != std::string_view::npos)
    return " (the line is indented with a tab; YAML takes blanks only)";
  if (line.find(": ") != line.rfind(": ") && line.find_first_of("\"'") == std::string_view::npos)
    return " (a text with ': ' in it needs quotes)";
  return "";
}

/// yaml-cpp takes UTF-16 for text, 0x04 for the end of the file, and any byte for a letter.
void check_bytes(std::string_view text, const std::string& file) {
  Mark mark;
  for (const std::string_view line : split(text, '\n')) {
    mark.column = 1;
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 && c != '\t' && c != '\r')
        throw Mistake({.file = file, .mark = mark}, "control character " + std::to_string(byte) +
                                                        "; a configuration is plain UTF-8 text");
      ++mark.column;
    }
    const std::string repaired = repair_utf8(line);
    const auto differs = std::mismatch(line.begin(), line.end(), repaired.begin(), repaired.end());
    if (differs.first != line.end()) {
      mark.column = static_cast<int>(differs.first - line.begin()) + 1;
      throw Mistake({.file = file, .mark = mark}, "not UTF-8 text; save the file as UTF-8");
    }
    ++mark.line;
  }
}

}  // namespace

Document parse_yaml(std::string_view text, std::string name) {
  check_bytes(text, name);
  Builder builder(name);
  // The end marker makes an error of a quote that is never closed: yaml-cpp takes the rest of the
  // file for text then, with all settings in it.
  std::istringstream stream(std::string(text) + "\n...\n");
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& error) {
    const Mark mark = to_mark(error.mark);
    if (mark.line > std::ranges::count(text, '\n') + 1)
      throw Mistake({.file = name, .mark = builder.newest()},
                    "a quote or bracket near here is never closed");
    throw Mistake({.file = name, .mark = mark}, error.msg + hint(text, mark));
  }
  YamlNode root = builder.take();
  if (root.kind == YamlNode::Kind::null) root.mark = {};
  return {.name = std::move(name), .root = std::move(root)};
}

}  // namespace boxmeter
