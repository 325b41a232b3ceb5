#include "config/device_files.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unicode.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

/// Bounds of one file: larger than for what people write, since it may be generated.
constexpr std::size_t kMostBytes = 256U << 20;
constexpr std::size_t kMostValues = 10'000'000;

/// Reads a CSV file row by row.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    const std::string_view head = text_.substr(0, text_.find_first_of("\r\n"));
    for (const char other : {';', '\t'})
      if (head.find(',') == std::string_view::npos && head.find(other) != std::string_view::npos)
        separator_ = other;
  }

  bool at_end() const { return at_ >= text_.size(); }

  /// The cells of the next line that has any text; none at the end.
  std::vector<YamlNode> row() {
    while (!at_end()) {
      std::vector<YamlNode> cells = line();
      // Spreadsheets write what was emptied as a line of separators.
      const auto is_empty = [](const YamlNode& cell) { return cell.text.empty() && !cell.quoted; };
      if (!std::ranges::all_of(cells, is_empty)) return cells;
    }
    return {};
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Mistake({.file = file_, .mark = mark_}, what);
  }

  bool is_at(char wanted) const { return !at_end() && text_[at_] == wanted; }
  bool at_line_end() const { return at_end() || is_at('\n') || is_at('\r'); }

  /// A line ends with LF, CR LF, or CR alone, as some spreadsheets write it.
  void step() {
    const char passed = text_[at_++];
    ++mark_.column;
    if (passed == '\n' || (passed == '\r' && !is_at('\n')))
      mark_ = {.line = mark_.line + 1, .column = 1};
  }

  void skip_blanks() {
    while (is_at(' ') || (is_at('\t') && separator_ != '\t')) step();
  }

  std::vector<YamlNode> line() {
    std::vector<YamlNode> cells;
    for (;;) {
      cells.push_back(cell());
      if (at_line_end()) break;
      if (!is_at(separator_)) refuse("a quote ends in the middle of a cell");
      step();
    }
    if (is_at('\r')) step();
    if (is_at('\n')) step();
    return cells;
  }

  YamlNode cell() {
    skip_blanks();
    YamlNode node{.kind = YamlNode::Kind::scalar, .mark = mark_};
    if (is_at('"')) {
      node.quoted = true;
      node.text = quoted_field();
      node.several_lines = node.text.find_first_of("\r\n") != std::string::npos;
      skip_blanks();
      return node;
    }
    for (; !at_line_end() && !is_at(separator_); step()) {
      if (is_at('"'))
        refuse(
            "a quote in the middle of a cell; put the whole cell in quotes, and write a quote in "
            "it twice");
      node.text += text_[at_];
    }
    node.text = trim(node.text);
    return node;
  }

  std::string quoted_field() {
    const Mark begin = mark_;
    std::string text;
    step();
    for (; !at_end(); step()) {
      if (text_[at_] == '"') {
        step();
        if (at_end() || text_[at_] != '"') return text;
      }
      text += text_[at_];
    }
    mark_ = begin;
    refuse("a quote that is never closed");
  }

  std::string_view text_;
  const std::string& file_;
  char separator_ = ',';
  std::size_t at_ = 0;
  Mark mark_;
};

YamlNode list_of(const YamlNode& cell) {
  YamlNode list{.kind = YamlNode::Kind::list, .mark = cell.mark};
  std::string text = cell.text;
  std::ranges::replace(text, ',', ' ');
  for (const std::string_view word : split(text, ' '))
    if (!word.empty())
      list.items.push_back(
          {.kind = YamlNode::Kind::scalar, .mark = cell.mark, .text = std::string(word)});
  return list;
}

void add_member(YamlNode& mapping, YamlNode key, YamlNode value, Keys known) {
  const auto dot = key.text.find('.');
  if (dot == std::string::npos) {
    const Key* const row = find_key(known, key.text);
    if (row != nullptr && row->type == KeyType::texts) value = list_of(value);
    mapping.keys.push_back(std::move(key));
    mapping.items.push_back(std::move(value));
    return;
  }
  const std::string outer = key.text.substr(0, dot);
  key.text.erase(0, dot + 1);
  auto at = std::ranges::find(mapping.keys, outer, &YamlNode::text) - mapping.keys.begin();
  if (at == std::ssize(mapping.keys)) {
    YamlNode name = key;
    name.text = outer;
    mapping.keys.push_back(std::move(name));
    mapping.items.push_back({.kind = YamlNode::Kind::map, .mark = value.mark});
  }
  add_member(mapping.items[static_cast<std::size_t>(at)], std::move(key), std::move(value), {});
}

