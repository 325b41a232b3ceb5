#include "publish/site/pages.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/encode.h"
#include "publish/site/assets.h"
#include "publish/site/box_html.h"
#include "publish/site/html.h"
#include "publish/site/human.h"
#include "publish/utc_text.h"

namespace boxmeter {
namespace {

constexpr std::size_t kMostCards = 24, kMostProblems = 12, kFewBoxes = 6;

/// Everything up to <main>; `updates` is the URL that page.js asks for changes.
std::string head(const std::string& title, std::string_view updates, std::string_view version,
                 WallClock::time_point now, std::string_view layout) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         title +
         "</title>\n"
         "<link rel=\"icon\" href=\"" +
         asset_link("icon.svg") +
         "\">\n"
         "<link rel=\"stylesheet\" href=\"" +
         asset_link("page.css") +
         "\">\n"
         "<script defer src=\"" +
         asset_link("page.js") +
         "\"></script>\n</head>\n<body>\n"
         "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
         "<header class=\"bar\">\n<a class=\"brand\" href=\"./\">boxmeter</a>\n"
         "<nav aria-label=\"Pages\"><a href=\"metrics\">Metrics</a> <a href=\"devices\">JSON</a> "
         "<a href=\"config\">Configuration</a></nav>\n"
         "<p id=\"live\" class=\"live\" role=\"status\"></p>\n</header>\n"
         "<main id=\"main\" data-updates=\"" +
         escaped(updates) + "\" data-version=\"" + escaped(version) + "\" data-now=\"" +
         utc_text(now) + "\" data-layout=\"" + std::string(layout) + "\">\n";
}

constexpr std::string_view kFoot = "</main>\n</body>\n</html>\n";

bool belongs_to(const BoxFacts& box, std::string_view choice) {
  const std::string choices = choices_of(box);
  const auto words = split(choices, ' ');
  return choice.empty() || std::ranges::find(words, choice) != words.end();
}

bool matches(const BoxFacts& box, const Filter& filter) {
  return belongs_to(box, filter.show) && searched_text(box).find(filter.find) != std::string::npos;
}

struct Headline {
  std::string_view css;
  std::string text;
};

/// The sentence at the top of the overview.
Headline headline(const Overview& overview) {
  std::size_t all = overview.boxes.size(), up = 0, waiting = 0;
  if (all == 0) return {"warn", "No box is configured"};
  for (const BoxFacts& box : overview.boxes) {
    all -= box.state == BoxState::on_demand ? 1 : 0;  // never asked, so not counted
    up += box.state == BoxState::up ? 1 : 0;
    waiting += box.state == BoxState::waiting ? 1 : 0;
  }
  if (all == 0) return {"good", "Only probes ask here, and none has yet"};
  if (waiting == all) return {"warn", "Asking for the first time"};
  if (up == all)
    return {"good", all == 1 ? "The box is up" : "All " + grouped(all) + " boxes are up"};
  if (all == 1) return {"bad", "The box is down"};
  return {up + waiting == all ? "warn" : "bad",
          grouped(up) + " of " + grouped(all) + (up == 1 ? " boxes is up" : " boxes are up")};
}

std::string total_rate(const Overview& overview) {
  double down = 0, up = 0;
  bool is_known = false;
  for (const BoxFacts& box : overview.boxes) {
    is_known |= box.readings.rate.down.has_value();
    down += box.readings.rate.down.value_or(0);
    up += box.readings.rate.up.value_or(0);
  }
  if (!is_known || overview.boxes.size() < 2) return "";
  return "<span class=\"arrow\">↓</span> " + bit_rate(down) + " <span class=\"arrow\">↑</span> " +
         bit_rate(up) + " in all · ";
}

std::string top(const Overview& overview) {
  const Headline said = headline(overview);
  std::uint64_t series = 0;
  for (const BoxFacts& box : overview.boxes) series += box.series;
  std::string html = "<div data-key=\"top\">\n<div class=\"hero " + std::string(said.css) +
                     "\"><h1>" + said.text + "</h1>\n<p class=\"soft\">" + total_rate(overview) +
                     grouped(series, "series", "series") + "</p></div>\n";
  if (overview.problems.empty()) return html + "</div>\n";
  const std::size_t shown = std::min(overview.problems.size(), kMostProblems);
  html +=
      "<section aria-labelledby=\"wrong\">\n<h2 id=\"wrong\">What needs you <span "
      "class=\"count\">" +
      grouped(overview.problems.size()) + "</span></h2>\n" +
      problem_list({overview.problems.begin(),
                    overview.problems.begin() + static_cast<std::ptrdiff_t>(shown)},
                   true, overview.now);
  if (shown < overview.problems.size())
    html += "<p class=\"soft\">and " + grouped(overview.problems.size() - shown) +
            " more: <a href=\"?show=trouble#boxes\">show the boxes with trouble</a></p>\n";
  return html + "</section>\n</div>\n";
}

struct Choice {
  std::string_view value, text;
};
constexpr Choice kChoices[] = {
    {"", "All"}, {"up", "Up"}, {"down", "Down"}, {"trouble", "With trouble"}};

std::string choice_count(const Overview& overview, const Choice& choice) {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(
      overview.boxes, [&](const BoxFacts& box) { return belongs_to(box, choice.value); }));
  return "<span class=\"count\" data-key=\"count:" + std::string(choice.value) + "\">" +
         grouped(count) + "</span>";
}

