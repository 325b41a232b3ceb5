#pragma once
#include <string>

#include "http/client.h"
#include "publish/delivery.h"
#include "publish/push.h"

// Between Delivery and HTTP: makes the request for a body, and reads its response.  Pure, any
// thread.
namespace boxmeter {

/// A POST of the body, compressed if the sink is configured so.  Headers of the sink replace the
/// default ones of the same name.
http::Request post_request(const SinkOptions& sink, std::string body);

/// The response as an answer.  Secrets of the sink that the listener echoes are masked.
PushAnswer push_answer(const SinkOptions& sink, const http::Response& response,
                       WallClock::time_point now);

}  // namespace boxmeter
