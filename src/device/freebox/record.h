#pragma once
#include "device/recording.h"

// What `boxmeter record` asks a Freebox, and what is private in its answers.  Pure, any thread.
namespace boxmeter::freebox {

/// Every path known of any Freebox that only reads, and for each list that was recorded the paths
/// of its members.
std::vector<Question> questions(const std::string& url, const Recorded& recorded);

/// RecordKind::file: "get/wifi_ap_0_stations.json", "api_version.json".
std::pair<std::string, std::string> recording_file(const Recorded& recorded,
                                                   const http::Request& request,
                                                   const http::Response& response);

/// RecordKind::privacy.
Privacy privacy(const PrivateSpot& spot, std::string_view value);

}  // namespace boxmeter::freebox
