#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "config_folder.h"

namespace boxmeter::config_mistakes_test {

using namespace test;

namespace {

/// `# env: NAME=VALUE` at the top of a mistake.
void set_variables(std::string_view text, std::deque<Variable>& variables) {
  constexpr std::string_view kMark = "# env: ";
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with(kMark)) continue;
    const auto setting = trim(line.substr(kMark.size()));
    const auto equals = setting.find('=');
    variables.emplace_back(std::string(setting.substr(0, equals)),
                           std::string(setting.substr(equals + 1)));
  }
}

std::string outcome(const std::string& file) {
  try {
    const Config config = load_config(file, shipped_kinds());
    return config.warnings.empty() ? "no complaint" : "warning: " + joined(config.warnings, " | ");
  } catch (const Error& error) {
    return error.kind() == ErrorKind::config ? error.what() : "not a config error";
  }
}

/// A pack is loaded through a configuration that asks for it.
std::string complaint_about(const std::filesystem::path& file) {
  const std::string text = read_file(file, 8U << 20);
  std::deque<Variable> variables;
  set_variables(text, variables);
  const bool is_pack = text.find("\npack:") != std::string::npos || text.starts_with("pack:");
  if (is_pack) variables.emplace_back("PACK", file.string());
  return file.stem().string() + ": " + outcome(is_pack ? "with-pack.yml" : file.string()) + "\n";
}

std::string complaints_in(const std::filesystem::path& folder) {
  const WorkingIn inside(folder);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("."))
    if (entry.path().filename().string()[0] <= '9') files.push_back(entry.path().filename());
  std::ranges::sort(files);
  std::string all;
  for (const auto& file : files) all += complaint_about(file);
  return all;
}

}  // namespace

TEST_CASE("typical mistakes are told with their place and the way out") {
  const auto root = source_root();
  std::string all = complaints_in(root / "tests/golden/mistakes");
  {
    const ConfigFolder huge;
    huge.write("900-five-mebibytes.yml", "#" + std::string(5U << 20, 'x'));
    huge.write("901-ten-thousand-levels.yml", "devices: " + std::string(10'000, '['));
    huge.write("902-ten-thousand-block-levels.yml", [] {
      std::string text;
      for (std::size_t i = 0; i < 2000; ++i) text += std::string(i, ' ') + "a:\n";
      return text;
    }());
    std::string many = "devices:\n";
    for (int i = 0; i < 100'001; ++i) many += "- a\n";
    huge.write("903-too-many-values.yml", many);
    all += complaints_in(".");
  }

  const auto golden = root / "tests/golden/mistakes.txt";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden) << all;
    return;
  }
  const std::string expected = read_file(golden);
  const auto expected_lines = split(expected, '\n');
  const auto lines = split(all, '\n');
  for (std::size_t i = 0; i < std::max(lines.size(), expected_lines.size()); ++i)
    CHECK((i < lines.size() ? lines[i] : "") ==
          (i < expected_lines.size() ? expected_lines[i] : ""));
}

}  // namespace boxmeter::config_mistakes_test
