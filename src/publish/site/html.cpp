#include "publish/site/html.h"

#include "base/unicode.h"
#include "publish/site/human.h"
#include "publish/utc_text.h"

namespace boxmeter {
namespace {

std::string time_element(std::string_view kind, WallClock::time_point when, std::string_view text) {
  return std::string("<time class=\"")
      .append(kind)
      .append("\" datetime=\"")
      .append(utc_text(when))
      .append("\">")
      .append(text)
      .append("</time>");
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string ago(const std::optional<WallClock::time_point>& when, WallClock::time_point now,
                std::string_view otherwise) {
  if (!when) return std::string(otherwise);
  return time_element("ago", *when, age(now - *when) + " ago");
}

std::string ahead(WallClock::time_point when, WallClock::time_point now) {
  return time_element("ahead", when, when > now ? "in " + age(when - now) : "now");
}

}  // namespace boxmeter
