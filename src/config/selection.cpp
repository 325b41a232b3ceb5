#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "config/pack.h"

namespace boxmeter {
namespace {

std::vector<QueryPtr> required_queries(const Value& place, const std::string& name, Packs& packs,
                                       std::string_view kind) {
  std::vector<QueryPtr> found = packs.queries(name);
  if (found.empty()) {
    if (packs.may_have(name)) throw AlreadyReported();
    std::vector<std::string> known = packs.names(kind);
    std::ranges::copy(packs.query_names(kind), std::back_inserter(known));
    const std::string meant = did_you_mean(name, known);
    throw place.problem(
        "unknown pack or query '" + name + "'" +
        (meant.empty() ? " (known packs: " + joined(packs.names(kind)) + ")" : meant));
  }
  if (!kind.empty() && found[0]->kind != kind)
    throw place.problem("'" + name + "' is for kind " + found[0]->kind + ", not for " +
                        std::string(kind) + " (known packs: " + joined(packs.names(kind)) + ")");
  return found;
}

void take_away(const Value& place, const std::string& name, Packs& packs, std::string_view kind,
               bool all_read, std::vector<QueryPtr>& chosen) {
  std::size_t removed = 0;
  for (const QueryPtr& query : required_queries(place, name, packs, kind))
    removed += std::erase(chosen, query);
  if (removed == 0 && all_read)
    throw place.problem("'-" + name + "' takes nothing away: nothing before it asks '" + name +
                        "'");
}

void add(std::vector<QueryPtr> queries, std::vector<QueryPtr>& chosen) {
  for (QueryPtr& query : queries)
    if (std::ranges::find(chosen, query) == chosen.end()) chosen.push_back(std::move(query));
}

}  // namespace

std::vector<QueryPtr> choose_queries(const std::optional<Value>& queries, const Value& device,
                                     std::string_view kind, std::string_view default_pack,
                                     Packs& packs) {
  std::vector<QueryPtr> chosen;
  const std::vector<Value> items = queries ? queries->list_or_one() : std::vector<Value>();
  // A list of removals alone removes from the default pack of the kind.
  const bool only_removals =
      std::ranges::all_of(items, [](const Value& item) { return item.text().starts_with('-'); });
  if (!queries || (!items.empty() && only_removals))
    add(required_queries(device, std::string(default_pack), packs, kind), chosen);
  bool all_read = true;
  for (const Value& item : items) {
    const bool is_read = item.collect([&] {
      const std::string name = item.text();
      if (name.starts_with('-'))
        take_away(item, name.substr(1), packs, kind, all_read, chosen);
      else
        add(required_queries(item, name, packs, kind), chosen);
    });
    all_read = all_read && is_read;
  }
  if (chosen.empty() && !all_read) throw AlreadyReported();
  if (chosen.empty()) throw queries.value_or(device).problem("'queries' leaves nothing to ask");
  return chosen;
}

std::vector<std::string> query_names(const Value& names, Packs& packs) {
  std::vector<std::string> found;
  bool all_read = true;
  for (const Value& item : names.list_or_one()) {
    const bool is_read = item.collect([&] {
      for (const QueryPtr& query : required_queries(item, item.text(), packs, ""))
        if (std::ranges::find(found, query->name) == found.end()) found.push_back(query->name);
    });
    all_read = all_read && is_read;
  }
  if (found.empty() && all_read) throw names.problem("'queries' must list at least one name");
  return found;
}

}  // namespace boxmeter
