#include "publish/sample_text.h"

namespace boxmeter {

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

}  // namespace boxmeter
