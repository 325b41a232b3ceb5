#pragma once
#include <map>
#include <string>
#include <string_view>

#include "device/fritzbox/soap.h"

// What stands behind addresses that actions answer with, and XML inside of arguments.
// Pure, any thread.
namespace boxmeter::fritzbox {

/// The path of the first argument that is a path or an address, with `parameters` added to its
/// query.  Throws Error{protocol} when there is none.
std::string document_path(const Answer& answer,
                          const std::map<std::string, std::string>& parameters);

/// Throws Error{protocol}, Error{too_large} for more than 64 levels.
Reply parse_json(std::string_view body);

/// An XML or JSON document as a reply; in a mesh list every link once.  Throws Error{protocol},
/// Error{too_large} for more than 64 levels.
Reply parse_document(std::string_view body);

/// The user who logged in last, out of NewX_AVM-DE_UserList; empty when it does not say.
std::string last_user(std::string_view user_list);

/// "1.WANPPPConnection.1", as Layer3Forwarding1 names it, is WANPPPConnection1; else empty.
std::string connection_service(std::string_view named);

}  // namespace boxmeter::fritzbox
