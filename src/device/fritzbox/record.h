#pragma once
#include "device/recording.h"

// What `boxmeter record` asks a Fritz!Box, and what is private in its answers.  Pure, any thread.
namespace boxmeter::fritzbox {

/// Descriptions, SCPDs, every reading action without arguments, every table by its index, and the
/// documents behind lists; the smart home commands, pages of the web server.
std::vector<Question> questions(const std::string& url, const Recorded& recorded);

/// "soap/Hosts1.GetGenericHostEntry.NewIndex=0.xml", "lists/meshlist.json", "hostsSCPD.xml".
std::pair<std::string, std::string> recording_file(const Recorded& recorded,
                                                   const http::Request& request,
                                                   const http::Response& response);

Privacy privacy(const PrivateSpot& spot, std::string_view value);

}  // namespace boxmeter::fritzbox
