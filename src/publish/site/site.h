#pragma once
#include <functional>
#include <string>
#include <vector>

#include "http/server.h"
#include "publish/site/overview.h"
#include "publish/store.h"

namespace boxmeter {

/// What pages show beside the store.  Called from several threads.
struct SiteSources {
  std::function<std::vector<SinkStatus>()> sinks = [] { return std::vector<SinkStatus>(); };
  std::function<std::vector<Scrape>()> scrapes = [] { return std::vector<Scrape>(); };
  std::function<ConfigStatus()> config = [] { return ConfigStatus(); };
  WayOut way_out = [](const std::string&, ErrorKind, Support) { return std::string(); };
};

/// The pages that people open: / with all boxes, /box?name=NAME with one, /updates with what has
/// changed of either since it was sent, and what they refer to.  All of them show copies that were
/// taken under the store's locks.  Any thread.  Throws nothing of ours.
class Site {
 public:
  Site(const Store& store, SiteSources sources, WallClock::time_point started);

  http::ServerResponse overview(const http::ServerRequest& request) const;
  http::ServerResponse box(const http::ServerRequest& request) const;
  /// ?since=VERSION, and box= and find= for the page of a box.  A version that this process has not
  /// given, or none, is answered with everything.
  http::ServerResponse updates(const http::ServerRequest& request) const;
  /// For a path that is "/" and an asset's name.
  http::ServerResponse asset(const http::ServerRequest& request) const;

 private:
  Overview overview_of(const Sights& sights, Clock::time_point now) const;
  std::string version_of(const Sights& sights, Clock::time_point now) const;
  http::ServerResponse box_updates(const http::ServerRequest& request) const;

  const Store& store_;
  const SiteSources sources_;
  const WallClock::time_point started_;
};

}  // namespace boxmeter
