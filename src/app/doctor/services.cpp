#include <algorithm>
#include <map>

#include "app/doctor/doctor.h"
#include "base/text.h"

namespace boxmeter::doctor {
namespace {

constexpr std::size_t kMostNamed = 4;

/// A part of the box, the queries that need it, and the requests that were made to it.
struct Service {
  std::string name = {};
  std::vector<std::string> queries = {};
  std::vector<const RequestOutcome*> requests = {};
};

/// The requests that a query makes in any case: of alternatives the first.
std::vector<const Request*> requests_of(const Query& query) {
  std::vector<const Request*> all;
  if (query.loop && query.loop->request) all.push_back(&*query.loop->request);
  for (const Part& part : query.parts) all.push_back(&part.first.front());
  return all;
}

Service& named(std::vector<Service>& all, const std::string& name) {
  const auto known = std::ranges::find(all, name, &Service::name);
  return known != all.end() ? *known : all.emplace_back(Service{.name = name});
}

/// In the order in which the queries need them.
std::vector<Service> needed(const Job& job, const Outcome& outcome) {
  const auto service_of = job.kind->setup.service;
  std::vector<Service> all;
  for (const QueryPtr& query : job.queries)
    for (const Request* request : requests_of(*query)) {
      std::vector<std::string>& queries = named(all, service_of(*request)).queries;
      if (std::ranges::find(queries, query->name) == queries.end()) queries.push_back(query->name);
    }
  for (const RequestOutcome& made : outcome.requests)
    named(all, service_of(made.request)).requests.push_back(&made);
  return all;
}

std::string needed_by(const Service& service) {
  std::vector<std::string> names = service.queries;
  const std::size_t others = names.size() - std::min(names.size(), kMostNamed);
  names.resize(names.size() - others);
  return joined(names) + (others == 0 ? "" : " and " + std::to_string(others) + " more");
}

/// The most important error of a service, and how many of its requests ended so.
struct Complaint {
  const Error* error = nullptr;
  std::size_t count = 0;
};

Complaint worst(const Service& service) {
  // Failures first, which may be repaired; then what is denied, which can be granted.
  constexpr Refusal kOrder[] = {Refusal::none, Refusal::denied, Refusal::idle,
                                Refusal::unsupported};
  for (const Refusal refusal : kOrder) {
    Complaint complaint;
    for (const RequestOutcome* made : service.requests) {
      if (!made->error || made->error->refusal() != refusal) continue;
      if (complaint.error == nullptr) complaint.error = &*made->error;
      ++complaint.count;
    }
    if (complaint.error != nullptr) return complaint;
  }
  return {};
}

Finding found(const Job& job, const Service& service) {
  Finding finding{.device = job.device.name, .check = "service " + service.name};
  const Complaint complaint = worst(service);
  const std::size_t all = service.requests.size();
  if (all == 0) {
    finding.state = "not asked";
    finding.what = "the box was given up before, or said before that it has nothing there";
    return finding;
  }
  if (complaint.error == nullptr) {
    finding.state = "ok";
    finding.what = counted(all, "request", "requests");
    return finding;
  }
  const Refusal refusal = complaint.error->refusal();
  const bool is_lacking = refusal == Refusal::unsupported || refusal == Refusal::idle;
  if (is_lacking && complaint.count < all) {
    finding.state = "ok";
    finding.what = counted(all, "request", "requests") + ", " + std::to_string(complaint.count) +
                   " of them for what this " +
                   (refusal == Refusal::idle ? "box does not use now" : "box does not have");
    return finding;
  }
  finding = failed(job, finding.check, *complaint.error);
  if (is_lacking) finding.state = refusal == Refusal::idle ? "idle" : "unsupported";
  if (complaint.count < all)
    finding.what = std::to_string(complaint.count) + " of " + counted(all, "request", "requests") +
                   ": " + finding.what;
  if (refusal == Refusal::unsupported)
    finding.way_out = "what a box does not have is no fault; it is needed by " + needed_by(service);
  return finding;
}

}  // namespace

Findings services(const Job& job, const Outcome& outcome) {
  Findings findings;
  if (job.kind->setup.service == nullptr) return findings;
  for (const Service& service : needed(job, outcome)) findings.push_back(found(job, service));
  return findings;
}

}  // namespace boxmeter::doctor
