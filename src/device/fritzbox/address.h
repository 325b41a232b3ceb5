#pragma once
#include <string>

#include "http/client.h"

// The URLs of a box's servers.  Pure, any thread.
namespace boxmeter::fritzbox {

/// The origin of the web server (pages, jason_boxinfo.xml, login_sid.lua) of a box whose TR-064 is
/// at `url` (scheme://host:port): port 80 if that is 49000, 443 if it is 49443.  With any other
/// port both are at the same origin: with remote access, behind a proxy, and in boxmeter-sim.
std::string web_url(const std::string& url);

/// The TLS policy for the web server: like that of TR-064, but its key is pinned separately, since
/// the two may have different certificates.
http::TlsPolicy web_tls(http::TlsPolicy tls);

/// Whether TR-064 is asked over the internet: then `url` has the path /tr064, and the box demands a
/// login for everything, also for its descriptions.
bool is_remote(const std::string& url);

/// The host in a URL, an IPv6 address in its brackets.
std::string host_of(const std::string& url);

}  // namespace boxmeter::fritzbox
