#pragma once
#include "device/fritzbox/web/session.h"

namespace boxmeter::fritzbox {

/// Whether requests with this verb go to the web server of a box: `aha`, `http`, `lua`, `rest`.
bool is_web(std::string_view verb);

/// DeviceKind::check for these requests.  Pure, any thread.
void check_web(const Request& request);

/// DeviceKind::change for these requests.  Pure, any thread.
std::string change_web(const Request& request);

/// Makes one of these requests.  Throws as WebSession::ask(), and Error{refused, unsupported} for
/// what this firmware does not have.
Reply ask_web(WebSession& session, const Request& request, Clock::time_point now);

}  // namespace boxmeter::fritzbox
