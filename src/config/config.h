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
  std::string level = "info";
  std::string format = "logfmt";
};

/// A whole configuration, checked: everything that can be wrong has been found.
struct Config {
  WebOptions web = {};
  std::filesystem::path state_dir = {};
  PollOptions poll = {};
  std::vector<Job> jobs = {};
  Shard shard = {};
  std::vector<Job> others = {};  // of other shares: see keep_share()
  std::vector<SinkOptions> push = {};
  LogOptions log = {};
  bool reload_by_content = false;                 // `reload: auto`
  std::vector<std::string> warnings = {};         // for `check` and the log: legal but doubtful
  std::shared_ptr<const Document> document = {};  // the file, for shown_config()
  std::vector<std::string> overrides = {};  // "web.listen: :9877", which the file does not decide
};

/// Reads the file, its packs and its secrets.  Throws ConfigMistakes with all that is wrong, where
/// each line starts with file:line:column and names the way out.  Any thread.
Config load_config(const std::filesystem::path& file, DeviceKinds kinds);

// For commands that ask a boxmeter which runs: whatever else is wrong in the file, or in those that
// it names, is not looked at.  Both throw Error{config}.  Any thread.

std::filesystem::path configured_state_dir(const std::filesystem::path& file);

struct ConfiguredWeb {
  std::vector<std::string> listen = WebOptions().listen;
  std::filesystem::path config_file = {};  // empty: none
};
ConfiguredWeb configured_web(const std::filesystem::path& file);

/// Moves the jobs of other shares from `jobs` to `others`.
void keep_share(Config& config);

/// The packs that the kinds bring, by name; those that speak the names of other exporters come
/// last: nobody means them who misspells one of ours.
std::vector<PackText> shipped_packs(DeviceKinds kinds);

/// The queries of one of them, or for "" of all that speak our names, by pack.  Throws
/// Error{config} for a name that is none of theirs.
std::vector<QueryPtr> shipped_queries(DeviceKinds kinds, std::string_view pack = "");
/// Those that speak the names of other exporters.
std::vector<std::string> shipped_foreign_packs(DeviceKinds kinds);

/// A request as in a pack, as `call` takes it: "VERB:TARGET".  Throws Error{config}.
Request parse_request(const DeviceKind& kind, std::string_view text);

}  // namespace boxmeter
