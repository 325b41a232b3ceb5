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

/// What has been recorded of a box so far: bodies, by their place in the recording.
using Recorded = std::map<std::string, std::string, std::less<>>;

/// One thing to ask for a recording: a page that is open to everybody, or a request.
struct Question {
  std::string page = {};  // a whole URL; empty: `request`
  Request request = {};
};

/// What `boxmeter record` needs to know of a brand.  All of it pure.
struct RecordKind {
  /// Everything readable, as far as `recorded` tells: asked again with what the answers brought,
  /// until nothing new comes.  Never what hands out keys or the configuration, changes the box or
  /// wakes its disks.
  std::vector<Question> (*questions)(const std::string& url, const Recorded& recorded);
  /// The file of a recording that boxmeter-sim plays, and its text: the body, nearly always.  An
  /// empty path: none (a login, an error).
  std::pair<std::string, std::string> (*file)(const Recorded& recorded,
                                              const http::Request& request,
                                              const http::Response& response);
  PrivacyOf privacy;
};

}  // namespace boxmeter
