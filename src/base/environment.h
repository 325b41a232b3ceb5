#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace boxmeter {

/// Not while another thread changes the environment; nothing of ours does.
std::optional<std::string> environment(const std::string& name);

/// Where state lives when the configuration does not say: what systemd prepared
/// ($STATE_DIRECTORY), /var/lib/boxmeter for root, the user's XDG state folder.
std::filesystem::path default_state_dir();

/// Where the command line keeps what it learned by itself (XDG_STATE_HOME/boxmeter: pins, tokens;
/// XDG_CACHE_HOME/boxmeter: what can be read again), for root too.  Throws Error{config} without
/// HOME and without the variable.
std::filesystem::path user_state_dir();
std::filesystem::path user_cache_dir();

/// Where the user keeps configurations (XDG_CONFIG_HOME/boxmeter); empty without HOME and without
/// the variable.
std::filesystem::path user_config_dir();

}  // namespace boxmeter
