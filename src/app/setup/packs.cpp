// setup: finds out what the packs give on this box, and lets the person choose some.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "app/setup/setup.h"
#include "app/terminal.h"
#include "base/guarded.h"
#include "base/text.h"

namespace boxmeter::setup {
namespace {

constexpr std::size_t kWidth = 90;  // of a remark

/// Cut to kWidth, between words.
std::string shortened(std::string text) {
  if (text.size() <= kWidth) return text;
  text.resize(text.find_last_of(' ', kWidth));
  return text + " ...";
}

/// The first sentence of the comment that a pack begins with, without "Opt-in: ".
std::string about(std::string_view text) {
  std::string comment;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with('#')) break;
    comment.append(comment.empty() ? "" : " ").append(trim(line.substr(1)));
  }
  constexpr std::string_view kOptIn = "Opt-in: ";
  if (comment.starts_with(kOptIn)) comment.erase(0, kOptIn.size());
  return comment.substr(0, comment.find_first_of(".;:"));
}

/// Progress in one line that is overwritten, if there is a terminal.  std::clog, because std::cerr
/// escapes what moves the cursor.
void show_progress(std::size_t asked, std::size_t all) {
  if (!can_ask()) return;
  std::clog << "\rAsking what it can do: " << asked << " of " << all << " "
            << (asked == all ? "\n" : "") << std::flush;
}

/// The snapshots of one turn, by query.
std::map<std::string, SnapshotPtr> asked_once(const Box& box, const std::vector<QueryPtr>& queries,
                                              http::Stop& stop) {
  Guarded<std::map<std::string, SnapshotPtr>> outcomes;
  std::optional<Failure> failure;
  DeviceConfig device = box.device;
  if (device.name.empty()) device.name = "box";  // for warnings; its real name is asked for later
  Poller::once({{.device = device, .queries = queries, .kind = box.kind}}, {},
               {.record =
                    [&](const SnapshotPtr& snapshot) {
                      outcomes.with([&](auto& all) {
                        all[snapshot->query] = snapshot;
                        show_progress(all.size(), queries.size());
                      });
                    },
                .end_turn = [&](const std::string&, const Turn& turn) { failure = turn.failure; }},
               stop);
  if (failure) throw Error(failure->kind, failure->message);
  return outcomes.with([](auto& all) { return std::move(all); });
}

void add(const Snapshot& snapshot, PackReport& report) {
  for (const Series& series : snapshot.series) report.series += series.points.size();
  if (!snapshot.failure) return;
  if (snapshot.support == Support::denied && report.denied.empty())
    report.denied = snapshot.failure->message;
  if (report.lacking.empty()) report.lacking = snapshot.failure->message;
}

std::string remark(const PackReport& report) {
  if (!report.denied.empty()) return "denied: " + report.denied;
  if (report.series > 0) return shortened(report.about);
  return report.lacking.empty() ? "nothing to tell at the moment" : shortened(report.lacking);
}

void show(const std::vector<PackReport>& reports) {
  std::vector<TableRow> rows = {{"PACK", "SERIES", "WHAT"}};
  for (const PackReport& report : reports)
    rows.push_back(
        {report.name, report.series == 0 ? "-" : std::to_string(report.series), remark(report)});
  std::cerr << table(rows);
}

}  // namespace

std::vector<PackReport> explore(const Box& box, DeviceKinds kinds, http::Stop& stop) {
  std::vector<PackText> packs;
  for (const PackText& pack : box.kind->packs())
    if (!pack.foreign) packs.push_back(pack);
  std::stable_partition(packs.begin(), packs.end(),
                        [&](const PackText& pack) { return pack.name == box.kind->default_pack; });
  std::vector<QueryPtr> all;
  for (const PackText& pack : packs)
    std::ranges::copy(shipped_queries(kinds, pack.name), std::back_inserter(all));
  const auto outcomes = asked_once(box, all, stop);
  std::vector<PackReport> reports;
  for (const PackText& pack : packs) {
    PackReport& report =
        reports.emplace_back(PackReport{.name = std::string(pack.name), .about = about(pack.text)});
    for (const QueryPtr& query : all) {
      if (query->pack != pack.name) continue;
      const auto outcome = outcomes.find(query->name);
      if (outcome != outcomes.end())
        add(*outcome->second, report);
      else if (report.lacking.empty())
        report.lacking = "not asked, since the box did not answer what was asked before";
    }
  }
  return reports;
}

std::vector<std::string> choose_packs(const Answers& answers, const Box& box,
                                      const std::vector<PackReport>& reports) {
  show(reports);
  if (std::ranges::any_of(reports, [](const PackReport& r) { return !r.denied.empty(); }))
    std::cerr << "What is denied can be granted in " << box.kind->setup.granting << "\n";
  std::vector<std::string> chosen = answers.packs;
  if (chosen.empty()) {
    const std::string line = answer(answers, "Which packs (names with commas, or 'all' that work)",
                                    std::string(box.kind->default_pack), "--packs");
    for (const std::string_view name : split(line, ','))
      if (!trim(name).empty()) chosen.emplace_back(trim(name));
  }
  if (chosen != std::vector<std::string>{"all"}) return chosen;
  chosen.clear();
  for (const PackReport& report : reports)
    if (report.series > 0) chosen.push_back(report.name);
  return chosen;
}

}  // namespace boxmeter::setup
