#include "publish/formats.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::string_view kJsonType = "application/json";

// Telegraf's listener accepts 500 MB by default, so a raw reply, which cannot be split, has no
// limit; batches are kept at a size that is quick to handle.
constexpr PushFormat kFormats[] = {
    {.name = "raw",
     .content_type = kJsonType,
     .max_body = 0,
     .framing = {.batches = false},
     .measures = false,
     .objects = &raw_objects},
    {.name = "json",
     .content_type = kJsonType,
     .max_body = 1'000'000,
     .framing = {.before = "[", .between = ",", .after = "]"},
     .objects = &json_objects,
     .turn = &json_turn},
    {.name = "influx",
     .content_type = "text/plain; charset=utf-8",
     .max_body = 1'000'000,
     .framing = {.between = "\n"},
     .types = true,
     .objects = &influx_objects,
     .turn = &influx_turn},
};

/// Names and values, these as they are written.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// The fields of all points with the same labels: one object or line.
struct FieldSet {
  Labels labels;
  Fields fields;
};

/// Field sets in the order in which their labels first came; the order of labels does not matter.
struct FieldSets {
  std::vector<FieldSet> list;
  std::map<Labels, std::size_t> index;

  FieldSet& of(Labels labels) {
    // For Prometheus an empty label is an absent one, and Telegraf's outputs drop empty tags.
    std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
    Labels key = labels;
    std::sort(key.begin(), key.end());
    const auto [entry, fresh] = index.try_emplace(std::move(key), list.size());
    if (fresh) list.push_back({std::move(labels), {}});
    return list[entry->second];
  }
};

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

std::string json_text(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) return "\"" + std::string(text) + "\"";
  return Reply(text).dump(-1, ' ', false, Reply::error_handler_t::replace);
}

/// Whether no earlier member has the name: of two with one name the first is taken.
bool is_first_of_its_name(const Fields& members, Fields::const_iterator at) {
  return std::none_of(members.begin(), at,
                      [&](const auto& earlier) { return earlier.first == at->first; });
}

/// A JSON object of names and JSON values.
std::string object(const Fields& members) {
  std::string text = "{";
  for (auto at = members.begin(); at != members.end(); ++at) {
    if (!is_first_of_its_name(members, at)) continue;
    if (text.size() > 1) text += ',';
    text.append(json_text(at->first)).append(":").append(at->second);
  }
  return text + "}";
}

/// Names and values, not escaped.
using Tags = std::vector<std::pair<std::string, std::string>>;

/// The extra labels of the device come before those of the point; of two with one name the first is
/// taken.
Tags tags_of(const std::string& device, const Labels& device_labels, const Labels& point_labels) {
  Tags tags{{"device", device}};
  for (const Labels* labels : {&device_labels, &point_labels})
    for (const auto& [name, value] : *labels)
      if (!value.empty() && std::ranges::find(tags, name, &Tags::value_type::first) == tags.end())
        tags.emplace_back(name, value);
  return tags;
}

/// An integer for every type but gauge, also if a value has decimals: the field must keep its type.
std::string integer_text(const Family& family, const Number& value) {
  if (family.type == MetricType::gauge) return value.text();
  constexpr double kMost = 9'223'372'036'854'774'784.0;  // the largest double below 2^63
  const double whole = std::trunc(value.to_double());
  if (value.is_integer() && std::abs(whole) < kMost) return value.text() + "i";
  return std::to_string(static_cast<std::int64_t>(std::clamp(whole, -kMost, kMost))) + "i";
}

std::vector<FieldSet> field_sets(const Snapshot& snapshot, bool integers = false) {
  if (snapshot.failure) return {};
  FieldSets sets;
  for (const Series& series : snapshot.series)
    for (const Point& point : series.points)
      if (point.value.is_finite())  // neither format can express NaN and infinity
        sets.of(point.labels)
            .fields.emplace_back(
                series.family->name,
                integers ? integer_text(*series.family, point.value) : point.value.text());
  return std::move(sets.list);
}

