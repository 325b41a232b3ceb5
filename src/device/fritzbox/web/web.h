#pragma once
#include "device/fritzbox/web/session.h"

namespace boxmeter::fritzbox {

/// Whether a request goes to the web server of a box: `aha`, `http`, `lua` and `rest`.
bool is_web(std::string_view verb);

/// DeviceKind::check for these.
void check_web(const Request& request);

/// DeviceKind::change for these.
std::string change_web(const Request& request);

/// What the web server of a box answers to one request.  Throws as WebSession::ask(), and
/// Error{refused, unsupported} for what this firmware does not have.
Reply ask_web(WebSession& session, const Request& request, Clock::time_point now);

}  // namespace boxmeter::fritzbox
