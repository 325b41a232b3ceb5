#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "publish/site/overview.h"

namespace boxmeter {

/// A query of a device, as its page tells of it.
struct QueryFacts {
  enum class Group { failing, denied, unsupported, waiting, fine } group = Group::fine;
  std::string name = {};
  std::string reason = {};  // what the box said; empty: nothing is wrong
  std::string way_out = {};
  std::chrono::duration<double> took{};
  std::size_t series = 0;
  std::optional<WallClock::time_point> last_success = {}, next = {};
};

/// A series with its current value, in human form.
struct SeriesFacts {
  std::string metric = {}, help = {}, query = {};
  std::string labels = {};  // "direction down, channel 3"
  std::string value = {};
};

/// What the page of one box says.
struct BoxDetails {
  BoxFacts box = {};
  std::vector<Problem> problems = {};
  std::vector<QueryFacts> queries = {};  // by group, then as configured
  std::vector<SeriesFacts> series = {};  // by metric
  std::size_t left_out = 0;              // series beyond the most that a page shows
};

/// `find`: only series that have it in metric, labels or value, whatever its case.  Pure.
BoxDetails details_of(const DeviceSight& device, const std::vector<FamilyPtr>& families,
                      std::string_view find, const WayOut& way_out, Clock::time_point now,
                      WallClock::time_point wall);

}  // namespace boxmeter
