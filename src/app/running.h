#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// How commands speak to a running boxmeter.  One thread.
namespace boxmeter {

/// The control sockets of a boxmeter with this state_dir: in $RUNTIME_DIRECTORY, if systemd made
/// one, and in `state_dir`.  They need no login; only the user that boxmeter runs as can connect.
std::vector<std::filesystem::path> control_sockets(const std::filesystem::path& state_dir);

struct RunningAnswer {
  int status = 0;
  std::string text = {};
};

enum class HttpMethod { get, post };

/// Makes a request over a control socket; nullopt if nothing listens there.  Throws Error if there
/// is no answer within `timeout`.
std::optional<RunningAnswer> ask_socket(const std::filesystem::path& socket, HttpMethod method,
                                        const std::string& path, std::chrono::seconds timeout);
/// Why nothing listens there: "'/run/boxmeter/control.sock': No such file or directory"
std::string why_unreachable(const std::filesystem::path& socket);

/// Makes a GET at an address of `web.listen`, from this machine; any certificate is accepted.
/// Throws Error if there is no answer.
RunningAnswer ask_address(const std::string& listen, bool tls, const std::string& path,
                          std::chrono::seconds timeout);
/// The URL of an address of `web.listen` on this machine: "https://127.0.0.1:9877",
/// "unix:/run/boxmeter.sock"; empty for port 0.  Pure.
std::string local_url(const std::string& listen, bool tls);

}  // namespace boxmeter
