#pragma once
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "http/server.h"
#include "metric/model.h"
#include "publish/store.h"

// GET /probe?target=DEVICE[&query=NAME]: asks a configured device now.  Pure, any thread.
namespace boxmeter {

struct ProbeQuestion {
  std::string device = {};
  std::vector<std::string> names = {};  // of queries or packs; empty: all
  Clock::time_point until = {};         // then what has come by then is the answer
};

struct ProbeOutcome {
  std::string refusal = {};  // a line for people; the device was not asked, for this reason:
  int status = 200;
  std::set<std::string> queries = {};  // that were answered
  bool success = false;
};

/// `now` is when it was asked.  Half a second less than Prometheus waits
/// (X-Prometheus-Scrape-Timeout-Seconds) is left for the way back, as blackbox_exporter does it.
/// Throws Error{config}.
ProbeQuestion read_probe(const http::ServerRequest& request, Clock::time_point now);

/// What the device said, and how the probe went, in the format that was asked for.
http::ServerResponse probe_page(const http::ServerRequest& request, const View& view,
                                const ProbeOutcome& outcome, Clock::duration took);

}  // namespace boxmeter
