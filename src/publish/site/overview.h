#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "publish/config_status.h"
#include "publish/push.h"
#include "publish/scrapes.h"
#include "publish/site/box_facts.h"

namespace boxmeter {

/// How to get out of a failure, for a device of a kind; empty: nobody knows.
using WayOut =
    std::function<std::string(const std::string& kind, ErrorKind reason, Support support)>;

/// Something that a person should know of: of one box, of many for the same cause, or of boxmeter.
struct Problem {
  enum class Weight { bad, warn, note } weight = Weight::bad;
  std::vector<std::string> boxes = {};  // whose it is; empty: boxmeter's own
  std::string what = {};                // "does not answer"
  std::string of_many = {};             // the same of several boxes: "do not answer"
  std::vector<std::string> details = {};
  std::string way_out = {};
  std::vector<std::pair<std::string, std::string>> queries = {};  // and what the box said of each
  std::optional<WallClock::time_point> tried = {}, again = {};
  std::string cause = {};  // equal ones are one problem; empty: it stands alone
};

/// What the first page says: values, and all of them.
struct Overview {
  std::string version = {};
  WallClock::time_point now = {}, started = {};
  ConfigStatus config = {};
  std::vector<BoxFacts> boxes = {};  // as configured
  std::vector<SinkStatus> sinks = {};
  std::vector<Scrape> scrapes = {};
  std::vector<Problem> problems = {};  // the worst first
};

/// What is wrong with one box, the worst first.  Pure.
std::vector<Problem> problems_of(const BoxFacts& box, const WayOut& way_out);
/// Of all of it; what boxes have in common is one problem.  Pure.
std::vector<Problem> problems_of(const Overview& overview, const WayOut& way_out);

}  // namespace boxmeter
