#pragma once
#include <string>
#include <string_view>

// What `tr064:` and `list:` requests may name.  Pure, any thread.
namespace boxmeter::fritzbox {

/// "DeviceInfo1.GetInfo" in its two halves, the service as boxes spell it.
struct Target {
  std::string service = {};
  std::string action = {};
};

/// The name of a service as people write it in the way boxes do: "WLANConfiguration" and
/// "WLANConfiguration:1" are "WLANConfiguration1"; fritzconnection takes the same.
std::string service_name(std::string_view text);

/// The short name of a stand-in for the service that Layer3Forwarding1 names.
constexpr std::string_view kWanConnection = "WANConnection";

/// Throws Error{config} that shows what a target looks like.
Target parse_target(std::string_view text);

/// Whether an argument's name can be sent: it becomes the name of an XML element.
bool is_argument_name(std::string_view name);

/// Whether an action changes nothing, by its name: Get... or ..._Get....
bool only_reads(std::string_view action);

/// Whether its answers are secrets, whatever the firmware: keys, the configuration, what
/// applications stored.
bool is_denied(std::string_view action);

/// Whether a pack may call it: it only reads, and does not exist to hand out keys, the
/// configuration or stored application data.
bool is_reading(std::string_view action);

}  // namespace boxmeter::fritzbox
