#include "publish/status_page.h"

#include <algorithm>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>boxmeter</title>
<style>
:root { --ink: #1d2330; --soft: #5d6677; --line: #dde1e8; --page: #f6f7f9; --card: #fff;
  --good: #177245; --bad: #b3261e; --wait: #8a5a00; --link: #1557b0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ee; --soft: #99a2b3; --line: #343b49;
  --page: #14171d; --card: #1c2028; --good: #5ec98f; --bad: #ff8a80; --wait: #e5b454;
  --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1rem 3rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 .75rem; font-size: 1.1rem; }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
.soft { color: var(--soft); }
.card { margin: 0 0 1rem; padding: 1rem 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .6rem; overflow-x: auto; }
.card h3 { display: inline; margin: 0 .5rem 0 0; font-size: 1.05rem; }
.up { color: var(--good); } .down { color: var(--bad); } .wait { color: var(--wait); }
.error { margin: .5rem 0 0; color: var(--bad); overflow-wrap: anywhere; }
summary { margin-top: .5rem; cursor: pointer; color: var(--soft); }
table { width: 100%; margin-top: .5rem; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { color: var(--soft); font-weight: 500; border-top: 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.text { overflow-wrap: anywhere; }
</style>
</head>
<body>
<header>
<h1>boxmeter</h1>
)";

/// Whatever a device or a listener said, made harmless.
std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : repair_utf8(text)) {
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

std::string ago(const std::optional<WallClock::time_point>& when, WallClock::time_point now) {
  return when ? age(now - *when) + " ago" : "never";
}

std::string counted(std::uint64_t count, const std::string& thing, const std::string& things) {
  return std::to_string(count) + " " + (count == 1 ? thing : things);
}

std::string cell(std::string_view html, std::string_view kind = "") {
  return "<td" + (kind.empty() ? "" : " class=\"" + std::string(kind) + "\"") + ">" +
         std::string(html) + "</td>";
}

std::string milliseconds(std::chrono::duration<double> took) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(took).count()) + " ms";
}

std::string query_row(const DeviceStatus::Query& query, WallClock::time_point now) {
  const auto state = query.asked ? std::string(name(query.support)) : "not asked yet";
  const auto kind = !query.asked ? "wait" : query.up ? "up" : query.failure ? "down" : "wait";
  const bool lacking = query.support != Support::supported && query.support != Support::failing;
  return "<tr>" + cell(escaped(query.name)) + cell(state, lacking ? "soft" : kind) +
         cell(std::to_string(query.series), "number") +
         cell(query.asked ? milliseconds(query.took) : "", "number") +
         cell(ago(query.last_success, now)) +
         cell(query.failure ? escaped(query.failure->message) : "", "text soft") + "</tr>\n";
}

std::string device_card(const DeviceStatus& device, WallClock::time_point now) {
  const auto* state = !device.answered ? "not answered yet" : device.up ? "up" : "down";
  const auto* kind = !device.answered ? "wait" : state;
  std::string html = "<article class=\"card\">\n<h3>" + escaped(device.name) + "</h3><b class=\"" +
                     kind + "\">" + state + "</b> <span class=\"soft\">" + escaped(device.kind) +
                     " · last success " + ago(device.last_success, now) + " · " +
                     counted(device.series, "series", "series") + "</span>\n";
  if (device.failure) {
    html += "<p class=\"error\">" + std::string(name(device.failure->kind)) + ", " +
            ago(device.failed, now) + ": " + escaped(device.failure->message) + "</p>\n";
  }
  html += "<details><summary>" + counted(device.queries.size(), "query", "queries") +
          "</summary>\n<table>\n<tr><th>query</th><th>state</th><th>series</th><th>took</th>"
          "<th>last success</th><th>error</th></tr>\n";
  for (const auto& query : device.queries) html += query_row(query, now);
  return html + "</table></details>\n</article>\n";
}

std::string sink_card(const SinkStatus& sink, WallClock::time_point now) {
  std::string html = "<article class=\"card\">\n<h3>" + escaped(sink.name) +
                     "</h3><span class=\"soft\">" + std::to_string(sink.sent) + " sent · " +
                     std::to_string(sink.queued_objects) + " waiting";
  if (sink.oldest) html += " (the oldest for " + age(now - *sink.oldest) + ")";
  std::uint64_t dropped = 0;
  for (const auto& [reason, count] : sink.dropped) dropped += count;
  html += " · " + std::to_string(dropped) + " given up</span>\n";
  if (!sink.last_error.empty()) html += "<p class=\"error\">" + escaped(sink.last_error) + "</p>\n";
  return html + "</article>\n";
}

}  // namespace

std::string age(WallClock::duration age) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::floor<std::chrono::seconds>(age).count(), 0);
  constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400;
  if (seconds < 2 * kMinute) return std::to_string(seconds) + " s";
  if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + " min";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + " h";
  return std::to_string(seconds / kDay) + " d";
}

std::string status_page(const std::vector<DeviceStatus>& devices,
                        const std::vector<SinkStatus>& sinks, WallClock::time_point now) {
  std::string html(kHead);
  html += "<span class=\"soft\">" BOXMETER_VERSION
          "</span>\n<nav><a href=\"metrics\">metrics</a> <a href=\"devices\">devices (JSON)</a> "
          "<a href=\"config\">configuration</a> <a href=\"-/healthy\">healthy</a> <a "
          "href=\"-/ready\">ready</a></nav>\n</header>\n";
  const auto up = std::count_if(devices.begin(), devices.end(),
                                [](const DeviceStatus& device) { return device.up; });
  html += "<h2>Devices <span class=\"soft\">" + std::to_string(up) + " of " +
          std::to_string(devices.size()) + " up</span></h2>\n";
  for (const auto& device : devices) html += device_card(device, now);
  if (!sinks.empty()) html += "<h2>Push</h2>\n";
  for (const auto& sink : sinks) html += sink_card(sink, now);
  return html + "</body>\n</html>\n";
}

}  // namespace boxmeter
