#include "config/environment.h"

#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter {

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
  // The XDG specification wants a relative path ignored.
  if (const auto state = environment("XDG_STATE_HOME"); state && state->starts_with('/'))
    return std::filesystem::path(*state) / "boxmeter";
  if (const auto home = environment("HOME"); home && !home->empty())
    return std::filesystem::path(*home) / ".local/state/boxmeter";
  throw Error(ErrorKind::config,
              "no folder for state: neither HOME nor XDG_STATE_HOME is set (set state_dir)");
}

}  // namespace boxmeter
