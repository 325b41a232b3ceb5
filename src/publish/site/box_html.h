#pragma once
#include <string>

#include "publish/site/box_details.h"
#include "publish/site/overview.h"

// The HTML of a box: as a card, as a table row, and with all its details.  Links are relative to
// the overview page.  Pure, any thread, never throws Error.
namespace boxmeter {

/// <article data-key="box:NAME">; `hidden`: excluded by a filter, but in the page.
std::string box_card(const BoxFacts& box, WallClock::time_point now, bool hidden = false);
/// <tr data-key="box:NAME">, for a table with the header row kRowHead.
std::string box_row(const BoxFacts& box, bool hidden = false);
extern const std::string_view kRowHead;

/// <ul> of problems; with the names of their boxes if `named`.
std::string problem_list(const std::vector<Problem>& problems, bool named,
                         WallClock::time_point now);

/// <section data-key="queries"> and <tbody data-key="series">
std::string query_groups(const BoxDetails& details, WallClock::time_point now);
std::string series_rows(const BoxDetails& details);

/// The text of a box that a filter searches, in lower case.
std::string searched_text(const BoxFacts& box);
/// The values of the filter `show` that the box matches: "up", "down trouble", ...
std::string choices_of(const BoxFacts& box);

}  // namespace boxmeter
