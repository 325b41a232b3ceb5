#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace boxmeter {

/// The value of an environment variable; nullopt if it is not set.  Any thread, as long as none
/// changes the environment: ours do not once there are threads.
std::optional<std::string> environment(const std::string& name);

/// The folder for state when the configuration names none: the one that systemd prepared
/// ($STATE_DIRECTORY), else /var/lib/boxmeter for root, else the user's XDG state folder.  Throws
/// Error{config} if neither HOME nor XDG_STATE_HOME is set.
std::filesystem::path default_state_dir();

/// Where commands keep what they learned: XDG_STATE_HOME/boxmeter (pins, tokens) and
/// XDG_CACHE_HOME/boxmeter (what can be fetched again), for root too.  Throw Error{config} if
/// neither HOME nor the variable is set.
std::filesystem::path user_state_dir();
std::filesystem::path user_cache_dir();

/// Where the user keeps configurations (XDG_CONFIG_HOME/boxmeter); empty if neither HOME nor the
/// variable is set.
std::filesystem::path user_config_dir();

}  // namespace boxmeter
