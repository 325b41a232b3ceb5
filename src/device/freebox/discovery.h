#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "device/freebox/api_version.h"
#include "http/client.h"

// Finding the Freebox of this network: `url: auto`.
namespace boxmeter::freebox {

/// The box that was found before, as kept on disk.
struct KnownBox {
  std::string uid = {};  // of the box; empty: none seen yet
  std::string url = {};  // where `auto` found it
  friend bool operator==(const KnownBox&, const KnownBox&) = default;
};

/// The text of the file that keeps it, and back; empty members for a text that is no such file.
/// Pure.
std::string known_file(const KnownBox& known);
KnownBox parse_known_file(std::string_view text);

/// Where a box answered, and what it said there.
struct Found {
  std::string url = {};  // scheme://host[:port]
  ApiVersion version = {};
};

/// The two ways to look for boxes, as functions so that tests need no network.  Both throw Error.
struct Lookup {
  std::function<std::vector<ApiVersion>()> announced;          // by mDNS
  std::function<ApiVersion(const std::string& url)> ask = {};  // GET url/api_version
};

/// The first of these that answers: the URL where the box was before; https on the name and port
/// that boxes announce (the known box first); https, then http, on mafreebox.freebox.fr, which the
/// box also answers for in bridge mode, where it announces nothing.  A box found on http that
/// offers https is used over https if that answers. Throws Error{network} that lists what was
/// tried.
Found find_box(const KnownBox& known, const Lookup& lookup);

/// What the boxes of this network announce as `_fbx-api._tcp` within `wait`.  Sends mDNS itself, so
/// that avahi need not run.  Blocks for that long.  Throws Error{network} if no box announces
/// itself.
std::vector<ApiVersion> announced(std::chrono::milliseconds wait, const http::Stop& stop);

}  // namespace boxmeter::freebox
