#pragma once
#include <map>
#include <string>
#include <string_view>

// The rights of a user of the box, from X_AVM-DE_GetCurrentUser of LANConfigSecurity1 (AVM,
// "LANConfigSecurity").  Pure, any thread; never throws Error.
namespace boxmeter::fritzbox {

/// "BoxAdmin" -> "readwrite", "readonly" or "none".
using Rights = std::map<std::string, std::string, std::less<>>;

/// From the text of NewX_AVM-DE_CurrentUserRights; empty if it cannot be read.
Rights parse_rights(std::string_view text);

/// Why a user was denied a service: "user 'monitor' lacks the right 'FRITZ!Box Settings'", with the
/// name that the right has in the box's pages.  `user` and `rights` may be empty: not known.
std::string why_denied(const std::string& user, std::string_view service, const Rights& rights);

}  // namespace boxmeter::fritzbox
