#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "publish/site/box_details.h"
#include "publish/site/overview.h"

// The pages that people open, whole and in the parts that are replaced while they are open.  Links
// are relative.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// Which boxes are shown.
struct Filter {
  std::string find = {};  // in lower case
  std::string show = {};  // "up", "down", "trouble"; empty: all
};
Filter read_filter(std::string_view find, std::string_view show);

/// What is said of the page in use, for the script: it asks `version` again for what is newer.
std::string overview_page(const Overview& overview, const Filter& filter, std::string_view version);
std::string box_page(const BoxDetails& details, const std::string& find, WallClock::time_point now,
                     std::string_view version);
/// For a path under which there is nothing.
std::string missing_page(std::string_view what);

/// data-key and HTML of a part of a page.
using Parts = std::vector<std::pair<std::string, std::string>>;
/// Of the first page: all that is not of one box, and the boxes that `is_new` picks.
Parts overview_parts(const Overview& overview, const std::function<bool(const BoxFacts&)>& is_new);
/// Of a box's page; always the same ones.
Parts box_parts(const BoxDetails& details, WallClock::time_point now);

/// What the script is answered:
///   {"version": "...", "now": "2026-01-31T12:00:00.000Z", "layout": "cards",
///    "boxes": ["home", ...], "parts": {"top": "<div ...", "box:home": "<article ..."}}
/// `boxes` are the names in their order, where `names` are given: others are gone.
std::string updates_json(std::string_view version, WallClock::time_point now,
                         std::string_view layout, const std::vector<std::string>* names,
                         const Parts& parts);

/// Cards for a few boxes, a table for many: "cards", "rows".
std::string_view layout_of(const Overview& overview);

}  // namespace boxmeter
