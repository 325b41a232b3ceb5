#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "device/privacy.h"
#include "http/client.h"
#include "metric/model.h"

namespace boxmeter {

/// What has been recorded of a box so far: bodies by file name, such as "get/system.json".
using Recorded = std::map<std::string, std::string, std::less<>>;

/// One thing to ask for a recording: a page that is open to everybody, or a request.
struct Question {
  std::string page = {};  // a whole URL; empty: `request`
  Request request = {};
};

/// What `boxmeter record` needs to know of a brand.  All of it pure.
struct RecordKind {
  /// Every request that reads, as far as it can be known from `recorded`.  Called again with the
  /// answers added, until it returns nothing new.  Never a request that hands out keys or the
  /// configuration, changes the box or wakes its disks.
  std::vector<Question> (*questions)(const std::string& url, const Recorded& recorded);
  /// The file that boxmeter-sim plays a response from, and its text, which is the body in most
  /// cases. An empty path: the response is not recorded (a login, an error).
  std::pair<std::string, std::string> (*file)(const Recorded& recorded,
                                              const http::Request& request,
                                              const http::Response& response);
  PrivacyOf privacy;
};

}  // namespace boxmeter
