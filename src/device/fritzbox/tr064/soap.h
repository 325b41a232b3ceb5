#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "metric/model.h"

// SOAP as TR-064 uses it (UPnP Device Architecture 1.0, section 3.2).  Pure, any thread.
namespace boxmeter::fritzbox {

using Arguments = std::vector<std::pair<std::string, std::string>>;

/// The body of a request.  Values are escaped; names must be is_argument_name().
std::string soap_request(std::string_view service_type, std::string_view action,
                         const Arguments& arguments);

/// The error that a box answers an action with.
struct Fault {
  int code = 0;  // UPnP errorCode; 0: there was none
  std::string text = {};
  std::string hint = {};  // set by Tr064Client if the SCPD tells more than the code
};

struct SoapAnswer {
  std::vector<std::pair<std::string, Reply>> arguments = {};  // in the box's order and spelling
  std::optional<Fault> fault = {};

  /// The argument as text, trimmed; empty if there is none.
  std::string text(std::string_view name) const;
};

/// Throws Error{protocol} for what is neither an answer nor a fault.
SoapAnswer parse_soap(std::string_view body);

/// The name of an error code in the documents of UPnP and AVM; "" for an unknown one.
std::string_view upnp_error_name(int code);

/// What a person can do about an error code; "" if the code alone does not tell.
std::string_view upnp_way_out(int code);

/// Whether an error code means that this box does not have the action (unsupported) or this user
/// may not call it (denied).  820, an internal error, means neither unless it persists.
Refusal refusal_of(int code);

}  // namespace boxmeter::fritzbox
