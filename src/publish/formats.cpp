#include "publish/formats.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/text.h"

namespace boxmeter {
namespace {

constexpr std::string_view kJsonType = "application/json";

// Telegraf's listener takes 500 MB unless told otherwise, so a raw reply has no limit of ours; a
// batch is kept at a size that a listener handles at a stroke.
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
     .objects = &json_objects},
    {.name = "influx",
     .content_type = "text/plain; charset=utf-8",
     .max_body = 1'000'000,
     .framing = {.between = "\n"},
     .objects = &influx_objects},
};

/// The fields of one set of labels: name and JSON value.
struct Row {
  Labels labels;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Rows in the order of first sight, found by their labels in any order.
struct Rows {
  std::vector<Row> list;
  std::map<Labels, std::size_t> index;

  Row& of(Labels labels) {
    // Prometheus takes an empty label for an absent one, and Telegraf's outputs drop empty tags.
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

/// An object from name and JSON value; a name that comes again is left out.
std::string object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string text = "{";
  for (auto at = members.begin(); at != members.end(); ++at) {
    const auto same = [&](const auto& earlier) { return earlier.first == at->first; };
    if (std::any_of(members.begin(), at, same)) continue;
    if (text.size() > 1) text += ',';
    text.append(json_text(at->first)).append(":").append(at->second);
  }
  return text + "}";
}

/// Name, then text that is not escaped.
using Tags = std::vector<std::pair<std::string, std::string>>;

/// The extra labels of the device come before those of the row; a name that comes again is left
/// out.
Tags tags_of(const Snapshot& snapshot, const Labels& device_labels, const Row& row) {
  Tags tags{{"device", snapshot.device}};
  for (const Labels* labels : {&device_labels, &row.labels})
    for (const auto& [name, value] : *labels)
      if (!value.empty() && std::ranges::find(tags, name, &Tags::value_type::first) == tags.end())
        tags.emplace_back(name, value);
  return tags;
}

std::vector<Row> rows_of(const Snapshot& snapshot) {
  if (snapshot.failure) return {};
  Rows rows;
  for (const Series& series : snapshot.series)
    for (const Point& point : series.points)
      if (point.value.is_finite())  // neither format has a word for it
        rows.of(point.labels).fields.emplace_back(series.family->name, point.value.text());
  return std::move(rows.list);
}

std::int64_t milliseconds_of(WallClock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// A name or the value of a tag in line protocol, which has no way to write a line break there, or
/// a backslash before the comma that follows.
std::string line_text(std::string_view text) {
  while (text.ends_with('\\')) text.remove_suffix(1);
  std::string escaped;
  for (const char c : text) {
    if (c == ',' || c == '=' || c == ' ') escaped += '\\';
    escaped += c == '\n' || c == '\r' ? std::string(c == '\n' ? "\\n" : "\\r") : std::string(1, c);
  }
  return escaped;
}

}  // namespace

std::vector<std::string> raw_objects(const Snapshot& snapshot, const Naming& /*naming*/) {
  if (snapshot.failure || snapshot.reply.empty()) return {};
  return {snapshot.reply.dump(-1, ' ', false, Reply::error_handler_t::replace)};
}

std::vector<std::string> json_objects(const Snapshot& snapshot, const Naming& naming) {
  const std::string head = "{\"name\":" + json_text(naming.measurement) +
                           ",\"timestamp\":" + std::to_string(milliseconds_of(snapshot.answered));
  std::vector<std::string> objects;
  for (const Row& row : rows_of(snapshot)) {
    Tags tags = tags_of(snapshot, naming.device_labels, row);
    for (auto& [name, value] : tags) value = json_text(value);
    objects.push_back(head + ",\"tags\":" + object(tags) + ",\"fields\":" + object(row.fields) +
                      "}");
  }
  return objects;
}

std::vector<std::string> influx_objects(const Snapshot& snapshot, const Naming& naming) {
  std::vector<std::string> objects;
  for (const Row& row : rows_of(snapshot)) {
    std::string line = line_text(naming.measurement);
    for (const auto& [name, value] : tags_of(snapshot, naming.device_labels, row))
      if (const std::string text = line_text(value); !text.empty())
        line.append(",").append(line_text(name)).append("=").append(text);
    std::vector<std::string> fields;
    for (const auto& [name, value] : row.fields) fields.push_back(line_text(name) + "=" + value);
    line.append(" ").append(joined(fields, ","));
    objects.push_back(line + " " + std::to_string(milliseconds_of(snapshot.answered)) + "000000");
  }
  return objects;
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
