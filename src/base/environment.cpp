#include "base/environment.h"

#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter {
namespace {

/// A folder of the XDG base directory specification, which wants a relative path ignored; empty
/// when there is no home.
std::filesystem::path xdg_folder(const char* variable, const char* below_home) {
  if (const auto named = environment(variable); named && named->starts_with('/')) return *named;
  if (const auto home = environment("HOME"); home && !home->empty())
    return std::filesystem::path(*home) / below_home;
  return {};
}

std::filesystem::path user_dir(const char* variable, const char* below_home) {
  const std::filesystem::path folder = xdg_folder(variable, below_home);
  if (!folder.empty()) return folder / "boxmeter";
  throw Error(ErrorKind::config,
              std::string("no folder of yours: neither HOME nor ") + variable + " is set");
}

}  // namespace

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return std::nullopt;
  return value;
}

std::filesystem::path default_state_dir() {
  // systemd joins several folders with ':'.
  if (const auto folders = environment("STATE_DIRECTORY"); folders && !folders->empty())
    return std::string(split(*folders, ':').front());
  if (::geteuid() == 0) return "/var/lib/boxmeter";
  const std::filesystem::path folder = xdg_folder("XDG_STATE_HOME", ".local/state");
  if (!folder.empty()) return folder / "boxmeter";
  throw Error(ErrorKind::config,
              "no folder for state: neither HOME nor XDG_STATE_HOME is set (set state_dir)");
}

std::filesystem::path user_state_dir() { return user_dir("XDG_STATE_HOME", ".local/state"); }

std::filesystem::path user_cache_dir() { return user_dir("XDG_CACHE_HOME", ".cache"); }

std::filesystem::path user_config_dir() {
  const std::filesystem::path folder = xdg_folder("XDG_CONFIG_HOME", ".config");
  return folder.empty() ? folder : folder / "boxmeter";
}

}  // namespace boxmeter
