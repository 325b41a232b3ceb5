#pragma once
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "http/server.h"
#include "metric/model.h"
#include "publish/store.h"

// GET /probe?target=DEVICE[&query=NAME]: asks a configured device when Prometheus scrapes it, as
// blackbox_exporter and snmp_exporter do.  Pure, any thread.
namespace boxmeter {

struct ProbeQuestion {
  std::string device = {};
  std::vector<std::string> names = {};  // of queries or packs; empty: all
  Clock::time_point until = {};         // when to answer with what has come by then
};

struct ProbeOutcome {
  std::string refusal = {};            // why the device was not asked; empty: it was
  int status = 200;                    // of HTTP
  std::set<std::string> queries = {};  // the answered ones
  bool success = false;
};

/// Reads the parameters of a request that came at `now`.  The deadline is half a second before
/// Prometheus' own (X-Prometheus-Scrape-Timeout-Seconds), as in blackbox_exporter.
/// Throws Error{config}.
ProbeQuestion read_probe(const http::ServerRequest& request, Clock::time_point now);

/// The response: the series of the device, and of the probe itself, in the negotiated format.
http::ServerResponse probe_page(const http::ServerRequest& request, const View& view,
                                const ProbeOutcome& outcome, Clock::duration took);

}  // namespace boxmeter
