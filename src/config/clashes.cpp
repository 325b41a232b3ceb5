#include "config/clashes.h"

#include <algorithm>
#include <map>
#include <set>

namespace boxmeter {
namespace {

struct OwnLabel {
  std::string_view label, metric;
};

/// Labels of the series that boxmeter adds to every device.
constexpr OwnLabel kOwnLabels[] = {{"kind", "box_up"},
                                   {"query", "boxmeter_query_up"},
                                   {"reason", "boxmeter_failures_total"},
                                   {"state", "boxmeter_query_info"}};

bool has_label(const Rule& rule, const std::string& name) {
  return std::ranges::find(rule.labels, name, &LabelRule::name) != rule.labels.end();
}

/// Equal names, and nothing that makes their values differ for sure.
bool may_be_equal(const Rule& a, const Rule& b) {
  if (a.labels.size() != b.labels.size()) return false;
  return std::ranges::all_of(a.labels, [&](const LabelRule& mine) {
    const auto other = std::ranges::find(b.labels, mine.name, &LabelRule::name);
    if (other == b.labels.end()) return false;
    const auto& left = mine.source.constant;
    const auto& right = other->source.constant;
    return !left || !right || *left == *right;
  });
}

struct RuleInUse {
  const Query* query;
  const Rule* rule;
};

/// `where`: " 'box_x'", and of which query it is.
[[noreturn]] void refuse(const Value& key, const std::string& device, const std::string& where) {
  throw key.problem("label '" + key.raw() + "' of device '" + device +
                    "' clashes with the one of metric" + where + "; choose another name");
}

}  // namespace

void refuse_label_clashes(const Value& labels, const std::string& device,
                          const std::vector<QueryPtr>& queries) {
  for (const auto& [key, value] : labels.entries()) {
    const std::string& label = key.raw();
    for (const OwnLabel& own : kOwnLabels)
      if (own.label == label) refuse(key, device, " '" + std::string(own.metric) + "'");
    for (const QueryPtr& query : queries)
      for (const Rule& rule : query->rules)
        if (has_label(rule, label))
          refuse(key, device, " '" + rule.family->name + "' (query '" + query->name + "')");
  }
}

void warn_of_shared_series(const std::vector<Job>& jobs, std::vector<std::string>& warnings) {
  std::set<std::vector<QueryPtr>> seen;
  std::set<std::string> reported;
  for (const Job& job : jobs) {
    if (!seen.insert(job.queries).second) continue;
    std::map<const Family*, std::vector<RuleInUse>> uses;
    for (const QueryPtr& query : job.queries)
      for (const Rule& rule : query->rules) {
        std::vector<RuleInUse>& earlier = uses[rule.family.get()];
        for (const RuleInUse& use : earlier) {
          if (use.query == query.get() || !may_be_equal(*use.rule, rule)) continue;
          const std::string pair = "queries '" + use.query->name + "' and '" + query->name +
                                   "' may both give the same series of '" + rule.family->name + "'";
          if (reported.insert(pair).second)
            warnings.push_back(pair + ": the first one wins (device '" + job.device.name + "')");
        }
        earlier.push_back({query.get(), &rule});
      }
  }
}

}  // namespace boxmeter
