#pragma once
#include <string>

#include "http/client.h"
#include "publish/delivery.h"
#include "publish/push.h"

// A body as an HTTP request, and its response as an answer.  Pure, any thread.
namespace boxmeter {

/// A POST of the body, packed if the sink wants that.  A header of the sink replaces ours of the
/// same name.
http::Request post_request(const SinkOptions& sink, std::string body);

/// What a listener echoes of the sink's secrets is masked.
PushAnswer push_answer(const SinkOptions& sink, const http::Response& response,
                       WallClock::time_point now);

}  // namespace boxmeter
