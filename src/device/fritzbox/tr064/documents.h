#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "device/fritzbox/tr064/soap.h"

// What stands behind addresses that actions answer with, and XML inside of arguments.
// Pure, any thread.
namespace boxmeter::fritzbox {

/// The path of the first argument that is called a path or a URL and is one, with `parameters`
/// added to its query.  Throws Error{protocol} when there is none.
std::string document_path(const SoapAnswer& answer,
                          const std::map<std::string, std::string>& parameters);

/// The list that an answer holds itself, as XML in the text of an argument: NewTAMList,
/// NewCellList. None when there is none.  Throws as parse_document().
std::optional<Reply> document_inside(const SoapAnswer& answer);

/// An XML or JSON document as a reply.  In a mesh list every link stands once, and tells of its
/// ends: `end_1` and `end_2` with the name, MAC, role of the node and the name and type of the
/// interface.  Throws Error{protocol}, Error{too_large} for more than 64 levels.
Reply parse_document(std::string_view body);

/// The user who logged in last, out of NewX_AVM-DE_UserList; empty when it does not say.
std::string last_user(std::string_view user_list);

/// "1.WANPPPConnection.1", as Layer3Forwarding1 names it, is WANPPPConnection1; else empty.
std::string connection_service(std::string_view named);

}  // namespace boxmeter::fritzbox
