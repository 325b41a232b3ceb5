#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// How commands speak to a boxmeter that runs.  One thread.
namespace boxmeter {

/// Where a boxmeter with this state_dir can be asked by the user that it runs as, without a login:
/// sockets in $RUNTIME_DIRECTORY, if systemd made one, and in `state_dir`.
std::vector<std::filesystem::path> control_sockets(const std::filesystem::path& state_dir);

struct RunningAnswer {
  int status = 0;
  std::string text = {};
};

enum class Asking { get, post };

/// Nothing when nobody listens there.  Throws Error when who listens there does not answer in time.
std::optional<RunningAnswer> ask_socket(const std::filesystem::path& socket, Asking how,
                                        const std::string& path, std::chrono::seconds patience);
/// "'/run/boxmeter/control.sock': No such file or directory"
std::string why_nobody(const std::filesystem::path& socket);

/// Asks at an address of `web.listen` as it is reached from this machine; a certificate is taken
/// as it is.  Throws Error when nobody answers there.
RunningAnswer ask_address(const std::string& listen, bool tls, const std::string& path,
                          std::chrono::seconds patience);
/// "https://127.0.0.1:9877", "unix:/run/boxmeter.sock"; empty for a port of 0.  Pure.
std::string asked_at(const std::string& listen, bool tls);

}  // namespace boxmeter
