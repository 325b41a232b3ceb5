#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/guarded.h"

// A server for tests that does with the raw bytes of a connection whatever a script says: what a
// proper server refuses to do is what a client has to survive.
namespace boxmeter::testing {

/// A key and a certificate for it, made up in memory.
class Identity {
 public:
  /// Signed by `issuer`, or by itself.  `names`: "DNS:localhost,IP:127.0.0.1", or empty.
  explicit Identity(const std::string& common_name, const std::string& names = "",
                    const Identity* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
    static std::atomic<long> serial = 1;
    X509* x = certificate_.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    const Identity& signer = issuer ? *issuer : *this;
    X509_set_issuer_name(x, X509_get_subject_name(signer.certificate_.get()));
    if (!issuer) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (!names.empty()) extend(NID_subject_alt_name, names);
    X509_sign(x, signer.key_.get(), EVP_sha256());
  }

  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }
  std::string pem() const {
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(out.get(), certificate_.get());
    char* text = nullptr;
    const long length = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(length)};
  }

 private:
  void extend(int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> certificate_;
};

/// One connection, in the hands of a script.  All calls end when the client or the server goes.
class Peer {
 public:
  Peer(int socket, int number, SSL* tls) : socket_(socket), number_(number), tls_(tls) {}

  int number() const { return number_; }  // of the connection, from 1

  /// Head and body (by Content-Length) of the next request; empty when the client has gone.
  std::string read_request() {
    for (;;) {
      const auto head = buffer_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const auto total = head + 4 + content_length(buffer_.substr(0, head));
        if (buffer_.size() >= total) {
          std::string request = buffer_.substr(0, total);
          buffer_.erase(0, total);
          return request;
        }
      }
      char chunk[16384];
      const auto got = tls_ ? SSL_read(tls_, chunk, sizeof chunk)
                            : static_cast<int>(::recv(socket_, chunk, sizeof chunk, 0));
      if (got <= 0) return {};
      buffer_.append(chunk, static_cast<std::size_t>(got));
    }
  }

  /// Waits until the client has said something, which it leaves to be read.
  void await_a_byte() const {
    char byte = 0;
    static_cast<void>(::recv(socket_, &byte, 1, MSG_PEEK));
  }

  /// False when the client has gone.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = tls_ ? SSL_write(tls_, text.data(), static_cast<int>(text.size()))
                             : static_cast<int>(::send(socket_, text.data(), text.size(), 0));
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// A complete answer that keeps the connection.
  bool answer(int status, std::string_view body, std::string_view headers = "") {
    return send("HTTP/1.1 " + std::to_string(status) + " Any\r\n" + std::string(headers) +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }

  /// Byte by byte, until the client has had enough.
  void drip(std::string_view text, std::chrono::milliseconds pause) {
    for (std::size_t i = 0; i < text.size() && send(text.substr(i, 1)); ++i)
      std::this_thread::sleep_for(pause);
  }

  /// Says nothing until the client has gone.
  void be_silent() {
    while (!read_request().empty()) {
    }
  }

  /// Ends the connection by RST instead of FIN, when the script returns.
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }

 private:
  static std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }
  int socket_;
  int number_;
  SSL* tls_;
  std::string buffer_;
};

/// Listens on a free port of 127.0.0.1; the script runs for each connection in a thread of its own,
/// and the connection is closed when it returns.
class RawServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit RawServer(Script script, const Identity* identity = nullptr)
      : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 512) != 0 ||
        ::getsockname(listener_, generic, &length) != 0)
      throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    if (identity) {
      context_.reset(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_use_PrivateKey(context_.get(), identity->key());
      SSL_CTX_use_certificate(context_.get(), identity->certificate());
    }
    acceptor_ = std::jthread([this] { accept_all(); });
  }
  ~RawServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    sockets_.with([](auto& sockets) {
      for (const int socket : sockets) ::shutdown(socket, SHUT_RDWR);
    });
    threads_.clear();  // joins
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string where() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(const std::string& path = "/") const {
    return (context_ ? "https://" : "http://") + where() + path;
  }
  /// How many there have been.
  int connections() const { return connections_; }

 private:
  void accept_all() {
    while (!stopping_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      sockets_.with([&](auto& sockets) { sockets.insert(socket); });
      const int number = ++connections_;
      threads_.emplace_back([this, socket, number] { serve(socket, number); });
    }
  }

  void serve(int socket, int number) {
    sigset_t broken_pipe;  // of this thread alone: the client must not rely on it
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    std::unique_ptr<SSL, void (*)(SSL*)> tls(nullptr, &SSL_free);
    if (context_) {
      tls.reset(SSL_new(context_.get()));
      SSL_set_fd(tls.get(), socket);
    }
    if (!tls || SSL_accept(tls.get()) == 1) {
      Peer peer(socket, number, tls.get());
      script_(peer);
    }
    tls.reset();
    sockets_.with([&](auto& sockets) { sockets.erase(socket); });
    ::close(socket);
  }

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  Script script_;
  int listener_;
  int port_ = 0;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  Guarded<std::set<int>> sockets_;
  std::vector<std::jthread> threads_;  // of the acceptor, until it has been joined
  std::jthread acceptor_;
};

/// Answers every request of a connection alike.
inline RawServer::Script always(int status, std::string body, std::string headers = "") {
  return [=](Peer& peer) {
    while (!peer.read_request().empty()) peer.answer(status, body, headers);
  };
}

}  // namespace boxmeter::testing
