#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "device/fritzbox/tr064/soap.h"

// Reads the documents that actions point to (the host list, the mesh), and XML inside arguments.
// Pure, any thread.
namespace boxmeter::fritzbox {

/// The path in the first argument whose name ends in Path or URL, with `parameters` added to its
/// query. Throws Error{protocol} if there is none.
std::string document_path(const SoapAnswer& answer,
                          const std::map<std::string, std::string>& parameters);

/// The list that an answer contains as XML in the text of an argument: NewTAMList, NewCellList.
/// nullopt if there is none.  Throws as parse_document().
std::optional<Reply> document_inside(const SoapAnswer& answer);

/// An XML or JSON document as a reply.  In a mesh list, where the box names each link at both of
/// its nodes, it is kept once, and gets two members that describe its ends: `end_1` and `end_2`,
/// with name, MAC and role of the node and name and type of the interface. Throws Error{protocol},
/// Error{too_large} for more than 64 levels.
Reply parse_document(std::string_view body);

/// The user who logged in last, from NewX_AVM-DE_UserList; empty if it does not say.
std::string last_user(std::string_view user_list);

/// "WANPPPConnection1" for "1.WANPPPConnection.1", as Layer3Forwarding1 writes it; "" for other
/// texts.
std::string connection_service(std::string_view named);

}  // namespace boxmeter::fritzbox
