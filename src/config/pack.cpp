#include "config/pack.h"

#include <glob.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "config/catalogue.h"
#include "config/config.h"
#include "config/request.h"
#include "config/rule.h"
#include "config/scalars.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// The matches in alphabetical order; a name without a pattern must exist.
std::vector<fs::path> matching(const Value& pattern, const fs::path& folder,
                               std::vector<std::string>& warnings) {
  const std::string path = (folder / pattern.text()).string();
  glob_t found = {};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): without GLOB_TILDE it reads nothing that is shared
  const int outcome = ::glob(path.c_str(), GLOB_NOMAGIC, nullptr, &found);
  std::vector<fs::path> files;
  for (std::size_t i = 0; outcome == 0 && i < found.gl_pathc; ++i)
    files.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (files.empty())
    warnings.push_back(pattern.place() + ": no file matches '" + path + "' of 'query_files'");
  return files;
}

struct PackFile {
  Document document;
  bool shipped = false;
};

std::vector<PackFile> read_files(const std::optional<Value>& query_files, const fs::path& folder,
                                 std::vector<std::string>& warnings) {
  std::vector<PackFile> files;
  for (const auto& [name, text] : shipped_packs())
    files.push_back({parse_yaml(text, "shipped pack " + name + ".yml"), true});
  if (!query_files) return files;
  std::set<fs::path> seen;
  for (const Value& pattern : query_files->list_or_one())
    for (const fs::path& file : matching(pattern, folder, warnings))
      if (seen.insert(file).second) {
        const std::string text = pattern.placed([&] { return read_file(file); });
        files.push_back({parse_yaml(text, file.string()), false});
      }
  return files;
}

/// The head of a pack, read before the rest: one that is replaced needs no reading.
struct Head {
  Section section;
  Value name;
  bool shipped;
};

Head read_head(const PackFile& source) {
  const Value root(source.document);
  if (root.is_null()) throw root.problem("the pack is empty; it needs pack, kind and queries");
  Section section(root, {"pack", "kind", "names", "queries"});
  Value name = section.required("pack");
  plain_name(name, "pack name");
  return {std::move(section), std::move(name), source.shipped};
}

std::vector<Head> read_heads(const std::vector<PackFile>& files) {
  std::vector<Head> heads;
  for (const PackFile& source : files) {
    Head head = read_head(source);
    const auto same = std::ranges::find_if(
        heads, [&](const Head& other) { return other.name.text() == head.name.text(); });
    if (same == heads.end())
      heads.push_back(std::move(head));
    else if (same->shipped)
      *same = std::move(head);
    else
      throw head.name.problem("pack '" + head.name.text() + "' is also in " + same->name.place() +
                              "; each pack needs a name of its own");
  }
  return heads;
}

Query read_query(const Value& value, const Pack& pack, bool foreign, Catalogue& catalogue) {
  const Section section(
      value, {"name", "request", "interval", "for_each", "each", "where", "labels", "metrics"});
  Query query{.name = plain_name(section.required("name"), "query name"),
              .pack = pack.name,
              .kind = pack.kind};
  Scope scope{.kind = &find_kind(pack.kind)};
  if (const auto loop = section.find("for_each")) query.loop = read_loop(*loop, scope);
  query.parts = read_parts(section.required("request"), scope);
  if (const auto interval = section.find("interval"))
    query.interval = duration(*interval, 100ms, 24h);
  const Inherited inherited{.each = section.find("each"),
                            .where = section.find("where"),
                            .labels = section.find("labels"),
                            .foreign = foreign};
  const Value metrics = section.required("metrics");
  for (const Value& rule : metrics.list())
    query.rules.push_back(read_rule(rule, inherited, scope, catalogue));
  return query;
}

Pack read_pack(const Head& head, Catalogue& catalogue, std::map<std::string, std::string>& places) {
  const Section& section = head.section;
  const Value kind = section.required("kind");
  Pack pack{.name = head.name.text(), .kind = kind.text()};
  kind.placed([&] { find_kind(pack.kind); });
  bool foreign = false;
  if (const auto names = section.find("names"))
    foreign = word(*names, {"boxmeter", "foreign"}) == "foreign";
  for (const Value& value : section.required("queries").list()) {
    Query query = read_query(value, pack, foreign, catalogue);
    const auto [first, is_new] = places.emplace(query.name, value.place());
    if (!is_new)
      throw value.problem("query '" + query.name + "' is also at " + first->second +
                          "; each query needs a name of its own");
    pack.queries.push_back(std::make_shared<const Query>(std::move(query)));
  }
  if (pack.queries.empty()) throw section.problem("pack '" + pack.name + "' has no queries");
  return pack;
}

/// `queries: [wan]` must mean one thing.
void refuse_shared_names(const std::vector<Pack>& packs,
                         const std::map<std::string, std::string>& places) {
  for (const Pack& pack : packs)
    for (const QueryPtr& query : pack.queries)
      for (const Pack& other : packs)
        if (other.name == query->name && other.name != pack.name)
          throw Error(ErrorKind::config, places.at(query->name) + ": query '" + query->name +
                                             "' is called like a pack; rename it");
}

}  // namespace

std::vector<Pack> load_packs(const std::optional<Value>& query_files, const fs::path& folder,
                             std::vector<std::string>& warnings) {
  const std::vector<PackFile> files = read_files(query_files, folder, warnings);
  Catalogue catalogue;
  std::map<std::string, std::string> places;
  std::vector<Pack> packs;
  for (const Head& head : read_heads(files)) packs.push_back(read_pack(head, catalogue, places));
  catalogue.finish();
  refuse_shared_names(packs, places);
  return packs;
}

std::vector<QueryPtr> shipped_queries() {
  std::vector<std::string> warnings;
  std::vector<QueryPtr> queries;
  for (const Pack& pack : load_packs(std::nullopt, {}, warnings))
    queries.insert(queries.end(), pack.queries.begin(), pack.queries.end());
  return queries;
}

}  // namespace boxmeter