std::string filter_form(const Overview& overview, const Filter& filter) {
  std::string html =
      "<form class=\"filter\" role=\"search\" method=\"get\" action=\"./\" data-filter=\"boxes\">\n"
      "<label class=\"sr\" for=\"find\">Find a box by name, model, firmware or address</label>\n"
      "<input type=\"search\" id=\"find\" name=\"find\" placeholder=\"Find a box\" "
      "autocomplete=\"off\" value=\"" +
      escaped(filter.find) +
      "\">\n"
      "<fieldset><legend class=\"sr\">Which boxes to show</legend>\n";
  for (const Choice& choice : kChoices)
    html += "<label class=\"chip\"><input type=\"radio\" name=\"show\" value=\"" +
            std::string(choice.value) + "\"" + (filter.show == choice.value ? " checked" : "") +
            "> " + std::string(choice.text) + " " + choice_count(overview, choice) + "</label>\n";
  return html + "</fieldset>\n<button type=\"submit\" data-noscript>Find</button>\n</form>\n";
}

std::string boxes(const Overview& overview, const Filter& filter) {
  const bool rows = layout_of(overview) == "rows";
  std::string html = rows ? "<div class=\"panel wide\"><table class=\"boxes\"><thead>" +
                                std::string(kRowHead) + "</thead>\n<tbody id=\"boxes\">\n"
                          : "<div class=\"cards\" id=\"boxes\">\n";
  bool is_any = false;
  for (const BoxFacts& box : overview.boxes) {
    const bool is_shown = matches(box, filter);
    is_any |= is_shown;
    html += rows ? box_row(box, !is_shown) : box_card(box, overview.now, !is_shown);
  }
  html += rows ? "</tbody></table></div>\n" : "</div>\n";
  return html + "<p class=\"nothing\" id=\"boxes-nothing\"" +
         (is_any || overview.boxes.empty() ? " hidden" : "") +
         ">No box is like that. <a href=\"./\">Show all</a></p>\n";
}

