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

void append_label(std::string& text, std::string_view name, std::string_view value) {
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

}  // namespace

double unix_seconds(WallClock::time_point when) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
  return static_cast<double>(whole.count()) / 1e3;
}

void append_labels(std::string& text, const Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (!text.empty() && text.back() != '{') text += ',';
    append_label(text, name, value);
  }
}

void append_sample(std::string& text, std::string_view name, const Labels& labels,
                   const Number& value) {
  text.append(name);
  if (!labels.empty()) {
    text += '{';
    append_labels(text, labels);
    text += '}';
  }
  text += ' ';
  value.append_to(text);
  text += '\n';
}

void append_tail(std::string& text, const Labels& labels, const Number& value) {
  for (const auto& [name, own] : labels) {
    text += ',';
    append_label(text, name, own);
  }
  text += "} ";
  value.append_to(text);
  text += '\n';
}

void append_lines(std::string& text, std::string_view name, std::string_view common,
                  std::string_view tails) {
  while (!tails.empty()) {
    const auto end = std::min(tails.find('\n'), tails.size() - 1) + 1;
    text.append(name).append(1, '{').append(common).append(tails.substr(0, end));
    tails.remove_prefix(end);
  }
}

std::size_t size_of_lines(std::string_view name, std::string_view common, std::string_view tails) {
  const auto count = static_cast<std::size_t>(std::ranges::count(tails, '\n'));
  return count * (name.size() + 1 + common.size()) + tails.size();
}

ReadSample read_tail(std::string_view tail) {
  ReadSample sample;
  const auto blank = tail.rfind(' ');
  std::from_chars(tail.data() + blank + 1, tail.data() + tail.size(), sample.value);
  if (blank > 1) sample.labels = read_labels(tail.substr(1, blank - 2));  // without , and }
  return sample;
}

}  // namespace boxmeter
