#include "publish/sample_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace boxmeter {
namespace {

/// The inverse of append_labels().
Labels read_labels(std::string_view text) {
  Labels labels;
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) break;
    std::string name(text.substr(0, equals)), value;
    auto at = equals + 2;
    for (; at < text.size() && text[at] != '"'; ++at) {
      const bool is_escaped = text[at] == '\\' && at + 1 < text.size();
      if (is_escaped) ++at;
      value += is_escaped && text[at] == 'n' ? '\n' : text[at];
    }
    labels.emplace_back(std::move(name), std::move(value));
    text.remove_prefix(std::min(at + 1, text.size()));
    if (!text.empty()) text.remove_prefix(1);  // the comma
  }
  return labels;
}

}  // namespace

double unix_seconds(WallClock::time_point when) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
  return static_cast<double>(whole.count()) / 1e3;
}

void append_labels(std::string& text, const Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (!text.empty() && text.back() != '{') text += ',';
    text.append(name).append("=\"");
    for (const char c : value) {
      if (c == '\n') {
        text += "\\n";
        continue;
      }
      if (c == '\\' || c == '"') text += '\\';
      text += c;
    }
    text += '"';
  }
}

void append_sample(std::string& text, std::string_view name, std::string_view common,
                   const Labels& labels, const Number& value) {
  text.append(name);
  if (!common.empty() || !labels.empty()) {
    text.append(1, '{').append(common);
    append_labels(text, labels);
    text += '}';
  }
  text += ' ';
  value.append_to(text);
  text += '\n';
}

ReadSample read_sample(std::string_view line, std::string_view name, std::string_view common) {
  ReadSample sample;
  const auto blank = line.rfind(' ');
  std::from_chars(line.data() + blank + 1, line.data() + line.size(), sample.value);
  const auto begin = name.size() + 1 + common.size();
  if (begin + 1 < blank) {
    auto rest = line.substr(begin, blank - 1 - begin);
    if (!common.empty() && rest.starts_with(',')) rest.remove_prefix(1);
    sample.labels = read_labels(rest);
  }
  return sample;
}

}  // namespace boxmeter
