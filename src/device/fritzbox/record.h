#pragma once
#include "device/recording.h"

// What `boxmeter record` asks a Fritz!Box, and what is private in its answers.  Pure, any thread.
namespace boxmeter::fritzbox {

/// RecordKind::questions: the descriptions and SCPDs; every action that reads and takes no argument
/// or an index; the documents that actions point to; smart home commands and pages of the web
/// server.
std::vector<Question> questions(const std::string& url, const Recorded& recorded);

/// RecordKind::file: "soap/Hosts1.GetGenericHostEntry.NewIndex=0.xml", "lists/meshlist.json",
/// "hostsSCPD.xml".
std::pair<std::string, std::string> recording_file(const Recorded& recorded,
                                                   const http::Request& request,
                                                   const http::Response& response);

/// RecordKind::privacy.
Privacy privacy(const PrivateSpot& spot, std::string_view value);

}  // namespace boxmeter::fritzbox