std::string sinks(const Overview& overview) {
  std::string html =
      "<section class=\"panel\" aria-labelledby=\"sinks\">\n<h2 id=\"sinks\">Pushed "
      "to</h2>\n<dl>\n";
  for (const SinkStatus& sink : overview.sinks) {
    std::uint64_t dropped = 0;
    for (const auto& [reason, count] : sink.dropped) dropped += count;
    html += "<div><dt>" + escaped(sink.name) + "</dt><dd>" + grouped(sink.sent) +
            " sent <span class=\"soft\">" + ago(sink.last_success, overview.now, "never") +
            "</span>, " + grouped(sink.queued_objects) + " waiting (" +
            volume(static_cast<double>(sink.queued_bytes)) + ")";
    if (sink.oldest && !sink.last_error.empty())
      html += ", the oldest from <span class=\"warn\">" + ago(sink.oldest, overview.now, "") +
              "</span>";
    if (dropped > 0) html += ", <span class=\"bad\">" + grouped(dropped) + " given up</span>";
    html += "</dd></div>\n";
  }
  return html + "</dl>\n</section>\n";
}

std::string scrapes(const Overview& overview) {
  std::string html =
      "<section class=\"panel\" aria-labelledby=\"scrapes\">\n<h2 id=\"scrapes\">Scraped by</h2>\n";
  if (overview.scrapes.empty())
    return html + "<p class=\"soft\">Nobody has asked for /metrics yet.</p>\n</section>\n";
  html += "<dl>\n";
  for (const Scrape& scrape : overview.scrapes) {
    html += "<div><dt>" + escaped(scrape.agent.empty() ? scrape.client : scrape.agent) +
            "</dt><dd>" + (scrape.agent.empty() ? "" : escaped(scrape.client) + ", ") +
            ago(scrape.last, overview.now, "");
    if (scrape.pause)
      html += ", every " + lasting(std::max(std::round(scrape.pause->count()), 0.0));
    html += " <span class=\"soft\">" + milliseconds(scrape.took) + ", " +
            volume(static_cast<double>(scrape.bytes)) + "</span></dd></div>\n";
  }
  return html + "</dl>\n</section>\n";
}

std::string about(const Overview& overview) {
  const ConfigStatus& config = overview.config;
  std::string html =
      "<section class=\"panel\" aria-labelledby=\"about\">\n<h2 id=\"about\">boxmeter " +
      escaped(overview.version) + "</h2>\n<dl>\n<div><dt>Started</dt><dd>" +
      ago(overview.started, overview.now, "") + "</dd></div>\n";
  if (!config.file.empty()) {
    html += "<div><dt>Configuration</dt><dd><a href=\"config\">" + escaped(config.file) +
            "</a>, read " + ago(config.read, overview.now, "");
    if (config.last_reload && !config.last_reload->outcome.successful)
      html += ", <span class=\"bad\">reload failed " +
              ago(config.last_reload->when, overview.now, "") + "</span>";
    html += "</dd></div>\n";
  }
  return html + "</dl>\n</section>\n";
}

std::string bottom(const Overview& overview) {
  return "<div class=\"panels\" data-key=\"bottom\">\n" + scrapes(overview) +
         (overview.sinks.empty() ? "" : sinks(overview)) + about(overview) + "</div>\n";
}

std::string box_top(const BoxDetails& details, WallClock::time_point now) {
  std::string html = "<div data-key=\"top\">\n";
  if (!details.problems.empty())
    html +=
        "<section aria-labelledby=\"wrong\">\n<h2 id=\"wrong\" class=\"sr\">What needs you</h2>\n" +
        problem_list(details.problems, false, now) + "</section>\n";
  return html + "</div>\n";
}

}  // namespace

Filter read_filter(std::string_view find, std::string_view show) {
  Filter filter{.find = lower(trim(find))};
  for (const Choice& choice : kChoices)
    if (choice.value == show) filter.show = show;
  return filter;
}

std::string_view layout_of(const Overview& overview) {
  return overview.boxes.size() > kMostCards ? "rows" : "cards";
}

