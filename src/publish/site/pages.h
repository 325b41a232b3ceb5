#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "publish/site/box_details.h"
#include "publish/site/overview.h"

// The web pages as HTML, whole, and in the parts that page.js replaces while a page is open.  Links
// are relative.  Pure, any thread, never throws Error.
namespace boxmeter {

/// Which boxes the overview shows.
struct Filter {
  std::string find = {};  // in lower case
  std::string show = {};  // "up", "down", "trouble"; empty: all
};
/// From parameters of a request; unknown values of `show` are ignored.
Filter read_filter(std::string_view find, std::string_view show);

/// The whole pages.  `version` is for page.js, which sends it back to ask for changes since then.
std::string overview_page(const Overview& overview, const Filter& filter, std::string_view version);
std::string box_page(const BoxDetails& details, const std::string& find, WallClock::time_point now,
                     std::string_view version);
/// The page for a 404.
std::string missing_page(std::string_view what);

/// Parts of a page: data-key and HTML of each.
using Parts = std::vector<std::pair<std::string, std::string>>;
/// The parts of the overview: those that do not belong to a box, and the boxes that `is_new`
/// selects.
Parts overview_parts(const Overview& overview, const std::function<bool(const BoxFacts&)>& is_new);
/// All parts of a box's page.
Parts box_parts(const BoxDetails& details, WallClock::time_point now);

/// The body of /updates:
///   {"version": "...", "now": "2026-01-31T12:00:00.000Z", "layout": "cards",
///    "boxes": ["home", ...], "parts": {"top": "<div ...", "box:home": "<article ..."}}
/// `boxes` are the names of all boxes in their order; only there if `names` is not null, because
/// boxes were added or removed.
std::string updates_json(std::string_view version, WallClock::time_point now,
                         std::string_view layout, const std::vector<std::string>* names,
                         const Parts& parts);

/// "cards" for a few boxes, "rows" (of a table) for many.
std::string_view layout_of(const Overview& overview);

}  // namespace boxmeter
