#include "config/push.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "base/unicode.h"
#include "config/endpoint.h"
#include "config/keys.h"
#include "device/credential.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

const PushFormat* read_format(const Value& value) {
  std::vector<std::string> names;
  for (const PushFormat& format : push_formats()) names.emplace_back(format.name);
  return &push_format(word(value, names));
}

std::vector<std::string> read_device_names(const Value& value, const std::vector<Job>& jobs) {
  std::vector<std::string> known, names;
  for (const Job& job : jobs) known.push_back(job.device.name);
  for (const Value& item : value.list_or_one())
    item.collect([&] {
      names.push_back(item.text());
      if (std::ranges::find(known, names.back()) == known.end())
        throw item.problem("unknown device '" + names.back() + "'" +
                           did_you_mean(names.back(), known));
    });
  if (names.empty()) throw value.problem("'devices' must list at least one name");
  return names;
}

bool includes(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

/// What one sink gets, as far as it can be told from the configuration.
struct SinkContent {
  std::vector<const Job*> jobs = {};       // devices of which it gets some query
  std::vector<const Query*> queries = {};  // each once
};

SinkContent content_of(const SinkOptions& sink, const std::vector<Job>& jobs) {
  SinkContent content;
  std::set<const Query*> seen;
  for (const Job& job : jobs) {
    if (!job.device.polled) continue;
    bool any = false;
    for (const QueryPtr& query : job.queries) {
      if (!includes(sink.devices, job.device.name) || !includes(sink.queries, query->name))
        continue;
      any = true;
      if (seen.insert(query.get()).second) content.queries.push_back(query.get());
    }
    if (any) content.jobs.push_back(&job);
  }
  return content;
}

/// Whether its reply is an array at the top, of which Telegraf's parser makes several metrics.
bool is_list(const Query& query) {
  const auto repeats = [](const Part& part) {
    return std::ranges::any_of(part.first,
                               [](const Request& request) { return request.repeat.has_value(); });
  };
  const auto begins_with_star = [](const Source& source) {
    return source.path.text().starts_with('*');
  };
  return query.loop || (query.parts.size() == 1 && std::ranges::any_of(query.parts, repeats)) ||
         std::ranges::any_of(query.rules, [&](const Rule& rule) {
           return std::ranges::any_of(rule.each, begins_with_star) ||
                  std::ranges::any_of(rule.value, begins_with_star);
         });
}

/// "'a', 'b' and 3 more".
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> shown;
  for (const std::string& name : names)
    if (shown.size() < kShown) shown.push_back("'" + name + "'");
  const std::string more =
      names.size() > kShown ? " and " + std::to_string(names.size() - kShown) + " more" : "";
  return joined(shown, ", ") + more;
}

/// Of a raw body Telegraf's parser makes metrics without tags, with the time of arrival.  Those of
/// one array, or of two boxes, are the same point to a database, which keeps the last (measured: of
/// 313 bodies InfluxDB kept 47 % of the points).
void warn_of_equal_points(const std::string& where, const SinkContent& content,
                          std::vector<std::string>& warnings) {
  std::vector<std::string> lists, devices;
  for (const Query* query : content.queries)
    if (is_list(*query)) lists.push_back(query->name);
  for (const Job* job : content.jobs) devices.push_back(job->device.name);
  if (!lists.empty())
    warnings.push_back(where + "is raw and gets lists (" + some_of(lists) +
                       "): their elements share one time and no tag, and InfluxDB keeps the last "
                       "of each; use 'format: json', or name other queries in 'queries'");
  if (devices.size() > 1)
    warnings.push_back(where + "is raw and gets " + std::to_string(devices.size()) + " devices (" +
                       some_of(devices) +
                       "): nothing in a raw body says of which it is; use 'format: json', or name "
                       "one device in 'devices'");
}

/// Sets the devices whose turns the sink reports, and warns of what will not arrive as expected.
void finish_sink(const Value& place, SinkOptions& sink, const std::vector<Job>& jobs,
                 std::vector<std::string>& warnings) {
  const SinkContent content = content_of(sink, jobs);
  const std::string where = place.place() + ": push '" + sink.name + "' ";
  for (const Job* job : content.jobs) sink.turns.emplace(job->device.name, job->device.kind);
  // Such a sink would never send anything.
  if (content.jobs.empty())
    warnings.push_back(where + "gets nothing: no device asks a query that it wants");
  if (!sink.format->measures) warn_of_equal_points(where, content, warnings);
}

std::vector<std::pair<std::string, std::string>> read_headers(const Value& value) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [key, item] : value.entries()) {
    const std::string name = lower(key.raw());
    if (item.is_null())
      throw key.problem(
          "a header without a value, which is not shown: it may be a part of the value before it; "
          "put that in quotes");
    const std::string text = item.text();
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
      throw key.problem(
          "not the name of an HTTP header (not shown: it may be a part of the value before it; put "
          "that in quotes)");
    if (name == "authorization")
      throw key.problem(
          "authorization is not given as a header; use username and password_file, "
          "or bearer_token_file");
    for (const char* const own :
         {"content-type", "content-length", "content-encoding", "transfer-encoding", "connection"})
      if (name == own) throw key.problem("header " + key.name() + " is set by boxmeter itself");
    if (text.find_first_of("\r\n") != std::string::npos)
      throw item.problem("header " + key.name() + " must be one line");
    headers.emplace_back(key.raw(), text);
  }
  return headers;
}

