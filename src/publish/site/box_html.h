#pragma once
#include <string>

#include "publish/site/box_details.h"
#include "publish/site/overview.h"

// A box as HTML: as a card, as a row of a table, and with all its details.  Links are relative to
// the first page.  Pure, any thread, throws nothing of ours.
namespace boxmeter {

/// <article data-key="box:NAME">; `hidden`: a filter leaves it out.
std::string box_card(const BoxFacts& box, WallClock::time_point now, bool hidden = false);
/// <tr data-key="box:NAME">, for kRowHead.
std::string box_row(const BoxFacts& box, bool hidden = false);
extern const std::string_view kRowHead;

/// <ul> of problems; with the names of their boxes if `named`.
std::string problem_list(const std::vector<Problem>& problems, bool named,
                         WallClock::time_point now);

/// <section data-key="queries"> and <tbody data-key="series">
std::string query_groups(const BoxDetails& details, WallClock::time_point now);
std::string series_rows(const BoxDetails& details);

/// What a filter looks for in a box, in lower case.
std::string searched_text(const BoxFacts& box);
/// The words of the filter's choices that the box belongs to: "up", "down trouble", ...
std::string choices_of(const BoxFacts& box);

}  // namespace boxmeter
