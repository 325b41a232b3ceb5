#pragma once
#include <string>

#include "http/client.h"

// Where the servers of a box are.  Pure, any thread.
namespace boxmeter::fritzbox {

/// The web server (pages, jason_boxinfo.xml, login_sid.lua) of a box whose TR-064 is at `url`
/// (scheme://host:port): port 80 beside 49000 and 443 beside 49443.  Beside any other port the same
/// place: so it is with remote access, behind a proxy, and with boxmeter-sim.
std::string web_url(const std::string& url);

/// Whom to believe at the web server: its key is remembered beside that of TR-064, since a box may
/// show another certificate there.
http::TlsPolicy web_tls(http::TlsPolicy tls);

/// Whether TR-064 is asked over the internet: `url` then has the path /tr064, and the box wants a
/// login for everything, its descriptions too.
bool is_remote(const std::string& url);

/// The host in a URL, an IPv6 address in its brackets.
std::string host_of(const std::string& url);

}  // namespace boxmeter::fritzbox
