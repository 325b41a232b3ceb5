#include "app/candidates.h"

#include <algorithm>
#include <map>
#include <optional>

#include "app/command_line.h"
#include "base/file.h"
#include "base/text.h"
#include "config/device_files.h"
#include "config/devices.h"
#include "yaml/mistakes.h"
#include "yaml/yaml.h"

namespace boxmeter {
namespace {

/// The state of parsing a command line.
struct Line {
  const Program& program;
  std::vector<Command> commands;         // that may follow
  Prepared current = {};                 // the command that was named last
  std::optional<Command> first = {};     // the command after `boxmeter`
  std::vector<std::string> words = {};   // after the commands, without options and their values
  std::vector<std::string> values = {};  // of the option `open`
  const Option* open = nullptr;          // an option that needs (more) values
  std::string config_file = {};
};

/// The option of "--format", "--format=json" or "-c".
const Option* find_option(const Syntax& syntax, std::string_view word) {
  const bool is_long = word.starts_with("--");
  if (is_long) word = word.substr(0, word.find('='));
  const auto found = std::ranges::find_if(syntax.options, [&](const Option& option) {
    return is_long ? option.name == word.substr(2) : word.size() == 2 && option.letter == word[1];
  });
  return found == syntax.options.end() ? nullptr : &*found;
}

void read_value(Line& line, const std::string& value) {
  if (line.open->name == "config.file") line.config_file = value;
  line.values.push_back(value);
  if (line.values.size() < line.open->values) return;
  line.open = nullptr;
  line.values.clear();
}

void read_plain_word(Line& line, const std::string& word) {
  const auto command = std::ranges::find(line.commands, word, &Command::name);
  if (!line.words.empty() || command == line.commands.end()) {
    line.words.push_back(word);
    return;
  }
  if (!line.first) line.first = *command;
  line.current = command->prepare(line.program);
  line.commands.assign(line.current.commands.begin(), line.current.commands.end());
}

void read_word(Line& line, const std::string& word) {
  if (line.open != nullptr) return read_value(line, word);
  if (word.size() < 2 || word[0] != '-') return read_plain_word(line, word);
  const Option* const option = find_option(line.current.syntax, word);
  if (option == nullptr || is_flag(*option)) return;
  const auto equals = word.starts_with("--") ? word.find('=') : std::string::npos;
  if (option->may_be_bare && equals == std::string::npos) return;
  line.open = option;
  if (equals != std::string::npos) read_value(line, word.substr(equals + 1));
}

const YamlNode* member(const YamlNode& map, std::string_view key) {
  const auto found = std::ranges::find(map.keys, key, &YamlNode::text);
  return found == map.keys.end() ? nullptr : &map.items[std::size_t(found - map.keys.begin())];
}

/// Of a list of devices, or of a file that has one under `devices`.
void add_device_names(std::vector<Candidate>& names, const YamlNode& root) {
  const YamlNode* const devices =
      root.kind == YamlNode::Kind::list ? &root : member(root, "devices");
  if (devices == nullptr) return;
  for (const YamlNode& device : devices->items)
    if (const YamlNode* const name = member(device, "name")) names.push_back({name->text});
}

/// Reads only the names, so that it works with an invalid configuration too.
std::vector<Candidate> device_names(const Line& line) {
  std::vector<Candidate> names;
  const std::filesystem::path file = config_file(line.config_file);
  const Document document = parse_yaml(read_file(file), file.string());
  add_device_names(names, document.root);
  if (const YamlNode* const patterns = member(document.root, "device_files")) {
    Mistakes mistakes;
    std::vector<std::string> warnings;
    const Value value(Value(document, &mistakes), *patterns, "'device_files'");
    const std::vector<Key> keys = device_keys_of_all(line.program.kinds);
    const DeviceFiles files(value, file.parent_path(), keys, warnings, mistakes);
    for (const auto& each : files.documents()) add_device_names(names, each->root);
  }
  return names;
}

std::vector<Candidate> metric_names(const Line& line) {
  std::map<std::string, std::string> found;
  for (const QueryPtr& query : shipped_queries(line.program.kinds, ""))
    for (const Rule& rule : query->rules) found.emplace(rule.family->name, rule.family->help);
  std::vector<Candidate> names;
  for (const auto& [name, help] : found) names.push_back({name, help});
  return names;
}

std::vector<Candidate> pack_names(const Line& line) {
  std::vector<Candidate> names;
  for (const PackText& pack : shipped_packs(line.program.kinds))
    names.push_back({std::string(pack.name)});
  return names;
}

std::vector<Candidate> brand_words(const Line& line, std::string_view what,
                                   const std::vector<std::string>& before) {
  std::vector<Candidate> known;
  if (line.first && line.first->completions != nullptr)
    for (std::string& word : line.first->completions(what, before))
      known.push_back({std::move(word)});
  return known;
}

/// The words that can be used for FILE, DEVICE, PACK, or a placeholder of the brand, of a help
/// text.
std::vector<Candidate> named(const Line& line, std::string_view what,
                             const std::vector<std::string>& before) {
  if (what.ends_with(",...")) what.remove_suffix(4);
  try {
    if (what == "FILE" || what == "DIR") return {{kFiles}};
    if (what == "DEVICE") return device_names(line);
    if (what == "PACK") return pack_names(line);
    if (what == "METRIC") return metric_names(line);
    return brand_words(line, what, before);
  } catch (const Error&) {  // no configuration, or no cache
    return {};
  }
}

std::vector<Candidate> values(const Line& line) {
  std::vector<Candidate> all;
  for (const std::string_view choice : line.open->choices) all.push_back({std::string(choice)});
  if (!all.empty()) return all;
  const auto places = split(line.open->value, ' ');
  const std::size_t place = std::min(line.values.size(), places.size() - 1);
  return named(line, places[place], line.values);
}

std::vector<Candidate> option_names(const Line& line) {
  std::vector<Candidate> all = {{"--help", "Print this help and end"}};
  if (!line.first) all.push_back({"--version", "Print the version and end"});
  for (const Option& option : line.current.syntax.options)
    all.push_back({"--" + std::string(option.name), option.help});
  return all;
}

std::vector<Candidate> next_words(const Line& line) {
  std::vector<Candidate> all;
  if (line.words.empty())
    for (const Command& command : line.commands)
      all.push_back({std::string(command.name), std::string(command.help)});
  const auto places = split(line.current.syntax.words, ' ');
  if (line.words.size() >= places.size()) return all;
  std::string_view what = places[line.words.size()];
  if (what.starts_with('[')) what.remove_prefix(1);
  if (what.ends_with(']')) what.remove_suffix(1);
  if (what.find('|') != std::string_view::npos)
    for (const std::string_view word : split(what, '|')) all.push_back({std::string(word)});
  const std::vector<Candidate> more = named(line, what, line.words);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// How far the completions of `typed`, the last word, leave it as it is: "--format=" is followed by
/// a value, and "a,b," by another member of a list.  Opens the option of "--format=".
std::string kept_of(Line& line, const std::string& typed) {
  const auto equals = typed.find('=');
  std::size_t kept = 0;
  if (line.open == nullptr && typed.starts_with("--") && equals != std::string::npos) {
    const Option* const option = find_option(line.current.syntax, typed);
    if (option == nullptr || is_flag(*option)) return "";
    line.open = option;
    kept = equals + 1;
  }
  const auto comma = typed.rfind(',');
  if (line.open != nullptr && line.open->is_list && comma != std::string::npos)
    kept = std::max(kept, comma + 1);
  return typed.substr(0, kept);
}

}  // namespace

std::vector<Candidate> candidates(const Program& program, std::span<const std::string> words) {
  Line line{.program = program, .commands = commands(program)};
  const std::string typed = words.empty() ? "" : words.back();
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (i > 0 || words[i] != "help") read_word(line, words[i]);  // `help COMMAND` is COMMAND --help
  const std::string kept = kept_of(line, typed);
  std::vector<Candidate> all = line.open != nullptr     ? values(line)
                               : typed.starts_with('-') ? option_names(line)
                                                        : next_words(line);
  if (words.size() == 1 && line.open == nullptr && !typed.starts_with('-'))
    all.push_back({"help", "tell the options of a command"});
  for (Candidate& candidate : all)
    if (candidate.word != kFiles) candidate.word.insert(0, kept);
  std::erase_if(all, [&](const Candidate& candidate) {
    return candidate.word != kFiles && !candidate.word.starts_with(typed);
  });
  return all;
}

}  // namespace boxmeter
