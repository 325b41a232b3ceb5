#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// The other end of a server under test: a socket, and nothing that hides what is on it.
namespace boxmeter::test {

class Peer {
 public:
  explicit Peer(int port, int family = AF_INET) : socket_(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = v4.sin_port;
    v6.sin6_addr = in6addr_loopback;
    const auto* name = family == AF_INET ? reinterpret_cast<const sockaddr*>(&v4)
                                         : reinterpret_cast<const sockaddr*>(&v6);
    if (::connect(socket_, name, family == AF_INET ? sizeof v4 : sizeof v6) != 0)
      throw std::runtime_error("the peer cannot connect");
  }
  /// By a unix socket.
  explicit Peer(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(name.sun_path), sizeof name.sun_path - 1);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
      throw std::runtime_error("the peer cannot connect");
  }
  ~Peer() {
    if (socket_ >= 0) ::close(socket_);
  }
  Peer(Peer&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  Peer& operator=(Peer&&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// One answer: its head and as much body as Content-Length says (none with `head_only`).
  /// Empty when the connection ends before.
  std::string answer(bool head_only = false) {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    end += 4;
    constexpr std::string_view kLength = "Content-Length: ";
    if (const auto at = received_.substr(0, end).find(kLength);
        !head_only && at != std::string::npos)
      end += std::stoul(received_.substr(at + kLength.size()));
    while (received_.size() < end) {
      if (!more()) return {};
    }
    auto one = received_.substr(0, end);
    received_.erase(0, end);
    return one;
  }

  /// Waits for the first bytes of one.
  void begin_answer() {
    while (received_.empty() && more()) {
    }
  }

  std::string ask(std::string_view request) {
    send(request);
    return answer();
  }

  /// All that comes until the server closes.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(received_, {});
  }

  int socket() const { return socket_; }

 private:
  bool more(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0)
      throw std::runtime_error("the peer waited in vain");
    char bytes[65536];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  std::string received_ = {};
};

/// "HTTP/1.1 200 OK"
inline std::string status_line(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}
inline std::string body(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}
inline bool has_line(const std::string& answer, std::string_view line) {
  return answer.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace boxmeter::test
