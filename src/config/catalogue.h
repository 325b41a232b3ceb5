#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "metric/model.h"
#include "yaml/section.h"

namespace boxmeter {

/// All metrics of a configuration: one type and one help text per name, and names that promtool and
/// both exposition formats accept.  Equal names share one Family.  One thread at a time.
class Catalogue {
 public:
  struct Declaration {
    Value name;
    std::optional<Value> type = {};  // absent: as declared before, else a gauge
    std::optional<Value> help = {};  // absent: some other rule of the metric has it
    std::string kind = {};           // of the pack; its name may be a prefix
    bool foreign = false;
    bool has_unknown_keys = false;  // each may be a misspelt `type` or `help`
  };

  /// The metric of that name.  Throws a Mistake at the name, type or help that does not fit.
  FamilyPtr declare(const Declaration& declaration);

  /// Whether every metric has its help text.
  bool complete() const;
  /// Call last.  A metric that no rule gave a help text is a mistake.
  void finish(Mistakes& mistakes) const;

 private:
  struct Entry {
    std::shared_ptr<Family> family;
    FilePosition declared;
    std::optional<FilePosition> helped = {};  // none: no help text yet
  };
  FamilyPtr add(const Declaration& declaration, const std::string& name);
  void check_base(const Declaration& declaration, const Family& family);
  static void add_help(const Value& help, Entry& entry);

  std::map<std::string, Entry> entries_;
  /// Metrics of rules with a mistake: what they seem to lack may be there, misspelt.
  std::set<std::string> mistaken_;
  std::map<std::string, std::string> bases_;  // OpenMetrics family name -> ours
};

}  // namespace boxmeter