/// A row as a mapping.  Its keys have the places of the cells, so that messages point there and not
/// at the first line.
YamlNode device_of(const std::vector<YamlNode>& head, std::vector<YamlNode> cells,
                   const std::string& file, Keys known) {
  YamlNode device{.kind = YamlNode::Kind::map, .mark = cells.front().mark};
  if (cells.size() > head.size())
    throw Mistake({.file = file, .mark = cells[head.size()].mark},
                  std::to_string(cells.size()) + " cells, but the first line names " +
                      std::to_string(head.size()) + " keys");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].text.empty()) continue;
    YamlNode key = head[i];
    key.mark = cells[i].mark;
    add_member(device, std::move(key), std::move(cells[i]), known);
  }
  return device;
}

/// The keys of the first line, each in a column of its own.  A column that no device can have is a
/// mistake there, not in every line below.
void check_head(const std::vector<YamlNode>& head, const std::string& file, Keys known,
                Mistakes* mistakes) {
  Document sections{.name = file, .root = {.kind = YamlNode::Kind::map}};
  std::set<std::string> keys, outer_keys;
  for (const YamlNode& key : head) {
    if (key.text.empty() || key.text.starts_with('.') || key.text.ends_with('.'))
      throw Mistake({.file = file, .mark = key.mark},
                    "the first line names the keys of its columns; this one has no name");
    if (!keys.insert(key.text).second)
      throw Mistake({.file = file, .mark = key.mark}, "key '" + key.text + "' stands twice");
    YamlNode outer = key;
    outer.text.erase(std::min(outer.text.find('.'), outer.text.size()));
    if (!outer_keys.insert(outer.text).second) continue;
    sections.root.keys.push_back(std::move(outer));
    sections.root.items.push_back(key);
  }
  if (Section(Value(sections, mistakes), known).has_unknown_keys()) throw AlreadyReported();
}

/// JSON writes a character beyond 16 bits as two `\u`, which YAML, otherwise a superset, does not
/// know.
std::string with_whole_characters(std::string_view json) {
  const auto half = [&](std::size_t at) {
    const std::string_view digits =
        json.substr(at).starts_with("\\u") ? json.substr(at + 2, 4) : std::string_view();
    return digits.size() == 4 ? parse_integer<std::uint32_t>(digits, 16).value_or(0) : 0U;
  };
  std::string text;
  for (std::size_t at = 0; at < json.size();) {
    const std::uint32_t high = half(at), low = high == 0 ? 0 : half(at + 6);
    const bool is_pair = high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000;
    if (is_pair) {
      append_utf8(text, 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00));
      at += 12;
      continue;
    }
    const std::size_t passed = json[at] == '\\' ? 2 : 1;
    text += json.substr(at, passed);
    at += passed;
  }
  return text;
}

}  // namespace

Document parse_csv(std::string_view text, const std::string& name, Keys known, Mistakes* mistakes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text)) throw Mistake({.file = name, .mark = {}}, "not UTF-8 text");
  CsvReader reader(text, name);
  const std::vector<YamlNode> head = reader.row();
  check_head(head, name, known, mistakes);
  Document document{.name = name, .root = {.kind = YamlNode::Kind::list}};
  for (auto cells = reader.row(); !cells.empty(); cells = reader.row())
    document.root.items.push_back(device_of(head, std::move(cells), document.name, known));
  return document;
}

std::vector<Value> devices_in(const Document& document, Mistakes* mistakes) {
  const Value whole(document, mistakes);
  if (whole.is_null()) return {};  // nothing yet
  if (!whole.is_map()) return whole.list();
  static const std::vector<std::string> kKeys = {"devices"};
  return Section(whole, kKeys).required("devices").list();
}

DeviceFiles::DeviceFiles(const std::optional<Value>& patterns, const fs::path& folder, Keys known,
                         std::vector<std::string>& warnings, Mistakes& mistakes) {
  if (!patterns) return;
  std::set<fs::path> seen;
  for (const Value& pattern : patterns->list_or_one())
    complete_ &= pattern.collect([&] {
      const std::string path = (folder / pattern.text()).string();
      const std::vector<fs::path> files = files_matching(path);
      if (files.empty())
        warnings.push_back(pattern.place() + ": no file matches '" + path + "' of 'device_files'");
      for (const fs::path& file : files)
        if (seen.insert(file).second)
          complete_ &= mistakes.collect([&] {
            pattern.placed([&] {
              if (!file_exists(file))
                throw Error(ErrorKind::config, "there is no file '" + file.string() + "'");
            });
            const std::string text = pattern.placed([&] { return read_file(file, kMostBytes); });
            read(file, text, known, mistakes);
          });
    });
}

void DeviceFiles::read(const fs::path& file, const std::string& text, Keys known,
                       Mistakes& mistakes) {
  const std::string kind = lower(file.extension().string());
  const std::string name = file.string();
  documents_.push_back(std::make_shared<const Document>(
      kind == ".csv"    ? parse_csv(text, name, known, &mistakes)
      : kind == ".json" ? parse_yaml(with_whole_characters(text), name, kMostValues)
                        : parse_yaml(text, name, kMostValues)));
  std::ranges::move(devices_in(*documents_.back(), &mistakes), std::back_inserter(devices_));
}

}  // namespace boxmeter
