#pragma once
#include <string>
#include <vector>

#include "base/descriptor.h"

namespace boxmeter::http {

/// A listen address, in its parts.
struct ListenAddress {
  std::string host = {};  // without brackets; empty: every address of the machine
  std::string port = {};
  std::string path = {};  // of a unix socket; host and port are then empty
  int handed_over = -1;   // number of a socket that systemd bound; -1: none
};

/// "127.0.0.1:9877", "[::1]:9877", "localhost:0", ":9877" (IPv4 and IPv6), "unix:/run/b.sock", and
/// "fd:3" of handed_over_addresses().  Throws Error{config} with the way out: "listen address
/// '9877' has no host (write 127.0.0.1:9877, ...)".  Pure.
ListenAddress parse_listen_address(const std::string& address);

/// "fd:3" for each socket that systemd handed over (LISTEN_FDS and LISTEN_PID, sd_listen_fds(3)).
/// Removes the variables, since child processes would take the sockets for theirs.  Throws
/// Error{config} when one of them is no stream socket that listens.  Call it before any thread
/// exists.
std::vector<std::string> handed_over_addresses();

/// A listening socket, closed by the destructor.  One thread at a time.
class Listener {
 public:
  /// Throws Error{config}: "cannot listen on 127.0.0.1:9877: Address already in use".  `mode` is of
  /// the file of a unix socket; one that a dead process left behind is replaced.  A socket that was
  /// handed over is a copy: the next Listener can have it again.
  explicit Listener(const std::string& address, unsigned mode = 0660);
  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;

  int socket() const { return socket_.get(); }
  /// 0 of a unix socket.
  int port() const { return port_; }
  /// As it may be shown: with the port that 0 became, and where a socket that was handed over is
  /// bound; "localhost" where the address names no host.
  const std::string& shown() const { return shown_; }
  bool is_unix() const { return shown_.starts_with("unix:"); }

 private:
  /// Identifies the file that bind() made at a path.
  struct File {
    std::string path = {};
    unsigned long device = 0, number = 0;
  };

  Descriptor socket_;
  int port_ = 0;
  std::string shown_ = {};
  File file_ = {};  // removed at the end, if it is still ours
};

}  // namespace boxmeter::http
