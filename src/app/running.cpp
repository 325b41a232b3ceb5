#include "app/running.h"

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/environment.h"
#include "base/error.h"
#include "base/text.h"
#include "http/client.h"
#include "http/listen.h"

namespace boxmeter {
namespace {

constexpr std::string_view kUnix = "unix:";

}  // namespace

std::vector<std::filesystem::path> control_sockets(const std::filesystem::path& state_dir) {
  constexpr const char* kName = "control.sock";
  std::vector<std::filesystem::path> sockets;
  if (const auto prepared = environment("RUNTIME_DIRECTORY"); prepared && !prepared->empty())
    sockets.emplace_back(std::filesystem::path(split(*prepared, ':').front()) / kName);
  std::error_code unknown;  // on failure the relative path is used
  const auto whole = std::filesystem::absolute(state_dir, unknown);
  sockets.push_back((unknown ? state_dir : whole) / kName);
  return sockets;
}

std::optional<RunningAnswer> ask_socket(const std::filesystem::path& socket, HttpMethod method,
                                        const std::string& path, std::chrono::seconds timeout) {
  httplib::Client client(socket.string(), 80);
  client.set_address_family(AF_UNIX);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  const httplib::Headers headers{{"Host", "localhost"}};
  const auto answer = method == HttpMethod::post
                          ? client.Post(path, headers, std::string(), "text/plain")
                          : client.Get(path, headers);
  if (answer) return RunningAnswer{.status = answer->status, .text = answer->body};
  if (answer.error() == httplib::Error::Connection) return {};
  throw Error(ErrorKind::timeout, "no answer at '" + socket.string() + "' within " +
                                      std::to_string(timeout.count()) + " s");
}

std::string why_unreachable(const std::filesystem::path& socket) {
  const int error = ::access(socket.c_str(), W_OK) != 0 ? errno : ECONNREFUSED;
  return "'" + socket.string() + "': " + std::generic_category().message(error);
}

std::string local_url(const std::string& listen, bool tls) {
  if (listen.starts_with(kUnix)) return listen;
  auto [host, port, path, handed_over] = http::parse_listen_address(listen);
  if (port.empty() || port == "0") return "";
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  const bool six = host.find(':') != std::string::npos;
  return std::string(tls ? "https://" : "http://") + (six ? "[" + host + "]" : host) + ":" + port;
}

RunningAnswer ask_address(const std::string& listen, bool tls, const std::string& path,
                          std::chrono::seconds timeout) {
  const std::string address = local_url(listen, tls);
  if (address.starts_with(kUnix)) {
    const std::string socket = address.substr(kUnix.size());
    if (auto answer = ask_socket(socket, HttpMethod::get, path, timeout)) return *std::move(answer);
    throw Error(ErrorKind::network, why_unreachable(socket));
  }
  if (address.empty())
    throw Error(ErrorKind::config, "web.listen '" + listen + "' leaves the port to the system");
  http::Stop stop;
  http::Client client({.timeout = timeout, .tls = {.mode = http::TlsMode::insecure}}, stop);
  const http::Response answer = client.send({.url = address + path});
  return {.status = answer.status, .text = answer.body};
}

}  // namespace boxmeter
