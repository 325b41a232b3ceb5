#include "config/pack.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "config/catalogue.h"
#include "config/config.h"
#include "config/pack_keys.h"
#include "config/request.h"
#include "config/rule.h"
#include "yaml/scalars.h"

namespace boxmeter {
namespace {

namespace fs = std::filesystem;

/// The matches in alphabetical order; a name without a pattern must exist.
std::vector<fs::path> matching(const Value& pattern, const fs::path& folder,
                               std::vector<std::string>& warnings) {
  const std::string path = (folder / pattern.text()).string();
  std::vector<fs::path> files = files_matching(path);
  if (files.empty())
    warnings.push_back(pattern.place() + ": no file matches '" + path + "' of 'query_files'");
  return files;
}

Section read_head(const Document& document, Mistakes& mistakes) {
  const Value root(document, &mistakes);
  if (root.is_null()) throw root.problem("the pack is empty; it needs pack, kind and queries");
  return Section(root, kPackKeys);
}

/// Only kind, naming and names of queries: these are needed of all packs, the rules only of those
/// in use.
PackOutline read_outline(const Document& document, DeviceKinds kinds, Mistakes& mistakes) {
  const Section head = read_head(document, mistakes);
  const Value kind = head.required("kind");
  PackOutline outline{.kind = kind.placed([&] { return &find_kind(kinds, kind.text()); })};
  outline.foreign = head.word("names") == "foreign";
  for (const Value& query : head.required("queries").list())
    query.collect([&] {
      for (const auto& [key, name] : query.entries())
        if (key.raw() == "name" && name.is_scalar()) outline.queries.push_back(name.text());
    });
  return outline;
}

Query read_query(const Value& value, const Pack& pack, const PackOutline& outline,
                 Catalogue& catalogue) {
  const Section section(value, kQueryKeys);
  Query query{.name = section.name("name", "query name").value_or(""),
              .pack = pack.name,
              .kind = pack.kind,
              .interval = section.duration("interval").value_or(std::chrono::milliseconds(0))};
  Scope scope{.kind = outline.kind};
  if (const auto loop = section.find("for_each")) query.loop = read_loop(*loop, scope);
  query.parts = read_parts(section.required("request"), scope);
  const Inherited inherited{.each = section.find("each"),
                            .where = section.find("where"),
                            .labels = section.find("labels"),
                            .foreign = outline.foreign};
  const Value metrics = section.required("metrics");
  for (const Value& rule : metrics.list())
    rule.collect([&] { query.rules.push_back(read_rule(rule, inherited, scope, catalogue)); });
  if (query.name.empty()) throw AlreadyReported();
  query.text_hash = value.hash();
  return query;
}

/// A pack with those of its queries that can be read.  `places`: where the queries read so far
/// stand, by name.
Pack read_pack(const Document& document, const PackOutline& outline, Catalogue& catalogue,
               std::map<std::string, FilePosition>& places, Mistakes& mistakes) {
  const Section section = read_head(document, mistakes);
  Pack pack{.name = section.required("pack").text(), .kind = std::string(outline.kind->name)};
  const std::vector<Value> values = section.required("queries").list();
  for (const Value& value : values)
    value.collect([&] {
      Query query = read_query(value, pack, outline, catalogue);
      const auto [first, is_new] = places.emplace(query.name, value.position());
      if (!is_new)
        throw value.problem("query '" + query.name + "' is also at " + first->second.text() +
                            "; each query needs a name of its own");
      pack.queries.push_back(std::make_shared<const Query>(std::move(query)));
    });
  if (values.empty())
    section.collect([&] { throw section.problem("pack '" + pack.name + "' has no queries"); });
  return pack;
}

/// A pack by itself, with metrics of its own.
Pack read_alone(const Document& document, const PackOutline& outline, Mistakes& mistakes) {
  Catalogue catalogue;
  std::map<std::string, FilePosition> places;
  Pack pack = read_pack(document, outline, catalogue, places, mistakes);
  catalogue.finish(mistakes);
  return pack;
}

}  // namespace

Pack parse_pack(DeviceKinds kinds, std::string_view text, const std::string& name) {
  Mistakes mistakes;
  Pack pack;
  mistakes.collect([&] {
    const Document document = parse_yaml(text, name);
    pack = read_alone(document, read_outline(document, kinds, mistakes), mistakes);
  });
  mistakes.throw_if_any();
  return pack;
}

std::vector<PackText> shipped_packs(DeviceKinds kinds) {
  std::vector<PackText> all;
  for (const DeviceKind& kind : kinds)
    for (const PackText& pack : kind.packs()) all.push_back(pack);
  std::ranges::sort(all, {},
                    [](const PackText& pack) { return std::pair(pack.foreign, pack.name); });
  return all;
}

Packs::Packs(DeviceKinds kinds, const std::optional<Value>& query_files, const fs::path& folder,
             std::vector<std::string>& warnings, Mistakes& mistakes)
    : mistakes_(mistakes), kinds_(kinds) {
  for (const PackText& pack : shipped_packs(kinds))
    files_.push_back({.name = std::string(pack.name), .shipped = pack.text});
  if (!query_files) return;
  std::set<fs::path> seen;
  for (const Value& pattern : query_files->list_or_one())
    pattern.collect([&] {
      for (const fs::path& file : matching(pattern, folder, warnings)) {
        if (!seen.insert(file).second) continue;
        const bool is_read = mistakes.collect([&] {
          add(parse_yaml(pattern.placed([&] { return read_file(file); }), file.string()));
        });
        if (!is_read) incomplete_ = true;
      }
    });
  while (read_another()) {
  }
}

/// A file of the user's.
void Packs::add(Document document) {
  PackOutline outline = read_outline(document, kinds_, mistakes_);
  const Value name = read_head(document, mistakes_).required("pack");
  plain_name(name, "pack name");
  const auto same = std::ranges::find(files_, name.text(), &PackFile::name);
  if (same != files_.end() && same->shipped.empty())
    throw name.problem("pack '" + name.text() + "' is also in " +
                       read_head(*same->document, mistakes_).required("pack").place() +
                       "; each pack needs a name of its own");
  PackFile& file = same == files_.end() ? files_.emplace_back() : *same;
  std::string called = name.text();
  file = {
      .name = std::move(called), .document = std::move(document), .outline = std::move(outline)};
}

const PackOutline& Packs::outline(PackFile& file) {
  if (file.outline) return *file.outline;
  if (!file.document)
    file.document = parse_yaml(file.shipped, "shipped pack " + file.name + ".yml");
  return file.outline.emplace(read_outline(*file.document, kinds_, mistakes_));
}

const Pack& Packs::read(PackFile& file) {
  if (file.pack) return *file.pack;
  const PackOutline& known = outline(file);
  file.pack = Pack{.name = file.name, .kind = std::string(known.kind->name)};
  mistakes_.collect(
      [&] { file.pack = read_pack(*file.document, known, catalogue_, places_, mistakes_); });
  return *file.pack;
}

/// Reads a pack with our own names that has not been read yet.  False: there is none.
bool Packs::read_another() {
  const auto unread = std::ranges::find_if(
      files_, [&](PackFile& file) { return !file.pack && !outline(file).foreign; });
  if (unread == files_.end()) return false;
  read(*unread);
  return true;
}

std::vector<QueryPtr> Packs::queries(std::string_view name) {
  const auto named = std::ranges::find(files_, name, &PackFile::name);
  if (named != files_.end()) return read(*named).queries;
  for (PackFile& file : files_) {
    const std::vector<std::string>& names = outline(file).queries;
    if (std::ranges::find(names, name) == names.end()) continue;
    for (const QueryPtr& query : read(file).queries)
      if (query->name == name) return {query};
  }
  return {};
}

bool Packs::may_have(std::string_view name) {
  if (incomplete_) return true;
  return std::ranges::any_of(files_, [&](PackFile& file) {
    const std::vector<std::string>& queries = outline(file).queries;
    return file.name == name || std::ranges::find(queries, name) != queries.end();
  });
}

std::vector<std::string> Packs::names(std::string_view kind) {
  std::vector<std::string> names;
  for (PackFile& file : files_)
    if (kind.empty() || outline(file).kind->name == kind) names.push_back(file.name);
  return names;
}

std::vector<std::string> Packs::foreign_names() {
  std::vector<std::string> names;
  for (PackFile& file : files_)
    if (outline(file).foreign) names.push_back(file.name);
  return names;
}

std::vector<std::string> Packs::query_names(std::string_view kind) {
  std::vector<std::string> names;
  for (PackFile& file : files_)
    for (const std::string& query : outline(file).queries)
      if ((kind.empty() || outline(file).kind->name == kind) && query != file.name)
        names.push_back(query);
  return names;
}

void Packs::finish() {
  // A metric of several packs may have its help in one that no device uses.
  while (!catalogue_.complete() && read_another()) {
  }
  catalogue_.finish(mistakes_);
  // The user's files are checked even if no device uses them.
  for (PackFile& file : files_)
    if (!file.pack && file.shipped.empty())
      mistakes_.collect([&] { read_alone(*file.document, outline(file), mistakes_); });
  refuse_queries_called_like_packs();
}

/// `queries: [wan]` must mean one thing.
void Packs::refuse_queries_called_like_packs() {
  for (const PackFile& file : files_)
    for (const PackFile& other : files_)
      if (other.pack && other.name != file.name)
        for (const QueryPtr& query : other.pack->queries)
          if (query->name == file.name)
            mistakes_.add(Mistake(places_.at(query->name),
                                  "query '" + query->name + "' is called like a pack; rename it"));
}

std::vector<QueryPtr> shipped_queries(DeviceKinds kinds, std::string_view pack) {
  std::vector<std::string> warnings;
  Mistakes mistakes;
  Packs packs(kinds, std::nullopt, {}, warnings, mistakes);
  std::vector<std::string> names = packs.names("");
  if (pack.empty()) {
    for (const std::string& foreign : packs.foreign_names()) std::erase(names, foreign);
  } else {
    if (std::ranges::find(names, pack) == names.end())
      throw Error(ErrorKind::config, "unknown pack '" + std::string(pack) + "'" +
                                         did_you_mean(pack, names) + " (known: " + joined(names) +
                                         ")");
    names = {std::string(pack)};
  }
  std::vector<QueryPtr> all;
  for (const std::string& name : names)
    for (QueryPtr& query : packs.queries(name)) all.push_back(std::move(query));
  packs.finish();
  mistakes.throw_if_any();
  return all;
}

std::vector<std::string> shipped_foreign_packs(DeviceKinds kinds) {
  std::vector<std::string> warnings;
  Mistakes mistakes;
  return Packs(kinds, std::nullopt, {}, warnings, mistakes).foreign_names();
}

}  // namespace boxmeter