void read_login(const Section& section, const std::filesystem::path& folder, SinkOptions& sink,
                std::vector<std::string>& warnings) {
  if (const auto username = section.find("username")) sink.username = username->text();
  if (const auto password = read_secret_line(section, "password", folder, warnings))
    sink.password = password->value;
  if (const auto token = read_secret_line(section, "bearer_token", folder, warnings))
    sink.bearer_token = token->value;
  if (sink.username.empty() != sink.password.empty()) {
    section.expect_not_misspelt({"username", "password", "password_file"});
    throw section.problem("push '" + sink.name + "' needs 'username' and a password, or neither");
  }
  if (!sink.username.empty() && !sink.bearer_token.empty())
    throw section.problem("push '" + sink.name +
                          "' has both 'username' and a bearer token; keep one");
}

/// In line protocol a line that begins with '#' is a comment, which databases drop without a word,
/// and one without a measurement is refused.
std::string read_measurement(const Value& value) {
  std::string text = value.text();
  if (text.empty() || text.starts_with('#') || text.ends_with('\\') || printable(text) != text)
    throw value.problem(
        "'measurement' must be a printable name that does not begin with '#' nor end with '\\', "
        "not '" +
        printable(text) + "'");
  return text;
}

SinkOptions read_sink(const Section& section, const std::filesystem::path& folder,
                      const std::filesystem::path& state_dir, const std::vector<Job>& jobs,
                      Packs& packs, std::vector<std::string>& warnings) {
  SinkOptions sink;
  sink.name = plain_name(section.required("name"), "push name");
  sink.url = read_push_url(section.required("url"));
  if (const auto spool = section.find("spool")) {
    const Section keys(*spool, kSpoolKeys);
    keys.required("max");
    sink.spool_max = keys.size("max").value_or(0);
    sink.catch_up = keys.size("catch_up").value_or(sink.catch_up);
    sink.spool_folder = state_dir / "spool" / sink.name;
  }
  if (const auto format = section.find("format")) sink.format = read_format(*format);
  if (const auto measurement = section.find("measurement")) {
    if (!sink.format->measures)
      throw measurement->problem("'measurement' means nothing in format '" +
                                 std::string(sink.format->name) + "'; remove it");
    sink.measurement = read_measurement(*measurement);
  }
  if (const auto integers = section.boolean("integers")) {
    if (*integers && !sink.format->types)
      throw section.required("integers")
          .problem("'integers' means nothing in format '" + std::string(sink.format->name) +
                   "', which does not tell them from floats; remove it");
    sink.integers = *integers;
  }
  const auto max_body = section.size("max_body"), max_queue = section.size("max_queue");
  sink.max_body = max_body.value_or(sink.max_body);
  sink.max_queue = max_queue.value_or(sink.max_queue);
  sink.interval = section.duration("interval").value_or(sink.interval);
  sink.timeout = section.duration("timeout").value_or(sink.timeout);
  if (const auto devices = section.find("devices"))
    sink.devices = read_device_names(*devices, jobs);
  if (const auto queries = section.find("queries")) sink.queries = query_names(*queries, packs);
  if (const auto headers = section.find("headers")) sink.headers = read_headers(*headers);
  read_login(section, folder, sink, warnings);
  sink.tls = read_tls(section, sink.url, http::TlsMode::system, {}, folder);
  sink.gzip = section.boolean("gzip").value_or(sink.gzip);
  const bool is_queue_known = max_queue || !section.has("max_queue");
  if (is_queue_known && sink.max_body > sink.max_queue)
    throw section.required("max_body").problem("'max_body' must not be larger than 'max_queue'");
  for (const Job& job : jobs)
    if (!job.device.labels.empty()) sink.device_labels.emplace(job.device.name, job.device.labels);
  finish_sink(section.value(), sink, jobs, warnings);
  return sink;
}

}  // namespace

std::vector<SinkOptions> read_sinks(const Value& value, const std::filesystem::path& folder,
                                    const std::filesystem::path& state_dir,
                                    const std::vector<Job>& jobs, Packs& packs,
                                    std::vector<std::string>& warnings) {
  std::vector<SinkOptions> sinks;
  std::map<std::string, std::string> places;
  for (const Value& item : value.list()) {
    item.collect([&] {
      const Section section(item, kPushKeys);
      sinks.push_back(read_sink(section, folder, state_dir, jobs, packs, warnings));
      const Value name = section.required("name");
      const auto [first, is_new] = places.emplace(sinks.back().name, name.place());
      if (!is_new)
        throw name.problem("push '" + first->first + "' is also at " + first->second +
                           "; each needs a name of its own");
    });
  }
  return sinks;
}

}  // namespace boxmeter
