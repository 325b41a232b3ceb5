#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "metric/model.h"
#include "yaml/section.h"

namespace boxmeter {

/// All metrics of a configuration: one type and one help text per name, and names that promtool and
/// both exposition formats take.  Equal names share one Family.
class Catalogue {
 public:
  struct Declaration {
    Value name;
    std::optional<Value> type = {};  // absent: as declared before, else a gauge
    std::optional<Value> help = {};  // absent: some other rule of the metric has it
    std::string kind = {};           // of the pack; its name may be a prefix
    bool foreign = false;
  };

  /// Throws Error{config} at the name, type or help that does not fit.
  FamilyPtr declare(const Declaration& declaration);

  /// Whether every metric has its help text.
  bool complete() const;
  /// Call last.  Throws Error{config} for a metric that no rule gave a help text.
  void finish() const;

 private:
  struct Entry {
    std::shared_ptr<Family> family;
    std::string declared;     // places, for messages
    std::string helped = {};  // empty: no help text yet
  };
  void check_base(const Declaration& declaration, const Family& family);
  static void add_help(const Value& help, Entry& entry);

  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> bases_;  // OpenMetrics family name -> ours
};

}  // namespace boxmeter
