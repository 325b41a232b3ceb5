#include <algorithm>
#include <map>

#include "app/doctor/doctor.h"
#include "base/text.h"

namespace boxmeter::doctor {
namespace {

constexpr std::size_t kMostNamed = 4;

/// A part of the box, who needs it, and what it answered.
struct Service {
  std::string name = {};
  std::vector<std::string> queries = {};
  std::vector<const Heard*> heard = {};
};

/// Of a query, what it asks whatever the box says: of alternatives the first.
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

/// In the order in which the queries ask for them.
std::vector<Service> needed(const Job& job, const Outcome& outcome) {
  const auto service_of = job.kind->setup.service;
  std::vector<Service> all;
  for (const QueryPtr& query : job.queries)
    for (const Request* request : requests_of(*query)) {
      std::vector<std::string>& queries = named(all, service_of(*request)).queries;
      if (std::ranges::find(queries, query->name) == queries.end()) queries.push_back(query->name);
    }
  for (const Heard& heard : outcome.requests)
    named(all, service_of(heard.request)).heard.push_back(&heard);
  return all;
}

std::string needed_by(const Service& service) {
  std::vector<std::string> names = service.queries;
  const std::size_t others = names.size() - std::min(names.size(), kMostNamed);
  names.resize(names.size() - others);
  return joined(names) + (others == 0 ? "" : " and " + std::to_string(others) + " more");
}

/// The error that says most of a service, and how many requests came to the same.
struct Complaint {
  const Error* error = nullptr;
  std::size_t count = 0;
};

Complaint worst(const Service& service) {
  // In this order: what fails may be mended, what is denied can be granted.
  constexpr Refusal kOrder[] = {Refusal::none, Refusal::denied, Refusal::idle,
                                Refusal::unsupported};
  for (const Refusal refusal : kOrder) {
    Complaint complaint;
    for (const Heard* heard : service.heard) {
      if (!heard->error || heard->error->refusal() != refusal) continue;
      if (complaint.error == nullptr) complaint.error = &*heard->error;
      ++complaint.count;
    }
    if (complaint.error != nullptr) return complaint;
  }
  return {};
}

Finding found(const Job& job, const Service& service) {
  Finding finding{.device = job.device.name, .check = "service " + service.name};
  const Complaint complaint = worst(service);
  const std::size_t all = service.heard.size();
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
