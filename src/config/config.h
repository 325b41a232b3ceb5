#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/shard.h"
#include "device/kinds.h"
#include "poll/poller.h"
#include "publish/push.h"
#include "publish/web.h"

namespace boxmeter {

struct LogOptions {
  std::string level = "info";     // debug, info, warn or error
  std::string format = "logfmt";  // or json, text
  friend bool operator==(const LogOptions&, const LogOptions&) = default;
};

/// A configuration that load_config() has read and checked.
struct Config {
  WebOptions web = {};
  std::filesystem::path state_dir = {};
  PollOptions poll = {};
  std::vector<Job> jobs = {};
  Shard shard = {};
  std::vector<Job> others = {};  // jobs of other shares: see keep_share()
  std::vector<SinkOptions> push = {};
  LogOptions log = {};
  bool reload_by_content = false;                 // `reload: auto`
  std::vector<std::string> warnings = {};         // for `check` and the log: legal but doubtful
  std::shared_ptr<const Document> document = {};  // the file, for redacted_config()
  std::vector<std::shared_ptr<const Document>> device_files = {};  // beside it, likewise
  /// Settings of the command line, which replace those of the file ("web.listen: :9877"); filled by
  /// the caller, not by load_config().
  std::vector<std::string> overrides = {};
};

/// Reads the file, its packs and its secrets.  Throws ConfigMistakes with one line per mistake, at
/// most 50 and then a count.  A line begins with file:line:column if the mistake has a place in a
/// file, and says what to write instead.  Any thread.
Config load_config(const std::filesystem::path& file, DeviceKinds kinds);

/// Checks, before pushing starts, that the spools of the sinks can be written.  Throws
/// Error{config} if not, with the place of `state_dir` in the file; a full disk, or a spool that no
/// sink has any more, is only added to the warnings.  Any thread.
void require_spools(Config& config);

// For commands that talk to a running boxmeter.  Each reads only what it returns, whatever else is
// wrong in the file or in those that it names, and throws Error{config}.  Any thread.

std::filesystem::path configured_state_dir(const std::filesystem::path& file);

struct ConfiguredWeb {
  std::vector<std::string> listen = WebOptions().listen;
  std::filesystem::path config_file = {};  // empty: none
};
ConfiguredWeb configured_web(const std::filesystem::path& file);

/// Moves the jobs of other shares from `jobs` to `others`.
void keep_share(Config& config);

/// The compiled-in packs, sorted by name; packs that use another exporter's metric names come last,
/// so that a spelling suggestion prefers ours.
std::vector<PackText> shipped_packs(DeviceKinds kinds);

/// The queries of the pack of this name; for "" those of all packs with our own metric names, in
/// the order of the packs.  Throws Error{config} if there is no such pack.
std::vector<QueryPtr> shipped_queries(DeviceKinds kinds, std::string_view pack = "");
/// The names of the packs that use other exporters' metric names.
std::vector<std::string> shipped_foreign_packs(DeviceKinds kinds);

/// Splits "VERB:TARGET", the form used on the command line of `boxmeter call`.  Throws
/// Error{config} if the verb is no identifier or the target is missing.  Does not check that the
/// kind has this verb: call kind.check().  `args` is left empty.
Request parse_request(const DeviceKind& kind, std::string_view text);

}  // namespace boxmeter