std::string overview_page(const Overview& overview, const Filter& filter,
                          std::string_view version) {
  const bool is_filtered = !filter.find.empty() || !filter.show.empty();
  std::string html = head("boxmeter", "updates", version, overview.now, layout_of(overview)) +
                     top(overview) + "<h2 class=\"sr\">Boxes</h2>\n";
  if (overview.boxes.size() >= kFewBoxes || is_filtered) html += filter_form(overview, filter);
  html += boxes(overview, filter) + bottom(overview);
  return html.append(kFoot);
}

std::string box_page(const BoxDetails& details, const std::string& find, WallClock::time_point now,
                     std::string_view version) {
  const std::string name = http::percent_encoded(details.box.name);
  std::string html = head(escaped(details.box.name) + " - boxmeter", "updates?box=" + name,
                          // No version: page.js fetches all series, and filters them itself.
                          find.empty() ? version : "", now, "box");
  html +=
      "<p class=\"back\"><a href=\"./\"><span aria-hidden=\"true\">←</span> All "
      "boxes</a></p>\n<h1>" +
      escaped(details.box.name) + "</h1>\n";
  for (const auto& [key, part] : box_parts(details, now)) {
    if (key != "series") {
      html += part;
      continue;
    }
    html +=
        "<section aria-labelledby=\"values\">\n<h2 id=\"values\">Values</h2>\n"
        "<form class=\"filter\" role=\"search\" method=\"get\" action=\"box\" "
        "data-filter=\"series\">\n"
        "<input type=\"hidden\" name=\"name\" value=\"" +
        escaped(details.box.name) +
        "\">\n"
        "<label class=\"sr\" for=\"find\">Find a value by metric, label or query</label>\n"
        "<input type=\"search\" id=\"find\" name=\"find\" placeholder=\"Find a value\" "
        "autocomplete=\"off\" value=\"" +
        escaped(find) +
        "\">\n"
        "<button type=\"submit\" data-noscript>Find</button>\n</form>\n"
        "<div class=\"panel wide\" tabindex=\"0\" role=\"group\" aria-label=\"Values\"><table "
        "class=\"values\"><thead><tr>"
        "<th scope=\"col\">Metric</th><th scope=\"col\">Labels</th><th scope=\"col\" "
        "class=\"number\">Value</th>"
        "</tr></thead>\n" +
        part +
        "</table></div>\n"
        "<p class=\"nothing\" id=\"series-nothing\" hidden>No value is like "
        "that.</p>\n</section>\n";
  }
  return html.append(kFoot);
}

std::string missing_page(std::string_view what) {
  return head("boxmeter", "", "", WallClock::time_point(), "none") + "<h1>" + escaped(what) +
         "</h1>\n<p><a href=\"./\">All boxes</a></p>\n" + std::string(kFoot);
}

Parts overview_parts(const Overview& overview, const std::function<bool(const BoxFacts&)>& is_new) {
  Parts parts{{"top", top(overview)}, {"bottom", bottom(overview)}};
  for (const Choice& choice : kChoices)
    parts.emplace_back("count:" + std::string(choice.value), choice_count(overview, choice));
  const bool rows = layout_of(overview) == "rows";
  for (const BoxFacts& box : overview.boxes)
    if (is_new(box))
      parts.emplace_back("box:" + box.name, rows ? box_row(box) : box_card(box, overview.now));
  return parts;
}

Parts box_parts(const BoxDetails& details, WallClock::time_point now) {
  return {{"top", box_top(details, now)},
          {"box:" + details.box.name, box_card(details.box, now)},
          {"queries", query_groups(details, now)},
          {"series", series_rows(details)}};
}

std::string updates_json(std::string_view version, WallClock::time_point now,
                         std::string_view layout, const std::vector<std::string>* names,
                         const Parts& parts) {
  nlohmann::ordered_json json{{"version", version}, {"now", utc_text(now)}, {"layout", layout}};
  if (names != nullptr) json["boxes"] = *names;
  auto& all = json["parts"] = nlohmann::ordered_json::object();
  for (const auto& [key, html] : parts) all[key] = html;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace boxmeter
