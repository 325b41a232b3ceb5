#include <netdb.h>

#include <algorithm>
#include <iterator>

#include "app/doctor/doctor.h"
#include "http/url.h"

namespace boxmeter::doctor {
namespace {

/// The job without the state of a daemon, which may be running: that is neither read nor changed.
Job without_traces(Job job) {
  job.device.one_shot = true;
  job.device.learned.clear();
  return job;
}

Finding resolved(const Job& job, const std::string& host) {
  Finding finding{.device = job.device.name, .check = "name", .state = "ok"};
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (found != nullptr) ::freeaddrinfo(found);
  if (error == 0) return finding;
  finding.state = "failing";
  finding.what = "'" + host + "' is not found: " + ::gai_strerror(error);
  finding.way_out = "write the box's address into 'url', or see to the name server of this machine";
  return finding;
}

/// nullopt if a box of this kind answers.
std::optional<Finding> unreachable(const Job& job, http::Stop& stop) {
  if (job.kind->setup.look == nullptr) return std::nullopt;
  try {
    job.kind->setup.look(job.device, stop);
    return std::nullopt;
  } catch (const Error& error) {
    // Over the internet a box demands a login at once; that is checked next.
    if (error.kind() == ErrorKind::auth) return std::nullopt;
    return failed(job, error.kind() == ErrorKind::tls ? "tls" : "box", error);
  }
}

/// The rights that are not granted.
std::string rights_text(const Reply& permissions) {
  std::string missing;
  for (const auto& [name, value] : permissions.items())
    if (value == false || value == "none")
      missing.append(missing.empty() ? "without " : ", ").append(name);
  return missing;
}

Findings logged_in(const Job& job, http::Stop& stop) {
  const std::string& name = job.device.name;
  try {
    const auto device = job.kind->open(job.device, stop);
    Findings findings;
    try {
      device->call(parse_request(*job.kind, job.kind->example_request));
      findings.push_back({.device = name, .check = "login", .state = "ok"});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::refused) throw;
      findings.push_back(failed(job, "login", error));
    }
    if (const std::string missing = rights_text(device->permissions()); !missing.empty())
      findings.push_back({.device = name,
                          .check = "rights",
                          .state = "ok",
                          .what = missing,
                          .way_out = "more are given in " + std::string(job.kind->setup.granting)});
    return findings;
  } catch (const Error& error) {
    return {failed(job, error.kind() == ErrorKind::tls ? "tls" : "login", error)};
  }
}

std::size_t points(const Snapshot& snapshot, std::string_view metric = "") {
  std::size_t count = 0;
  for (const Series& series : snapshot.series)
    if (metric.empty() || series.family->name == metric) count += series.points.size();
  return count;
}

Finding finding_of(const Job& job, const Snapshot& snapshot) {
  Finding finding{.device = job.device.name,
                  .check = "query " + snapshot.query,
                  .state = "ok",
                  .what = std::to_string(points(snapshot)) + " series"};
  const auto problem = [&](const Failure& failure, std::string state) {
    finding.state = std::move(state);
    finding.what = failure.message;
    finding.way_out = way_out(failure.kind, refusal_of(snapshot.support), *job.kind);
  };
  if (snapshot.failure)
    problem(*snapshot.failure, std::string(name(snapshot.support)));
  else if (!snapshot.problems.empty())
    problem(snapshot.problems.front(), "failing");
  return finding;
}

/// The names of the members of a reply, never a value.
std::string members(const Reply& reply) {
  const Reply& shown = reply.is_array() && !reply.empty() ? reply.front() : reply;
  if (!shown.is_object() || shown.empty()) return "an empty answer";
  constexpr std::size_t kMost = 20;
  std::string names;
  std::size_t count = 0;
  for (const auto& [name, value] : shown.items()) {
    if (++count > kMost) return names + ", ...";
    names.append(names.empty() ? "an answer with " : ", ").append(name);
  }
  return names;
}

std::string asked_by(const Query& query) {
  std::string all;
  for (const Part& part : query.parts)
    for (const Request& request : part.first)
      all.append(all.empty() ? "" : ", ").append(describe(request));
  return all;
}

std::string read_from(const Query& query, std::string_view metric) {
  std::string all;
  for (const Rule& rule : query.rules)
    if (rule.family->name == metric)
      for (const Source& source : rule.value)
        if (!source.constant) all.append(all.empty() ? "" : ", ").append(source.path.text());
  return all;
}

bool gives(const Query& query, std::string_view metric) {
  return std::ranges::any_of(query.rules,
                             [&](const Rule& rule) { return rule.family->name == metric; });
}

Finding traced(const Job& job, const Query& query, const Outcome& outcome,
               std::string_view metric) {
  Finding finding{.device = job.device.name, .check = "query " + query.name, .state = "not asked"};
  if (outcome.failure) finding.what = outcome.failure->message;
  for (const SnapshotPtr& snapshot : outcome.snapshots) {
    if (snapshot->query != query.name) continue;
    finding = finding_of(job, *snapshot);
    if (finding.state != "ok") break;
    const std::size_t count = points(*snapshot, metric);
    finding.what = std::to_string(count) + " series";
    if (count > 0) break;
    const std::string where = read_from(query, metric);
    finding.state = "absent";
    finding.what = "the box said " + members(snapshot->reply) +
                   (where.empty() ? "" : "; the metric is read from " + where);
    finding.way_out =
        "the box does not know it now, or this model never does: what it leaves out "
        "or marks as unknown is absent, never 0";
  }
  finding.what = "asked " + asked_by(query) + ": " + finding.what;
  return finding;
}

}  // namespace

