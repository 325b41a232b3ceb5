#pragma once
#include <string>
#include <string_view>

// The targets of `tr064:` and `list:` requests.  Pure, any thread.
namespace boxmeter::fritzbox {

/// "DeviceInfo1.GetInfo", split; the service has the spelling of the descriptions.
struct Target {
  std::string service = {};
  std::string action = {};
};

/// "WLANConfiguration1" for "WLANConfiguration" and "WLANConfiguration:1", which fritzconnection
/// accepts too.
std::string service_name(std::string_view text);

/// In a target: the service that has the internet connection, which Layer3Forwarding1 names.
constexpr std::string_view kWanConnection = "WANConnection";

/// Throws Error{config} that shows an example.
Target parse_target(std::string_view text);

/// Whether an argument can have that name: it becomes the name of an XML element.
bool is_argument_name(std::string_view name);

/// Whether an action changes nothing, by its name: Get... or ..._Get....
bool only_reads(std::string_view action);

/// Whether an action answers with secrets: keys, the configuration, data that applications stored.
bool is_denied(std::string_view action);

/// Whether a pack may call an action: only_reads() and not is_denied().
bool is_reading(std::string_view action);

}  // namespace boxmeter::fritzbox
