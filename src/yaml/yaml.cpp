#include "yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostLevels = 32;

Mark to_mark(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {.line = mark.line + 1, .column = mark.column + 1};
}

struct Extent {
  bool several_lines = false;
  bool cut_by_comment = false;
};

/// Where the quote at the start of `rest` is closed; npos: not in this line.
std::size_t closing_quote(std::string_view rest) {
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[0] == '"' && rest[i] == '\\') ++i;
    if (rest[0] == '\'' && rest.substr(i).starts_with("''"))
      ++i;
    else if (rest[i] == rest[0])
      return i;
  }
  return std::string_view::npos;
}

/// A '#' followed by a blank begins a comment; one followed by a character may belong to the value
/// ("pa #ss").
bool may_be_value(std::string_view comment) {
  return comment.size() > 1 && comment[0] == '#' &&
         std::string_view(" \t\r#").find(comment[1]) == std::string_view::npos;
}

/// yaml-cpp does not tell where a scalar ends.  `rest` is its line from its first character on.
Extent extent_of(std::string_view rest, std::string_view text) {
  if (rest.starts_with('|') || rest.starts_with('>')) return {.several_lines = true};
  if (rest.starts_with('"') || rest.starts_with('\''))
    return {.several_lines = closing_quote(rest) == std::string_view::npos};
  // A plain scalar that continues in the next line has all of `rest`, and more.
  if (text.size() > trim(rest).size()) return {.several_lines = true};
  const std::string_view behind = rest.substr(text.size());
  return {.cut_by_comment = trim(behind).size() < behind.size() && may_be_value(trim(behind))};
}

/// Makes nodes of yaml-cpp's events, and stops at the first one that we refuse.  YAML::Node would
/// not do: walking nested aliases takes exponential time, a self-reference never ends, and of two
/// equal keys it silently keeps the first.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& file, std::size_t most_values)
      : file_(file), lines_(split(text, '\n')), most_values_(most_values) {}

  YamlNode take() { return std::move(root_); }
  /// Where the newest value begins that is not absent.
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
    const std::string_view key = rest_of_line(newest_);
    const auto colon = key.find(':');
    add({.mark = to_mark(mark),
         .cut_by_comment = colon != key.npos && may_be_value(trim(key.substr(colon + 1)))});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    begin(mark, anchor, tag);
    newest_ = to_mark(mark);
    const Extent extent = extent_of(rest_of_line(newest_), text);
    add({.kind = YamlNode::Kind::scalar,
         .mark = newest_,
         .text = text,
         .quoted = tag == "!",
         .several_lines = extent.several_lines,
         .cut_by_comment = extent.cut_by_comment});
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
  void OnMapEnd() override { close(); }

 private:
  [[noreturn]] void refuse(Mark mark, const std::string& what) const {
    throw Mistake({.file = file_, .mark = mark}, what);
  }

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0)
      refuse(to_mark(mark),
             "anchors are not supported: write the value out, or put a text that begins with "
             "'&' in quotes");
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(to_mark(mark), "a text that begins with '!' is a tag of YAML; put it in quotes");
    if (++values_ > most_values_)
      refuse(to_mark(mark), "more than " + std::to_string(most_values_) + " values in one file");
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

  std::string_view rest_of_line(Mark mark) const {
    const auto index = static_cast<std::size_t>(mark.line - 1);
    const std::string_view line = index < lines_.size() ? lines_[index] : std::string_view();
    return line.substr(std::min(line.size(), static_cast<std::size_t>(mark.column - 1)));
  }

  const std::string& file_;
  std::vector<std::string_view> lines_;
  const std::size_t most_values_;
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

/// Whether the line begins below none of the lines above, neither of their keys nor of what stands
/// behind their '-'.
bool is_out_of_line(std::string_view text, int line) {
  const auto lines = split(text, '\n');
  const auto own = line_of(text, line).find_first_not_of(' ');
  if (own == std::string_view::npos || own == 0) return false;
  for (std::size_t i = 0; i < std::min(lines.size(), static_cast<std::size_t>(line - 1)); ++i) {
    auto begin = lines[i].find_first_not_of(' ');
    while (begin != std::string_view::npos && lines[i].substr(begin).starts_with("- ")) {
      if (begin == own) return false;
      begin = lines[i].find_first_not_of(' ', begin + 1);
    }
    if (begin == own) return false;
  }
  return true;
}

/// A hint for the most frequent causes of a syntax error.
std::string hint(std::string_view text, Mark mark) {
  const auto line = line_of(text, mark.line);
  const auto indentation = line.substr(0, line.find_first_not_of(" \t\r"));
  if (indentation.find('\t') != std::string_view::npos)
    return " (the line is indented with a tab; YAML takes blanks only)";
  if (is_out_of_line(text, mark.line))
    return " (the line begins below none of those above: give it as many blanks as its neighbours)";
  const auto colon = line.find(": ");
  const auto begin =
      colon == std::string_view::npos ? colon : line.find_first_not_of(' ', colon + 1);
  constexpr std::string_view kNeedQuotes = "!@%`&*|>-?,]}";
  if (begin != std::string_view::npos && line[begin] == '"' && line.find('\\') != line.npos)
    return " (between \" and \" a \\ begins an escape: write it as \\\\, or put the text between ' "
           "and ')";
  if (begin != std::string_view::npos && (line[begin] == '"' || line[begin] == '\''))
    return std::string(" (what begins with a quote ends with it: put a text that has ") +
           line[begin] + " in it in the other kind of quotes)";
  if (begin != std::string_view::npos && kNeedQuotes.find(line[begin]) != std::string_view::npos)
    return std::string(" (a text that begins with '") + line[begin] + "': put it in quotes)";
  if (colon != line.rfind(": ") && line.find_first_of("\"'") == std::string_view::npos)
    return " (a text with ': ' in it needs quotes)";
  return "";
}

/// yaml-cpp's own words, less what it quotes of the file, such as the character behind a backslash.
std::string words_of(const YAML::Exception& error) {
  return error.msg.substr(0, error.msg.find(": "));
}

/// Rejects what yaml-cpp would accept silently: UTF-16, byte 0x04 (read as end of file), invalid
/// UTF-8.
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

Document parse_yaml(std::string_view text, std::string name, std::size_t most_values) {
  check_bytes(text, name);
  Builder builder(text, name, most_values);
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
    throw Mistake({.file = name, .mark = mark}, words_of(error) + hint(text, mark));
  }
  YamlNode root = builder.take();
  if (root.kind == YamlNode::Kind::null) root.mark = {};
  return {.name = std::move(name), .root = std::move(root)};
}

}  // namespace boxmeter
