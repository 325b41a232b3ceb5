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

/// The queries of one file.
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
/// replace a shipped one of the same name.  A shipped pack is read when it is first asked for,
/// since most configurations use two of thirty.  If there are `query_files`, all packs with our own
/// metric names are read at once, the shipped ones first, so that what does not fit together is
/// reported at the place in the user's file.  A pack with foreign names is read when it is asked
/// for: two that are not used together need not agree about a metric.  One thread at a time.
class Packs {
 public:
  /// `folder`: where the patterns of `query_files` begin.  Mistakes of a pack are collected, and
  /// the rest of it is used, so that the names in it are not reported as unknown.  `mistakes` must
  /// outlive it.
  Packs(DeviceKinds kinds, const std::optional<Value>& query_files,
        const std::filesystem::path& folder, std::vector<std::string>& warnings,
        Mistakes& mistakes);

  DeviceKinds kinds() const { return kinds_; }

  /// The queries of the pack of that name, or else the one query of that name; empty: there is
  /// neither.
  std::vector<QueryPtr> queries(std::string_view name);

  /// Whether there is a pack or a query of that name, or may be one, because a file could not be
  /// read.
  bool may_have(std::string_view name);

  /// The names of all packs of a kind; "": of any kind.
  std::vector<std::string> names(std::string_view kind);
  /// The names of the packs that use other exporters' metric names.
  std::vector<std::string> foreign_names();
  /// The names of all queries of a kind; "": of any kind.
  std::vector<std::string> query_names(std::string_view kind);

  /// Call it last: reports the mistakes that show only when all has been read.
  void finish();

 private:
  struct PackFile {
    std::string name = {};                  // of the pack
    std::string_view shipped = {};          // its text; empty: a file of the user's
    std::optional<Document> document = {};  // a shipped one is parsed when it is asked for
    std::optional<PackOutline> outline = {};
    std::optional<Pack> pack = {};
  };
  const PackOutline& outline(PackFile& file);
  const Pack& read(PackFile& file);
  void add(Document document);
  bool read_another();
  void refuse_queries_called_like_packs();

  Mistakes& mistakes_;
  bool incomplete_ = false;  // a file could not be read, so its names are not known

  DeviceKinds kinds_;
  std::vector<PackFile> files_;
  Catalogue catalogue_;
  std::map<std::string, FilePosition> places_;  // of queries, by name
};

/// The queries of a device: those that its `queries` names, in that order, or else the default pack
/// of its kind.  Throws a Mistake.
std::vector<QueryPtr> choose_queries(const std::optional<Value>& queries, const Value& device,
                                     std::string_view kind, std::string_view default_pack,
                                     Packs& packs);

/// The names of all queries that `names` (packs and queries) stands for, for a sink.  Throws a
/// Mistake.
std::vector<std::string> query_names(const Value& names, Packs& packs);

}  // namespace boxmeter
