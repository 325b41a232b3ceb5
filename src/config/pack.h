#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/section.h"
#include "metric/query.h"

namespace boxmeter {

struct Pack {
  std::string name = {};
  std::string kind = {};
  std::vector<QueryPtr> queries = {};
};

/// The shipped packs, and those of `query_files` (patterns relative to `folder`), which replace a
/// shipped one of the same name.  Throws Error{config} with the place.
std::vector<Pack> load_packs(const std::optional<Value>& query_files,
                             const std::filesystem::path& folder,
                             std::vector<std::string>& warnings);

/// What a device asks: the names of `queries` among the packs, in their order, or else the default
/// pack of its kind.
std::vector<QueryPtr> choose_queries(const std::optional<Value>& queries, const Value& device,
                                     std::string_view kind, std::string_view default_pack,
                                     const std::vector<Pack>& packs);

/// The names of all queries that `names` stand for (packs and queries), for a sink.
std::vector<std::string> query_names(const Value& names, const std::vector<Pack>& packs);

}  // namespace boxmeter
