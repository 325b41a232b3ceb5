#include "config/push.h"

#include <algorithm>
#include <map>

#include "base/text.h"
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

/// A sink that wants what nobody asks for would stay silent for ever.
void warn_of_silence(const Value& place, const SinkOptions& sink, const std::vector<Job>& jobs,
                     std::vector<std::string>& warnings) {
  const auto wanted = [](const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
  };
  for (const Job& job : jobs)
    for (const QueryPtr& query : job.queries)
      if (wanted(sink.devices, job.device.name) && wanted(sink.queries, query->name)) return;
  warnings.push_back(place.place() + ": push '" + sink.name +
                     "' gets nothing: no device asks a query that it wants");
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

SinkOptions read_sink(const Section& section, const std::filesystem::path& folder,
                      const std::vector<Job>& jobs, Packs& packs,
                      std::vector<std::string>& warnings) {
  SinkOptions sink;
  sink.name = plain_name(section.required("name"), "push name");
  sink.url = read_push_url(section.required("url"));
  if (section.has("spool"))
    throw section.key("spool").problem(
        "'spool' is not available yet (what a sink does not take waits in memory: max_queue)");
  if (const auto format = section.find("format")) sink.format = read_format(*format);
  if (const auto measurement = section.find("measurement")) {
    if (!sink.format->measures)
      throw measurement->problem("'measurement' means nothing in format '" +
                                 std::string(sink.format->name) + "'; remove it");
    sink.measurement = measurement->text();
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
  warn_of_silence(section.value(), sink, jobs, warnings);
  return sink;
}

}  // namespace

std::vector<SinkOptions> read_sinks(const Value& value, const std::filesystem::path& folder,
                                    const std::vector<Job>& jobs, Packs& packs,
                                    std::vector<std::string>& warnings) {
  std::vector<SinkOptions> sinks;
  std::map<std::string, std::string> places;
  for (const Value& item : value.list()) {
    item.collect([&] {
      const Section section(item, kPushKeys);
      sinks.push_back(read_sink(section, folder, jobs, packs, warnings));
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
