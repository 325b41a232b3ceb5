#pragma once
#include <map>
#include <string>
#include <string_view>

// What a user of the box may do.  Pure, any thread.
namespace boxmeter::fritzbox {

/// "BoxAdmin" -> "readwrite", "readonly" or "none".
using Rights = std::map<std::string, std::string, std::less<>>;

/// Out of NewX_AVM-DE_CurrentUserRights; empty where it cannot be read.
Rights parse_rights(std::string_view text);

/// Why a user was denied a service: "user 'monitor' lacks the right 'FRITZ!Box Settings'", by the
/// name that the box's user administration gives it.  `user` and `rights` may be empty: not known.
std::string why_denied(const std::string& user, std::string_view service, const Rights& rights);

}  // namespace boxmeter::fritzbox
