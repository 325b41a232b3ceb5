#pragma once
#include <functional>
#include <string>
#include <vector>

#include "http/server.h"
#include "publish/site/overview.h"
#include "publish/store.h"

namespace boxmeter {

/// What pages show beside the store.  The functions are called from several threads.
struct SiteSources {
  std::function<std::vector<SinkStatus>()> sinks = [] { return std::vector<SinkStatus>(); };
  std::function<std::vector<Scrape>()> scrapes = [] { return std::vector<Scrape>(); };
  std::function<ConfigStatus()> config = [] { return ConfigStatus(); };
  WayOut way_out = [](const std::string&, ErrorKind, Support) { return std::string(); };
};

/// The web pages: / with all boxes, /box?name=NAME with one, /updates with the parts of either that
/// have changed, and their assets.  All are made from copies of the store's data.  Any thread.
/// Never throws Error.
class Site {
 public:
  Site(const Store& store, SiteSources sources, WallClock::time_point started);

  http::ServerResponse overview(const http::ServerRequest& request) const;
  http::ServerResponse box(const http::ServerRequest& request) const;
  /// ?since=VERSION, with box= and find= for the page of a box.  Without a version, or with one of
  /// another process, all parts are sent.
  http::ServerResponse updates(const http::ServerRequest& request) const;
  /// For the path "/" and the name of an asset.
  http::ServerResponse asset(const http::ServerRequest& request) const;

 private:
  Overview overview_of(const DeviceViews& views, Clock::time_point now) const;
  std::string version_of(const DeviceViews& views, Clock::time_point now) const;
  http::ServerResponse box_updates(const http::ServerRequest& request) const;

  const Store& store_;
  const SiteSources sources_;
  const WallClock::time_point started_;
};

}  // namespace boxmeter
