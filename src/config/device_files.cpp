#include "config/device_files.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "config/keys.h"

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
    const std::string_view head = text_.substr(0, text_.find('\n'));
    for (const char other : {';', '\t'})
      if (head.find(',') == std::string_view::npos && head.find(other) != std::string_view::npos)
        separator_ = other;
  }

  bool at_end() const { return at_ >= text_.size(); }

  /// The cells of the next line that is not empty; none at the end.
  std::vector<YamlNode> row() {
    std::vector<YamlNode> cells;
    while (!at_end() && cells.empty()) {
      if (text_[at_] == '\n' || text_[at_] == '\r') {
        step();
        continue;
      }
      cells = line();
    }
    return cells;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Mistake({.file = file_, .mark = mark_}, what);
  }

  void step() {
    ++mark_.column;
    if (text_[at_++] == '\n') mark_ = {.line = mark_.line + 1, .column = 1};
  }

  std::vector<YamlNode> line() {
    std::vector<YamlNode> cells;
    for (;;) {
      cells.push_back(cell());
      if (at_end()) return cells;
      if (text_[at_] == separator_) {
        step();
        continue;
      }
      if (text_[at_] == '\r') step();
      if (!at_end() && text_[at_] != '\n') refuse("a quote ends in the middle of a cell");
      if (!at_end()) step();
      return cells;
    }
  }

  YamlNode cell() {
    YamlNode node{.kind = YamlNode::Kind::scalar, .mark = mark_};
    if (!at_end() && text_[at_] == '"') {
      node.quoted = true;
      node.text = quoted_field();
      node.several_lines = node.text.find('\n') != std::string::npos;
      return node;
    }
    while (!at_end() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
      node.text += text_[at_];
      step();
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

bool is_list(std::string_view key) {
  const Key* const row = find_key(kDeviceKeys, key);
  return row != nullptr && row->type == KeyType::texts;
}

YamlNode list_of(const YamlNode& cell) {
  YamlNode list{.kind = YamlNode::Kind::list, .mark = cell.mark};
  for (const std::string_view word : split(cell.text, ' '))
    if (!word.empty())
      list.items.push_back(
          {.kind = YamlNode::Kind::scalar, .mark = cell.mark, .text = std::string(word)});
  return list;
}

void add_member(YamlNode& mapping, YamlNode key, YamlNode value) {
  const auto dot = key.text.find('.');
  if (dot == std::string::npos) {
    if (is_list(key.text)) value = list_of(value);
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
  add_member(mapping.items[static_cast<std::size_t>(at)], std::move(key), std::move(value));
}

/// A row as a mapping.  Its keys have the places of the cells, so that messages point there and not
/// at the first line.
YamlNode device_of(const std::vector<YamlNode>& head, std::vector<YamlNode> cells,
                   const std::string& file) {
  YamlNode device{.kind = YamlNode::Kind::map, .mark = cells.front().mark};
  if (cells.size() > head.size())
    throw Mistake({.file = file, .mark = cells[head.size()].mark},
                  std::to_string(cells.size()) + " cells, but the first line names " +
                      std::to_string(head.size()) + " keys");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].text.empty()) continue;
    YamlNode key = head[i];
    key.mark = cells[i].mark;
    add_member(device, std::move(key), std::move(cells[i]));
  }
  return device;
}

}  // namespace

Document parse_csv(std::string_view text, const std::string& name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text)) throw Mistake({.file = name, .mark = {}}, "not UTF-8 text");
  CsvReader reader(text, name);
  const std::vector<YamlNode> head = reader.row();
  std::set<std::string> keys;
  for (const YamlNode& key : head) {
    if (key.text.empty() || key.text.starts_with('.') || key.text.ends_with('.'))
      throw Mistake({.file = name, .mark = key.mark},
                    "the first line names the keys of its columns; this one has no name");
    if (!keys.insert(key.text).second)
      throw Mistake({.file = name, .mark = key.mark}, "key '" + key.text + "' stands twice");
  }
  Document document{.name = name, .root = {.kind = YamlNode::Kind::list}};
  for (auto cells = reader.row(); !cells.empty(); cells = reader.row())
    document.root.items.push_back(device_of(head, std::move(cells), document.name));
  return document;
}

std::vector<Value> devices_in(const Document& document, Mistakes* mistakes) {
  const Value whole(document, mistakes);
  if (whole.is_null()) return {};  // nothing yet
  if (!whole.is_map()) return whole.list();
  static const std::vector<std::string> kKeys = {"devices"};
  return Section(whole, kKeys).required("devices").list();
}

DeviceFiles::DeviceFiles(const std::optional<Value>& patterns, const fs::path& folder,
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
            read(file, mistakes);
          });
    });
}

void DeviceFiles::read(const fs::path& file, Mistakes& mistakes) {
  const std::string text = read_file(file, kMostBytes);
  const bool is_table = lower(file.extension().string()) == ".csv";
  documents_.push_back(std::make_shared<const Document>(
      is_table ? parse_csv(text, file.string()) : parse_yaml(text, file.string(), kMostValues)));
  std::ranges::move(devices_in(*documents_.back(), &mistakes), std::back_inserter(devices_));
}

}  // namespace boxmeter
