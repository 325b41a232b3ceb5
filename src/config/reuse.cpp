#include "config/reuse.h"

#include <algorithm>
#include <map>

namespace boxmeter {
namespace {

/// Not covered by the text of the query: a metric's help may be given by another one.
bool have_equal_families(const Query& a, const Query& b) {
  return std::ranges::equal(a.rules, b.rules, [](const Rule& one, const Rule& other) {
    return one.family && other.family ? *one.family == *other.family : one.family == other.family;
  });
}

bool say_the_same(const Query& a, const Query& b) {
  return a.name == b.name && a.pack == b.pack && a.kind == b.kind && a.text_hash == b.text_hash &&
         have_equal_families(a, b);
}

}  // namespace

void reuse_queries(Config& fresh, const Config& running) {
  std::map<std::string, QueryPtr> known;
  for (const Job& job : running.jobs)
    for (const QueryPtr& query : job.queries) known.emplace(query->name, query);
  for (Job& job : fresh.jobs)
    for (QueryPtr& query : job.queries)
      if (const auto same = known.find(query->name);
          same != known.end() && say_the_same(*same->second, *query))
        query = same->second;
}

}  // namespace boxmeter
