#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "publish/site/overview.h"

namespace boxmeter {

/// What the page of a box shows of one query.
struct QueryFacts {
  enum class Group { failing, denied, unsupported, waiting, fine } group = Group::fine;
  std::string name = {};
  std::string reason = {};  // the failure's message; empty: nothing is wrong
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

/// The content of the page of one box.
struct BoxDetails {
  BoxFacts box = {};
  std::vector<Problem> problems = {};
  std::vector<QueryFacts> queries = {};  // by group, then as configured
  std::vector<SeriesFacts> series = {};  // by metric
  std::size_t left_out = 0;              // series above the maximum that a page shows
};

/// `find`: only the series that contain it in metric, labels, value or query, ignoring case.  `now`
/// and `wall` are the same moment.  Pure, any thread.
BoxDetails details_of(const DeviceView& device, const std::vector<FamilyPtr>& families,
                      std::string_view find, const WayOut& way_out, Clock::time_point now,
                      WallClock::time_point wall);

}  // namespace boxmeter
