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

}  // namespace boxmeter