std::int64_t milliseconds_of(WallClock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// A name or the value of a tag in line protocol; `special` are the characters that are escaped.
/// The protocol has no line break, Telegraf takes no tab or form feed either, and a backslash at
/// the end would take what follows with it.  An odd number of backslashes before a special
/// character gets one more: for VictoriaMetrics two are one backslash, and the character would be
/// no longer escaped (InfluxDB and Telegraf count only the last).
std::string line_text(std::string_view text, std::string_view special = ",= ") {
  constexpr std::string_view kControls = "\n\r\t\f\v", kLetters = "nrtfv";
  while (text.ends_with('\\')) text.remove_suffix(1);
  std::string escaped;
  std::size_t backslashes = 0;
  for (const char c : text) {
    const auto control = kControls.find(c);
    if (control != std::string_view::npos)
      escaped.append("\\").append(1, kLetters[control]);
    else if (special.find(c) != std::string_view::npos)
      escaped.append(1 + backslashes % 2, '\\').append(1, c);
    else
      escaped += c;
    backslashes = c == '\\' ? backslashes + 1 : 0;
  }
  return escaped;
}

/// box_up is written as a float, like all gauges.
Fields turn_fields(const TurnReport& report) {
  return {{"box_up", report.up ? "1" : "0"},
          {"box_up_reason",
           json_text(report.reason)},  // a plain word, which both formats quote in the same way
          {"boxmeter_turn_duration_seconds", Number(report.took.count()).text()}};
}

std::string json_object(WallClock::time_point time, const Tags& tags, const Fields& fields,
                        const Naming& naming) {
  Tags quoted = tags;
  for (auto& [name, value] : quoted) value = json_text(value);
  return "{\"name\":" + json_text(naming.measurement) +
         ",\"timestamp\":" + std::to_string(milliseconds_of(time)) + ",\"tags\":" + object(quoted) +
         ",\"fields\":" + object(fields) + "}";
}

std::string influx_line(WallClock::time_point time, const Tags& tags, const Fields& fields,
                        const Naming& naming) {
  std::string line = line_text(naming.measurement, ", ");
  for (const auto& [name, value] : tags)
    if (const std::string text = line_text(value); !text.empty())
      line.append(",").append(line_text(name)).append("=").append(text);
  std::vector<std::string> texts;
  for (auto at = fields.begin(); at != fields.end(); ++at)
    if (is_first_of_its_name(fields, at)) texts.push_back(line_text(at->first) + "=" + at->second);
  line.append(" ").append(joined(texts, ","));
  return line + " " + std::to_string(milliseconds_of(time)) + "000000";
}

}  // namespace

std::vector<std::string> raw_objects(const Snapshot& snapshot, const Naming& /*naming*/) {
  if (snapshot.failure || snapshot.reply.empty()) return {};
  return {snapshot.reply.dump(-1, ' ', false, Reply::error_handler_t::replace)};
}

std::vector<std::string> json_objects(const Snapshot& snapshot, const Naming& naming) {
  std::vector<std::string> objects;
  for (const FieldSet& set : field_sets(snapshot))
    objects.push_back(json_object(snapshot.answered,
                                  tags_of(snapshot.device, naming.device_labels, set.labels),
                                  set.fields, naming));
  return objects;
}

std::string json_turn(const TurnReport& report, const Naming& naming) {
  return json_object(report.ended,
                     tags_of(report.device, naming.device_labels, {{"kind", report.kind}}),
                     turn_fields(report), naming);
}

std::vector<std::string> influx_objects(const Snapshot& snapshot, const Naming& naming) {
  std::vector<std::string> objects;
  for (const FieldSet& set : field_sets(snapshot, naming.integers))
    objects.push_back(influx_line(snapshot.answered,
                                  tags_of(snapshot.device, naming.device_labels, set.labels),
                                  set.fields, naming));
  return objects;
}

std::string influx_turn(const TurnReport& report, const Naming& naming) {
  return influx_line(report.ended,
                     tags_of(report.device, naming.device_labels, {{"kind", report.kind}}),
                     turn_fields(report), naming);
}

std::span<const PushFormat> push_formats() { return kFormats; }

const PushFormat& push_format(std::string_view name) {
  const auto* const row = std::ranges::find(kFormats, name, &PushFormat::name);
  if (row != std::end(kFormats)) return *row;
  throw Error(ErrorKind::internal, "no push format '" + std::string(name) + "'");
}

std::string framed(const Framing& framing, std::span<const std::string_view> objects) {
  std::string body(framing.before);
  for (std::size_t i = 0; i < objects.size(); ++i)
    body.append(i == 0 ? "" : framing.between).append(objects[i]);
  return body.append(framing.after);
}

}  // namespace boxmeter
