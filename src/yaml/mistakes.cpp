#include "yaml/mistakes.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace boxmeter {

std::string FilePosition::text() const {
  return file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

ConfigMistakes::ConfigMistakes(std::vector<std::string> lines)
    : Error(ErrorKind::config, joined(lines, "\n")), lines_(std::move(lines)) {}

void Mistakes::begin_file(const std::string& name) { rank(name); }

std::size_t Mistakes::rank(const std::string& file) {
  const auto known = std::ranges::find(files_, file);
  const auto rank = static_cast<std::size_t>(known - files_.begin());
  if (known == files_.end()) files_.push_back(file);
  return rank;
}

void Mistakes::add(const Error& error) {
  const auto* const mistake = dynamic_cast<const Mistake*>(&error);
  if (mistake == nullptr)
    found_.push_back({.text = error.what()});
  else
    found_.push_back({.file = rank(mistake->position().file),
                      .mark = mistake->position().mark,
                      .text = error.what()});
}

void Mistakes::throw_if_any() const {
  if (found_.empty()) return;
  std::vector<Found> sorted = found_;
  std::ranges::stable_sort(sorted, {}, [](const Found& found) {
    return std::make_tuple(found.file, found.mark.line, found.mark.column);
  });
  // Two readers of one value, such as a query's `labels` by each of its rules, find the same.
  const auto repeated =
      std::unique(sorted.begin(), sorted.end(),
                  [](const Found& one, const Found& other) { return one.text == other.text; });
  sorted.erase(repeated, sorted.end());
  std::vector<std::string> lines;
  for (const Found& found : sorted) {
    if (lines.size() == kMostReported) {
      lines.push_back("and " + std::to_string(sorted.size() - kMostReported) + " more");
      break;
    }
    lines.push_back(found.text);
  }
  throw ConfigMistakes(std::move(lines));
}

}  // namespace boxmeter
