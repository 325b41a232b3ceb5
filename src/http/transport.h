#pragma once
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace boxmeter::http {

struct TlsServerConfig;

/// The certificate and key that a server shows.  Immutable: any thread.
class TlsIdentity {
 public:
  /// Self-signed, with a key of its own, for 127.0.0.1, ::1 and localhost.
  static std::shared_ptr<const TlsIdentity> made();
  /// PEM files: the certificate (and what it was signed with) and its key, or both in one.  Throws
  /// Error{config}.
  static std::shared_ptr<const TlsIdentity> read(const std::string& certificate,
                                                 const std::string& key);

  /// As a configuration describes it; always without TLS below 1.2, renegotiation, compression and
  /// resumed sessions, and with http/1.1 by ALPN.  Throws Error{config}.
  static std::shared_ptr<const TlsIdentity> from_config(const TlsServerConfig& config);

  /// "sha256//BASE64" of the public key, as clients pin it.
  const std::string& pin() const { return pin_; }

  ssl_ctx_st* context() const { return context_.get(); }

 private:
  explicit TlsIdentity(std::shared_ptr<ssl_ctx_st> context);

  std::shared_ptr<ssl_ctx_st> context_;
  std::string pin_;
};

/// Bytes to and from one client, in the clear or through TLS.  One thread at a time; does not own
/// the socket, and blocks only if that does.
class Transport {
 public:
  explicit Transport(int socket) : socket_(socket) {}

  /// Everything from now on goes through TLS, beginning with handshake().
  void secure(const TlsIdentity& identity);

  enum class Handshake { done, wants_read, wants_write, failed };
  Handshake handshake();
  /// Why the handshake failed, in OpenSSL's words.
  const std::string& complaint() const { return complaint_; }

  /// What read() and write() give beside a number of bytes.
  static constexpr ssize_t kLater = -1;  // nothing now
  static constexpr ssize_t kEnd = 0;     // the client has gone, or does not speak TLS
  ssize_t read(std::span<char> to);
  ssize_t write(std::span<const iovec> pieces);

  /// All of it, over a socket that blocks; false once the client has gone.
  bool send_all(std::string_view text);
  /// Ends the sending side, as nothing more will be written.
  void end();

  bool is_tls() const { return tls_ != nullptr; }
  int socket() const { return socket_; }

 private:
  struct Free {
    void operator()(ssl_st* tls) const;
  };
  ssize_t outcome(int returned);

  int socket_;
  std::unique_ptr<ssl_st, Free> tls_ = {};  // null: in the clear
  std::string complaint_ = {};
};

}  // namespace boxmeter::http
