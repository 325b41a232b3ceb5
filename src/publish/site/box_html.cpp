#include "publish/site/box_html.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "http/encode.h"
#include "http/url.h"
#include "publish/site/html.h"
#include "publish/site/human.h"
#include "publish/site/sparkline.h"

namespace boxmeter {
namespace {

struct StateWords {
  std::string_view css, text;
};
constexpr StateWords kStates[] = {
    {"wait", "not asked yet"}, {"up", "up"}, {"down", "down"}, {"idle", "asked by probes alone"}};

const StateWords& words(const BoxFacts& box) {
  return kStates[static_cast<std::size_t>(box.state)];
}

constexpr std::string_view kGrades[] = {"good", "warn", "bad"};

std::string span(std::string_view css, std::string_view html) {
  return std::string("<span class=\"").append(css).append("\">").append(html).append("</span>");
}

std::string box_link(const std::string& name) {
  return "<a href=\"box?name=" + http::percent_encoded(name) + "\">" + escaped(name) + "</a>";
}

/// Appends a line of the card's list, unless `said` is empty.
void add_fact(std::string& html, std::string_view term, const std::string& said) {
  if (said.empty()) return;
  html.append("<div><dt>").append(term).append("</dt><dd>").append(said).append("</dd></div>\n");
}

std::string internet(const BoxReadings& box) {
  if (!box.wan_connected && box.wan_state.empty()) return "";
  const bool is_on = box.wan_connected ? *box.wan_connected == 1 : box.wan_state == "up";
  const bool is_between = !is_on && !box.wan_state.empty() && box.wan_state != "down";
  std::string html = is_on        ? span("good", "connected")
                     : is_between ? span("warn", escaped(box.wan_state))
                                  : span("bad", "not connected");
  if (is_on && box.wan_uptime) html += " for " + lasting(*box.wan_uptime);
  if (!box.access.empty() && box.access != "other")
    html += ", by " + (box.access == "dsl" ? "DSL" : escaped(box.access));
  if (is_on && box.ipv6) html += *box.ipv6 == 1 ? ", IPv6" : ", no IPv6";
  return html;
}

std::string clock_time(WallClock::time_point when) {
  const std::time_t seconds = WallClock::to_time_t(when);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%H:%M", &parts);
  return text.data();
}

std::string volume_of(const std::optional<History::Volume>& today) {
  if (!today || (today->down == 0 && today->up == 0)) return "";
  return "<span class=\"arrow\">↓</span> " + volume(today->down) +
         " <span class=\"arrow\">↑</span> " + volume(today->up) +
         (today->whole_day ? ""
                           : " <span class=\"soft\">since " + clock_time(today->since) + "</span>");
}

std::string wifi(const BoxReadings& box) {
  std::string text;
  if (box.stations) text = grouped(static_cast<std::uint64_t>(*box.stations), "device", "devices");
  if (box.radios)
    text += (text.empty() ? "" : " on ") +
            grouped(static_cast<std::uint64_t>(*box.radios), "radio", "radios");
  return text;
}

std::string hosts(const BoxReadings& box) {
  if (box.hosts_active)
    return short_number(*box.hosts_active) + " connected" +
           (box.hosts ? " of " + short_number(*box.hosts) + " known" : "");
  return box.hosts ? short_number(*box.hosts) + " known" : "";
}

std::string temperature(const BoxReadings& box) {
  if (!box.temperature) return "";
  return short_number(*box.temperature) + " °C" +
         (box.hottest.empty() ? "" : " <span class=\"soft\">" + escaped(box.hottest) + "</span>");
}

std::string line_fact(const LineHealth& line) {
  return span(kGrades[static_cast<std::size_t>(line.grade)], line.words) +
         (line.numbers.empty() ? "" : " <span class=\"soft\">" + line.numbers + "</span>");
}

/// The rate, and the capacity of the line.
std::string rate(std::string_view css, std::string_view arrow, std::string_view word,
                 const std::optional<double>& now, const std::optional<double>& most) {
  if (!now) return "";
  std::string html = "<p class=\"rate " + std::string(css) + "\"><span aria-hidden=\"true\">" +
                     std::string(arrow) + "</span> <span class=\"sr\">" + std::string(word) +
                     " </span><b>" + bit_rate(*now) + "</b>";
  if (most && *most > 0) html += " <span class=\"soft\">of " + bit_rate(*most) + "</span>";
  return html + "</p>";
}

std::string traffic(const BoxFacts& box) {
  const BoxReadings& now = box.readings;
  const std::string picture = sparkline(box.hour);
  if (!now.rate.down && !now.rate.up && picture.empty()) return "";
  return "<div class=\"traffic\">" +
         rate("down-rate", "↓", "down", now.rate.down, now.capacity.down) +
         rate("up-rate", "↑", "up", now.rate.up, now.capacity.up) + picture + "</div>\n";
}

std::string what_it_is(const BoxFacts& box) {
  const BoxReadings& now = box.readings;
  std::string html = now.model.empty() ? escaped(box.kind) : escaped(now.model);
  if (!now.firmware.empty()) html += " · " + escaped(now.firmware);
  if (now.update_available == 1) html += " · " + span("note", "update available");
  const auto url = http::parse_url(box.page);
  if (url)
    html += " · <a href=\"" + escaped(box.page) + "\" rel=\"noreferrer\">" +
            escaped(url->authority()) + "</a>";
  return html;
}

/// The failure of the box as a whole, if there is one.
std::string trouble(const BoxFacts& box, WallClock::time_point now) {
  if (!box.failure) return "";
  std::string html = "<p class=\"error\">" + escaped(box.failure->message) +
                     " <span class=\"soft\">(" + std::string(name(box.failure->kind));
  if (box.failed) html += ", " + ago(box.failed, now, "");
  html += ")</span>";
  if (box.next) html += "<br>Tried again " + ahead(*box.next, now) + ".";
  return html + "</p>\n";
}

std::string polled(const BoxFacts& box, WallClock::time_point now) {
  if (!box.polled)
    return "by probes alone" +
           (box.last_success ? ", last " + ago(box.last_success, now, "") : std::string());
  std::string html = ago(box.last_success, now, "never");
  if (box.next) html += ", next " + ahead(*box.next, now);
  return html;
}

std::string attributes(const BoxFacts& box, bool hidden) {
  return std::string(hidden ? " hidden" : "") + " data-key=\"box:" + escaped(box.name) +
         "\" data-find=\"" + escaped(searched_text(box)) + "\" data-is=\"" + choices_of(box) + "\"";
}

}  // namespace

std::string searched_text(const BoxFacts& box) {
  const BoxReadings& now = box.readings;
  return lower(box.name + " " + box.kind + " " + now.model + " " + now.firmware + " " + box.page +
               " " + now.access);
}

std::string choices_of(const BoxFacts& box) {
  const bool is_troubled = box.state == BoxState::down || box.readings.wan_connected == 0 ||
                           !box.failing.empty() || is_hot(box.readings) ||
                           std::ranges::any_of(box.lines, [](const LineHealth& line) {
                             return line.grade == Grade::bad;
                           });
  return std::string(words(box).css) + (is_troubled ? " trouble" : "");
}

std::string box_card(const BoxFacts& box, WallClock::time_point now, bool hidden) {
  const BoxReadings& read = box.readings;
  const StateWords& state = words(box);
  std::string html = "<article class=\"box " + std::string(state.css) + "\"" +
                     attributes(box, hidden) + ">\n<header><h3>" + box_link(box.name) + "</h3>" +
                     "<p class=\"state\">" + std::string(state.text) + "</p></header>\n" +
                     "<p class=\"what\">" + what_it_is(box) + "</p>\n" + trouble(box, now) +
                     traffic(box) + "<dl>\n";
  add_fact(html, "Internet", internet(read));
  for (const LineHealth& line : box.lines) add_fact(html, "Line", line_fact(line));
  add_fact(html, "Today", volume_of(box.today));
  add_fact(html, "Wi-Fi", wifi(read));
  add_fact(html, "Hosts", hosts(read));
  add_fact(html, "Temperature", temperature(read));
  add_fact(html, "Running for", read.uptime ? lasting(*read.uptime) : "");
  add_fact(html, "Polled", box.state == BoxState::waiting ? "" : polled(box, now));
  return html + "</dl>\n</article>\n";
}

const std::string_view kRowHead =
    "<tr><th scope=\"col\">Box</th><th scope=\"col\">Model</th><th scope=\"col\">Internet</th>"
    "<th scope=\"col\" class=\"number\">Down</th><th scope=\"col\" class=\"number\">Up</th>"
    "<th scope=\"col\">Line</th></tr>";

std::string box_row(const BoxFacts& box, bool hidden) {
  const BoxReadings& read = box.readings;
  const StateWords& state = words(box);
  const auto bits = [](const std::optional<double>& rate) { return rate ? bit_rate(*rate) : ""; };
  std::string html = "<tr class=\"" + std::string(state.css) + "\"" + attributes(box, hidden) +
                     "><th scope=\"row\">" + box_link(box.name) + "<span class=\"sr\"> " +
                     std::string(state.text) + "</span></th>";
  if (box.state == BoxState::down && box.failure)
    return html + "<td colspan=\"5\" class=\"error\">" +
           escaped(shortened(box.failure->message, 160)) + "</td></tr>\n";
  html += "<td>" + (read.model.empty() ? escaped(box.kind) : escaped(read.model)) + "</td><td>" +
          internet(read) + "</td><td class=\"number\">" + bits(read.rate.down) +
          "</td><td class=\"number\">" + bits(read.rate.up) + "</td><td>";
  for (const LineHealth& line : box.lines)
    html += span(kGrades[static_cast<std::size_t>(line.grade)], line.words) + " ";
  return html + "</td></tr>\n";
}

namespace {

/// The boxes that have the problem; of many only the first ones by name.
std::string who(const Problem& problem) {
  const std::vector<std::string>& boxes = problem.boxes;
  constexpr std::size_t kMostNamed = 6;
  std::string html = "<p class=\"who\">";
  const std::size_t shown = std::min(boxes.size(), kMostNamed);
  for (std::size_t i = 0; i < shown; ++i) html += (i == 0 ? "" : ", ") + box_link(boxes[i]);
  if (shown == boxes.size()) return html + "</p>";
  const std::string others = grouped(boxes.size() - shown) + " more";
  // Boxes with notes do not match the filter "trouble", so there is nothing to link to.
  html += " and " + (problem.weight == Problem::Weight::note
                         ? others
                         : "<a href=\"?show=trouble#boxes\">" + others + "</a>");
  return html + "</p>";
}

std::string headline(const Problem& problem, bool named) {
  if (problem.boxes.empty() || !named) return escaped(problem.what);
  if (problem.boxes.size() == 1)
    return box_link(problem.boxes.front()) + " " + escaped(problem.what);
  return grouped(problem.boxes.size()) + " boxes " + escaped(problem.of_many);
}

/// A <details> with the queries and the message of each.
std::string which(const std::vector<std::pair<std::string, std::string>>& queries) {
  std::string html =
      "<details class=\"which\"><summary>The " + grouped(queries.size()) + " queries</summary><ul>";
  for (const auto& [name, message] : queries)
    html += "<li><b>" + escaped(name) + "</b> " + escaped(message) + "</li>";
  return html + "</ul></details>";
}

std::string problem_item(const Problem& problem, bool named, WallClock::time_point now) {
  static constexpr std::string_view kWeights[] = {"bad", "warn", "note"};
  static constexpr std::string_view kSpoken[] = {"Failure: ", "Warning: ", "Note: "};
  const auto weight = static_cast<std::size_t>(problem.weight);
  std::string html = "<li class=\"" + std::string(kWeights[weight]) + "\"><p><span class=\"sr\">" +
                     std::string(kSpoken[weight]) + "</span><b>" + headline(problem, named) +
                     "</b>";
  if (problem.tried)
    html += " <span class=\"soft\">tried " + ago(problem.tried, now, "") + "</span>";
  if (problem.again)
    html += "<span class=\"soft\">, again " + ahead(*problem.again, now) + "</span>";
  html += "</p>";
  if (named && problem.boxes.size() > 1) html += who(problem);
  for (const std::string& detail : problem.details)
    html += "<p class=\"detail\">" + escaped(detail) + "</p>";
  if (!problem.way_out.empty())
    html +=
        "<p class=\"out\"><span aria-hidden=\"true\">→</span> " + escaped(problem.way_out) + "</p>";
  // The page of one box lists its queries anyway.
  if (named && problem.queries.size() > 1) html += which(problem.queries);
  return html + "</li>\n";
}

}  // namespace

std::string problem_list(const std::vector<Problem>& problems, bool named,
                         WallClock::time_point now) {
  std::string html = "<ul class=\"problems\">\n";
  for (const Problem& problem : problems) html += problem_item(problem, named, now);
  return html + "</ul>\n";
}

namespace {

struct GroupWords {
  std::string_view title, css;
  bool open;
};
constexpr GroupWords kGroups[] = {{"Failing", "bad", true},
                                  {"Not allowed", "warn", true},
                                  {"Not on this box", "soft", false},
                                  {"Not asked yet", "soft", false},
                                  {"Fine", "good", true}};

/// A link to /probe, which asks the box now.
std::string ask_link(const std::string& device, const std::string& query) {
  return "<a class=\"ask\" href=\"probe?target=" + http::percent_encoded(device) +
         "&amp;query=" + http::percent_encoded(query) + "\" aria-label=\"Ask " + escaped(query) +
         " now\">ask now</a>";
}

/// `says_way_out`: false if the query before had the same way out.
std::string query_row(const std::string& device, const QueryFacts& query, bool says_way_out,
                      WallClock::time_point now) {
  using Group = QueryFacts::Group;
  const std::string next = query.next ? ahead(*query.next, now) : "";
  std::string html = "<tr><th scope=\"row\">" + escaped(query.name);
  if (!query.reason.empty()) html += "<p class=\"detail\">" + escaped(query.reason) + "</p>";
  if (says_way_out && !query.way_out.empty() && query.group != Group::unsupported)
    html +=
        "<p class=\"out\"><span aria-hidden=\"true\">→</span> " + escaped(query.way_out) + "</p>";
  return html + "</th><td class=\"number\">" + grouped(query.series) +
         "</td><td class=\"number\">" +
         (query.group == Group::waiting ? "" : milliseconds(query.took)) + "</td><td>" +
         ago(query.last_success, now, "never") + "</td><td>" + next + "</td><td>" +
         ask_link(device, query.name) + "</td></tr>\n";
}

}  // namespace

std::string query_groups(const BoxDetails& details, WallClock::time_point now) {
  std::string html =
      "<section data-key=\"queries\" aria-labelledby=\"queries\">\n"
      "<h2 id=\"queries\">Queries</h2>\n";
  for (std::size_t group = 0; group < std::size(kGroups); ++group) {
    std::string rows, said;
    std::size_t count = 0;
    for (const QueryFacts& query : details.queries) {
      if (static_cast<std::size_t>(query.group) != group) continue;
      rows += query_row(details.box.name, query, query.way_out != said, now);
      said = query.way_out;
      ++count;
    }
    if (count == 0) continue;
    const GroupWords& words = kGroups[group];
    html +=
        "<details" + std::string(words.open ? " open" : "") +
        " class=\"panel\"><summary><span class=\"" + std::string(words.css) + "\">" +
        std::string(words.title) + "</span> " + std::to_string(count) +
        "</summary>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Queries: " +
        std::string(words.title) +
        "\"><table class=\"queries\"><thead><tr><th scope=\"col\">Query</th>"
        "<th scope=\"col\" class=\"number\">Series</th><th scope=\"col\" class=\"number\">Took</th>"
        "<th scope=\"col\">Last answer</th><th scope=\"col\">Next "
        "poll</th><th scope=\"col\">Again</th></tr></thead>\n<tbody>\n" +
        rows + "</tbody></table></div></details>\n";
  }
  return html + "</section>\n";
}

std::string series_rows(const BoxDetails& details) {
  std::string html = "<tbody data-key=\"series\">\n";
  for (const SeriesFacts& series : details.series)
    html += "<tr data-find=\"" +
            escaped(lower(series.metric + " " + series.labels + " " + series.value + " " +
                          series.query)) +
            "\"><th scope=\"row\" title=\"" + escaped(series.help) + "\">" +
            escaped(series.metric) + "</th><td>" + escaped(series.labels) +
            "</td><td class=\"number\">" + escaped(series.value) + "</td></tr>\n";
  if (details.series.empty()) html += "<tr><td colspan=\"3\">No series.</td></tr>\n";
  if (details.left_out > 0)
    html += "<tr><td colspan=\"3\">and " + grouped(details.left_out) +
            " more; search for what you miss</td></tr>\n";
  return html + "</tbody>\n";
}

}  // namespace boxmeter
