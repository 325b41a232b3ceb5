// metrics: the catalogue of all metrics, made from the packs.
#include <algorithm>
#include <iostream>
#include <map>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/terminal.h"
#include "app/unit.h"
#include "base/text.h"
#include "config/config.h"
#include "publish/own_metrics.h"

namespace boxmeter {
namespace {

/// One metric, from all queries that give it.
struct Entry {
  std::string type = {};
  std::string help = {};
  std::vector<std::string> labels = {};   // without those that every series of a device has
  std::vector<std::string> key = {};      // of an info: its identifying labels; empty: all
  std::vector<std::string> states = {};   // of a state set
  std::vector<std::string> queries = {};  // "pack/query"; empty: boxmeter's own
};
using Entries = std::map<std::string, Entry>;

void add_once(std::vector<std::string>& words, const std::string& word) {
  if (std::ranges::find(words, word) == words.end()) words.push_back(word);
}

void add_rule(Entries& entries, const Query& query, const Rule& rule) {
  Entry& entry = entries[rule.family->name];
  entry.type = name(rule.family->type);
  entry.help = rule.family->help;
  // `label: "="` removes an inherited label.
  for (const LabelRule& label : rule.labels)
    if (label.source.constant != "") add_once(entry.labels, label.name);
  for (const LabelRule& label : rule.labels)
    if (label.key && rule.family->type == MetricType::info) add_once(entry.key, label.name);
  for (const State& state : rule.states) add_once(entry.states, state.name);
  if (!rule.states.empty()) add_once(entry.labels, "state");
  add_once(entry.queries, query.pack == query.name ? query.name : query.pack + "/" + query.name);
}

/// Adds the metrics that are in no pack.
void add_own(Entries& entries) {
  for (const OwnMetric& metric : own_metrics())
    entries[metric.name] = {.type = metric.type, .help = metric.help, .labels = metric.labels};
}

Entries catalogue(DeviceKinds kinds, const std::string& pack) {
  Entries entries;
  for (const QueryPtr& query : shipped_queries(kinds, pack))
    for (const Rule& rule : query->rules) add_rule(entries, *query, rule);
  if (pack.empty()) add_own(entries);
  return entries;
}

TableRow row_of(const std::string& name, const Entry& entry) {
  return {name, entry.type, unit_of(name), joined(entry.labels), entry.help, joined(entry.queries)};
}

std::string as_text(const Entries& entries) {
  std::vector<TableRow> rows = {{"NAME", "TYPE", "UNIT", "LABELS", "HELP", "QUERIES"}};
  for (const auto& [name, entry] : entries) rows.push_back(row_of(name, entry));
  return table(rows);
}

std::string as_markdown(const Entries& entries, DeviceKinds kinds) {
  std::string text =
      "# Metrics\n\n"
      "Written by `boxmeter metrics --format markdown`, from the packs. Every series has the label "
      "`device`, and those that the\ndevice's `labels:` add. A metric without a query is "
      "boxmeter's own.\n\n"
      "Packs that speak the names of another exporter are listed by `boxmeter metrics --pack NAME` "
      "alone:\n" +
      joined(shipped_foreign_packs(kinds)) +
      ".\n\n"
      "| metric | type | unit | labels | help | queries |\n|---|---|---|---|---|---|\n";
  for (const auto& [name, entry] : entries) {
    TableRow row = row_of(name, entry);
    row[0] = "`" + row[0] + "`";
    for (std::string& cell : row) {
      std::string escaped;
      for (const char c : cell) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
      text += "| " + escaped + " ";
    }
    text += "|\n";
  }
  return text;
}

std::string as_json(const Entries& entries) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& [name, entry] : entries)
    all.push_back({{"name", name},
                   {"type", entry.type},
                   {"unit", unit_of(name)},
                   {"labels", entry.labels},
                   {"key", entry.key},
                   {"states", entry.states},
                   {"help", entry.help},
                   {"queries", entry.queries}});
  return all.dump(1) + "\n";
}

struct MetricsOptions {
  std::string format = "text";
  std::string pack = {};
};

int print_metrics(const MetricsOptions& wanted, DeviceKinds kinds) {
  const Entries entries = catalogue(kinds, wanted.pack);
  std::cout << (wanted.format == "json"       ? as_json(entries)
                : wanted.format == "markdown" ? as_markdown(entries, kinds)
                                              : as_text(entries));
  return 0;
}

}  // namespace

Prepared prepare_metrics(const Program& program) {
  auto wanted = std::make_shared<MetricsOptions>();
  return {.syntax = {.about = "Prints what the shipped packs can publish: name, type, unit, "
                              "labels, help, queries.",
                     .options = {{.name = "format",
                                  .target = &wanted->format,
                                  .help = "How it is printed",
                                  .value = "FORMAT",
                                  .otherwise = wanted->format,
                                  .choices = {"text", "markdown", "json"}},
                                 {.name = "pack",
                                  .target = &wanted->pack,
                                  .help = "Only what this pack publishes",
                                  .value = "PACK",
                                  .otherwise = "all packs but those that speak the names of "
                                               "another exporter"}}},
          .run = [wanted, kinds = program.kinds](const Words&) {
            return print_metrics(*wanted, kinds);
          }};
}

}  // namespace boxmeter
