#include "publish/formats.h"

#include <algorithm>
#include <chrono>
#include <map>

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
     .objects = nullptr,
     .unavailable = "is not available yet (use json or raw)"},
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

std::string field_name(const Family& family) {
  constexpr std::string_view kPrefix = "box_";
  if (family.type == MetricType::info) return "info";
  return family.name.starts_with(kPrefix) ? family.name.substr(kPrefix.size()) : family.name;
}

/// The field that a point becomes.  A state set is one field, so only its active state is one.
void add_point(Rows& rows, const Family& family, const Point& point) {
  if (!point.value.is_finite()) return;  // JSON has no word for it
  if (family.type != MetricType::stateset) {
    rows.of(point.labels).fields.emplace_back(field_name(family), point.value.text());
    return;
  }
  if (point.value == Number(std::uint64_t{0}) || point.labels.empty()) return;
  Labels labels = point.labels;
  const std::string state = json_text(labels.back().second);
  labels.pop_back();
  rows.of(std::move(labels)).fields.emplace_back(field_name(family), state);
}

std::string tags(const Snapshot& snapshot, const Labels& device_labels, const Row& row) {
  std::vector<std::pair<std::string, std::string>> members{{"device", json_text(snapshot.device)}};
  for (const Labels* labels : {&device_labels, &row.labels})
    for (const auto& [name, value] : *labels)
      if (!value.empty()) members.emplace_back(name, json_text(value));
  return object(members);
}

}  // namespace

std::vector<std::string> raw_objects(const Snapshot& snapshot, const Labels& /*device_labels*/) {
  if (snapshot.failure || snapshot.reply.empty()) return {};
  return {snapshot.reply.dump(-1, ' ', false, Reply::error_handler_t::replace)};
}

std::vector<std::string> json_objects(const Snapshot& snapshot, const Labels& device_labels) {
  if (snapshot.failure) return {};
  Rows rows;
  for (const Series& series : snapshot.series)
    for (const Point& point : series.points) add_point(rows, *series.family, point);

  using std::chrono::milliseconds;
  const auto time =
      std::chrono::duration_cast<milliseconds>(snapshot.answered.time_since_epoch()).count();
  const std::string head =
      "{\"name\":" + json_text(snapshot.query) + ",\"timestamp\":" + std::to_string(time);
  std::vector<std::string> objects;
  objects.reserve(rows.list.size());
  for (const Row& row : rows.list)
    objects.push_back(head + ",\"tags\":" + tags(snapshot, device_labels, row) +
                      ",\"fields\":" + object(row.fields) + "}");
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