Finding failed(const Job& job, std::string check, const Error& error) {
  const bool denied = error.refusal() == Refusal::denied;
  return {.device = job.device.name,
          .check = std::move(check),
          .state = denied ? "denied" : "failing",
          .what = error.what(),
          .way_out = way_out(error.kind(), error.refusal(), *job.kind)};
}

Refusal refusal_of(Support support) {
  if (support == Support::unsupported) return Refusal::unsupported;
  if (support == Support::denied) return Refusal::denied;
  return support == Support::idle ? Refusal::idle : Refusal::none;
}

std::string way_out(ErrorKind error, Refusal refusal, const DeviceKind& kind) {
  const std::string opening(kind.setup.opening), granting(kind.setup.granting);
  if (refusal == Refusal::unsupported)
    return "nothing is wrong: this box does not have it; '-NAME' in 'queries' takes the query away";
  if (refusal == Refusal::denied) return "grant it in " + granting;
  if (refusal == Refusal::idle) return "nothing is wrong: it does not run at the moment";
  switch (error) {
    case ErrorKind::timeout:
      return "is the box asleep, overloaded, or its way here slow? 'timeout' of the device gives "
             "it longer";
    case ErrorKind::network:
      return "is the box on, and 'url' its address and port? If so: " + opening;
    case ErrorKind::tls:
      return "if that is your box (one that was replaced or reset has a new key), let it be "
             "believed as the message says; else somebody stands between";
    case ErrorKind::auth:
      return (kind.setup.has_user
                  ? "write the right user and secret ('boxmeter setup' asks for them)"
                  : "write the right " + std::string(kind.setup.secret_name) +
                        " ('boxmeter setup' gets one)") +
             "; rights: " + granting;
    case ErrorKind::too_large:
      return "no box says so much: is 'url' its address? 'max_body' of a query of your own raises "
             "the bound";
    case ErrorKind::protocol:
      return "is 'url' the address of a " + std::string(kind.setup.title) + "? If so: " + opening +
             "; a box that answers nonsense for a while recovers after a restart";
    case ErrorKind::config:
      return "correct the configuration as the message says";
    case ErrorKind::refused:
      return "the box says why; what passes by itself needs nothing";
    case ErrorKind::mapping:
    case ErrorKind::internal:
      return "report it, with this output";
  }
  return "";
}

Findings examine(const Job& given, const PollOptions& poll) {
  Job job = without_traces(given);
  std::shared_ptr<const http::Handshake>
      shown;  // the last one; no lock, since one thread at a time asks the box
  job.device.tap = [&](const http::Request&, const http::Response& response) {
    if (response.handshake) shown = response.handshake;
  };
  http::Stop stop;
  Findings findings;
  if (const auto url = http::parse_url(job.device.url); url && job.device.url != "auto") {
    findings.push_back(resolved(job, url->plain_host()));
    if (findings.back().state != "ok") return findings;
  }
  if (auto finding = unreachable(job, stop)) {
    findings.push_back(*std::move(finding));
    return findings;
  }
  findings.push_back({.device = job.device.name, .check = "box", .state = "ok"});
  Findings login = logged_in(job, stop);
  if (shown) findings.push_back(encryption(job.device, *shown, WallClock::now()));
  std::ranges::move(login, std::back_inserter(findings));
  if (std::ranges::any_of(findings, [](const Finding& f) { return f.state == "failing"; }))
    return findings;
  const Outcome outcome = poll_once(job, poll, stop);
  std::ranges::move(services(job, outcome), std::back_inserter(findings));
  for (const SnapshotPtr& snapshot : outcome.snapshots)
    findings.push_back(finding_of(job, *snapshot));
  for (const QueryPtr& query : job.queries)
    if (std::ranges::find(outcome.snapshots, query->name,
                          [](const SnapshotPtr& s) { return s->query; }) == outcome.snapshots.end())
      findings.push_back({.device = job.device.name,
                          .check = "query " + query->name,
                          .state = "not asked",
                          .what = "the box was given up before"});
  return findings;
}

Findings trace(const Job& given, const PollOptions& poll, std::string_view metric) {
  Job job = without_traces(given);
  std::erase_if(job.queries, [&](const QueryPtr& query) { return !gives(*query, metric); });
  Findings findings;
  if (job.queries.empty()) return findings;
  http::Stop stop;
  const Outcome outcome = poll_once(job, poll, stop);
  for (const QueryPtr& query : job.queries)
    findings.push_back(traced(job, *query, outcome, metric));
  return findings;
}

}  // namespace boxmeter::doctor
