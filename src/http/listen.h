#pragma once
#include <string>

namespace boxmeter::http {

/// A socket that listens, closed with it.
class Listener {
 public:
  /// `address` is host:port, [::1]:port or :port (every address of the machine).  Throws
  /// Error{config}: "cannot listen on 127.0.0.1:9877: Address already in use".
  explicit Listener(const std::string& address);
  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;

  int socket() const { return socket_; }
  int port() const { return port_; }

 private:
  int socket_ = -1;
  int port_ = 0;
};

}  // namespace boxmeter::http
