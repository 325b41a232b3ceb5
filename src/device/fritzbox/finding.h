#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "device/setup.h"

// Finding the Fritz!Boxes of this network.
namespace boxmeter::fritzbox {

/// The origin (http://host:port) of the LOCATION in an SSDP answer from `sender` ("192.0.2.1").
/// Empty if the datagram is not such an answer, or names another host than its sender: anybody on
/// the network can send one.  Pure.
std::string ssdp_location(std::string_view datagram, std::string_view sender);

/// The origins of all devices that answer an M-SEARCH for TR-064 (UPnP Device Architecture 1.1,
/// section 1.3) within `wait`, on every interface, without duplicates.  Blocks for that long.
std::vector<std::string> ssdp_answers(std::chrono::milliseconds wait, const http::Stop& stop);

/// This brand's SetupKind::find and SetupKind::look.
std::vector<FoundBox> find(std::chrono::milliseconds wait, http::Stop& stop);
FoundBox look(const DeviceConfig& device, http::Stop& stop);

}  // namespace boxmeter::fritzbox
