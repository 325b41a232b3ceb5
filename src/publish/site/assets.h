#pragma once
#include <span>
#include <string>
#include <string_view>

namespace boxmeter {

/// A file that pages refer to, compiled in.
struct Asset {
  std::string_view name;  // "page.js"
  std::string_view content_type;
  std::string_view text;
};

/// Static data.
std::span<const Asset> assets();
/// The relative URL of an asset: its name, and a hash of its text, so that a browser can cache it
/// for ever.  Throws std::out_of_range for an unknown one.  Pure, any thread.
std::string asset_link(std::string_view name);

}  // namespace boxmeter
