#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "device/kinds.h"
#include "metric/query.h"
#include "yaml/section.h"

namespace boxmeter {

struct Pack {
  std::string name = {};
  std::string kind = {};
  std::vector<QueryPtr> queries = {};
};

/// What is known of a pack before its rules are read.
struct PackOutline {
  const DeviceKind* kind = nullptr;
  bool foreign = false;  // `names: foreign`
  std::vector<std::string> queries = {};
};

/// One pack by itself, out of a text that messages call `name`.  Pure.  Throws Error{config} with
/// the place.
Pack parse_pack(DeviceKinds kinds, std::string_view text, const std::string& name);

/// The packs that a configuration can name: the shipped ones and those of its `query_files`, which
/// replace a shipped one of the same name.  A shipped pack is read when somebody asks for it, since
/// most configurations use two of thirty; where there are `query_files`, all that speak our names
/// are read at once, in that order, so that whatever does not fit together is said at the place of
/// the user's file.  A pack of foreign names joins the others when somebody asks for it: two that
/// nobody uses together need not agree about a metric.
/// One thread at a time.
class Packs {
 public:
  /// `folder` is where the patterns of `query_files` begin.
  /// What is wrong with a pack is gathered, and the rest of it serves, so that nobody complains
  /// about a name that a broken file has.  `mistakes` outlives it.
  Packs(DeviceKinds kinds, const std::optional<Value>& query_files,
        const std::filesystem::path& folder, std::vector<std::string>& warnings,
        Mistakes& mistakes);

  DeviceKinds kinds() const { return kinds_; }

  /// Those of the pack, or the one query, of that name; where both have it the pack wins.  Empty
  /// when there is neither.
  std::vector<QueryPtr> queries(std::string_view name);

  /// Whether a pack or a query may have that name, though it could not be read.
  bool may_have(std::string_view name);

  /// Of all packs of a kind, or of any for "".
  std::vector<std::string> names(std::string_view kind);
  /// Of those that speak the names of other exporters.
  std::vector<std::string> foreign_names();
  /// And of their queries.
  std::vector<std::string> query_names(std::string_view kind);

  /// Call last: what can only be said of all that has been read.
  void finish();

 private:
  struct File {
    std::string name = {};                  // of the pack
    std::string_view shipped = {};          // its text; empty: a file of the user's
    std::optional<Document> document = {};  // a shipped one is parsed when it is asked for
    std::optional<PackOutline> outline = {};
    std::optional<Pack> pack = {};
  };
  const PackOutline& outline(File& file);
  const Pack& read(File& file);
  void add(Document document);
  bool read_another();
  void refuse_queries_called_like_packs();

  Mistakes& mistakes_;
  bool incomplete_ = false;  // a file could not be read, so that nobody knows what is in it

  DeviceKinds kinds_;
  std::vector<File> files_;
  Catalogue catalogue_;
  std::map<std::string, FilePosition> places_;  // of queries, by name
};

/// What a device asks: the names of `queries` among the packs, in their order, or else the default
/// pack of its kind.
std::vector<QueryPtr> choose_queries(const std::optional<Value>& queries, const Value& device,
                                     std::string_view kind, std::string_view default_pack,
                                     Packs& packs);

/// The names of all queries that `names` stand for (packs and queries), for a sink.
std::vector<std::string> query_names(const Value& names, Packs& packs);

}  // namespace boxmeter
