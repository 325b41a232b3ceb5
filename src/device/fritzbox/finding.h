#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "device/setup.h"

// Finding the Fritz!Boxes of this network.
namespace boxmeter::fritzbox {

/// The address (http://host:port) in a datagram of SSDP that came from `sender` ("192.0.2.1");
/// empty when it is none, or names another host: nobody is sent elsewhere by what anybody may send.
/// Pure.
std::string ssdp_location(std::string_view datagram, std::string_view sender);

/// Who answers an M-SEARCH for AVM's TR-064 (UPnP Device Architecture 1.1, section 1.3) within
/// `wait`, over every interface: addresses, each once.  Empty where nobody can be asked.
std::vector<std::string> ssdp_answers(std::chrono::milliseconds wait, const http::Stop& stop);

/// SetupKind::find and SetupKind::look of this brand.
std::vector<FoundBox> find(std::chrono::milliseconds wait, http::Stop& stop);
FoundBox look(const DeviceConfig& device, http::Stop& stop);

}  // namespace boxmeter::fritzbox
