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
/// How a page refers to it: its name, and what changes with its text, so that a browser can keep it
/// for ever.  Throws std::out_of_range for one that is not there.
std::string asset_link(std::string_view name);

}  // namespace boxmeter
