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

/// What a person can do about a failure of a device of that kind; empty: not known.  Any thread.
using WayOut =
    std::function<std::string(const std::string& kind, ErrorKind reason, Support support)>;

/// Something that a person should look at: of one box, of many with the same cause, or of boxmeter.
struct Problem {
  enum class Weight { bad, warn, note } weight = Weight::bad;
  std::vector<std::string> boxes = {};  // that have it; empty: boxmeter itself
  std::string what = {};                // "does not answer"
  std::string of_many = {};             // the same of several boxes: "do not answer"
  std::vector<std::string> details = {};
  std::string way_out = {};
  std::vector<std::pair<std::string, std::string>> queries = {};  // with the failure of each
  std::optional<WallClock::time_point> tried = {}, again = {};
  std::string cause = {};  // problems of equal cause are merged; empty: never merged
};

/// The content of the overview page.
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
/// What is wrong with boxes, sinks and configuration, the worst first; the same problem of several
/// boxes is one.  Pure.
std::vector<Problem> problems_of(const Overview& overview, const WayOut& way_out);

}  // namespace boxmeter
