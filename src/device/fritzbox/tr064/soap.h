#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "metric/model.h"

// SOAP as TR-064 uses it.  Pure, any thread.
namespace boxmeter::fritzbox {

using Arguments = std::vector<std::pair<std::string, std::string>>;

/// The body of a request; argument names must be is_argument_name(), values are escaped.
std::string soap_request(std::string_view service_type, std::string_view action,
                         const Arguments& arguments);

/// A box's "no" to an action.
struct Fault {
  int code = 0;  // UPnP errorCode; 0: a fault without one
  std::string text = {};
  std::string hint = {};  // says more than the code does, where the description is known
};

struct SoapAnswer {
  std::vector<std::pair<std::string, Reply>> arguments =
      {};  // in the box's order, as it wrote them
  std::optional<Fault> fault = {};

  /// The argument as text, trimmed; empty when it is not there.
  std::string text(std::string_view name) const;
};

/// Throws Error{protocol} for what is neither an answer nor a fault.
SoapAnswer parse_soap(std::string_view body);

/// What UPnP and AVM call an error code; "" for an unknown one.
std::string_view upnp_error_name(int code);

/// What a person can do about a code; "" where the code alone does not tell.
std::string_view upnp_way_out(int code);

/// Whether a code says that this box (unsupported) or this user (denied) cannot have the action.
/// 820 is neither: it has to persist first.
Refusal refusal_of(int code);

}  // namespace boxmeter::fritzbox
