#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "device/freebox/api_version.h"
#include "http/client.h"

// Finding the Freebox of this network: `url: auto`.
namespace boxmeter::freebox {

/// What was found out before, and is kept on disk.
struct Known {
  std::string uid = {};  // of the box; empty: none seen yet
  std::string url = {};  // where `auto` found it
  friend bool operator==(const Known&, const Known&) = default;
};

/// As text for a file, and back; text that is none of ours is as good as none.  Pure.
std::string known_file(const Known& known);
Known parse_known_file(std::string_view text);

/// Where a box answered, and what it said there.
struct Found {
  std::string url = {};  // scheme://host[:port]
  ApiVersion version = {};
};

/// How to look.  Both throw Error.
struct Probes {
  std::function<std::vector<ApiVersion>()> announced;          // by mDNS
  std::function<ApiVersion(const std::string& url)> ask = {};  // GET url/api_version
};

/// The first that answers of: where the box was before; https on the name and port that boxes
/// announce (the known box first); https, then http, on mafreebox.freebox.fr, which the box answers
/// for in bridge mode too, where nothing is announced and the announced name leads nowhere.  A box
/// that answers on http and offers https is used over https when that answers.
/// Throws Error{network} that lists what was tried.
Found find_box(const Known& known, const Probes& probes);

/// What the boxes of this network announce as `_fbx-api._tcp` within `wait`: asked by a socket of
/// our own, so that no avahi need run.  Blocks for that long.  Throws Error{network} where nobody
/// does.
std::vector<ApiVersion> announced(std::chrono::milliseconds wait, const http::Stop& stop);

}  // namespace boxmeter::freebox
