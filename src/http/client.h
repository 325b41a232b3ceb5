#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/secret.h"

namespace boxmeter::http {

/// Ends running requests: after stop() every request of every client that was given this object
/// ends at once with Error{network} "stopped", and so does every later one.  Any thread.
class Stop {
 public:
  void stop();
  bool stopped() const { return stopped_; }
  /// How long ago that was; 0 before.
  std::chrono::steady_clock::duration since() const;

 private:
  friend class Channel;
  bool opened(int socket);  // false: too late, do not use it
  void closed(int socket);  // before ::close(), after which the number may be reused

  std::atomic<bool> stopped_ = false;
  std::atomic<std::chrono::steady_clock::time_point> when_{};  // set before stopped_
  Guarded<std::set<int>> sockets_;
};

enum class TlsMode { system, first_use, ca_file, pin, insecure };

/// Which servers are trusted over https.
///   * system: the chain leads to a root of the system or of `extra_roots`, and the host name
///     matches;
///   * ca_file: the chain leads to a certificate in the file; the host name must match unless the
///     URL has an IP address;
///   * pin: the public key equals `pin`; nothing else is checked;
///   * first_use: the key of the first connection is stored in the file `known_key` (required),
///     later ones must show the same;
///   * insecure: anything is accepted.
struct TlsPolicy {
  TlsMode mode = TlsMode::system;
  std::filesystem::path ca_file = {};    // mode ca_file: the chain must end in it
  std::string pin = {};                  // mode pin: "sha256//BASE64" of the public key
  std::filesystem::path known_key = {};  // mode first_use: where the pin is remembered
  std::string extra_roots = {};          // PEM, trusted besides the system's (mode system)
  friend bool operator==(const TlsPolicy&, const TlsPolicy&) = default;
};

/// Whether the policy can be used at all: its files can be read and hold certificates, its pin has
/// the form of one.  Throws Error{config}.  Touches no network.  Any thread.
void check(const TlsPolicy& policy);

enum class Auth { none, basic, digest };

/// What the server of an https connection showed.
struct Handshake {
  std::string version = {};  // "TLSv1.3"
  std::string key = {};      // "sha256//BASE64" of its certificate, as a TlsPolicy's pin
  std::chrono::system_clock::time_point until = {};  // then the certificate expires
};

struct Request;
struct Response;
/// Called after each answered exchange, in the thread that sends, also for the 401 that starts a
/// digest login.  The Authorization header made by the client is not part of the Request; secrets
/// that the caller put into headers, URL or body are.
using Tap = std::function<void(const Request&, const Response&)>;

struct ClientOptions {
  /// Of one send(), both exchanges of a digest login included; each attempt to connect (name
  /// lookup, TCP, TLS) is also limited to 3 s.
  std::chrono::milliseconds timeout{10'000};
  TlsPolicy tls = {};
  Auth auth = Auth::none;
  std::string username = {};
  Secret password = {};
  Tap tap = {};
};

enum class Method { get, post, put, del };

struct Request {
  Method method = Method::get;
  std::string url = {};  // whole: scheme://host:port/path?query
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::size_t body_limit = 4U << 20;  // bytes, received and unpacked
  /// true: the request only reads; it is sent on the kept connection, and once more if the server
  /// had closed that.  false: it may change something; it always uses a new connection and no
  /// failure makes the client repeat it.  (The answer to a digest challenge is a separate
  /// exchange.)
  bool reading = true;
  /// Only the status is needed: if the body breaks off, is too large or badly encoded, the response
  /// has as much of it as could be read.
  bool status_is_enough = false;
  bool login = true;  // false: sent without the client's credentials, and a 401 is a response
};

struct Response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string body = {};
  /// Of its connection; null: it was plain http.
  std::shared_ptr<const Handshake> handshake = {};

  /// Empty when there is no such header.
  std::string header(std::string_view name) const;
};

/// One kept-alive connection to one server, and the credentials for it.  One thread at a time;
/// costs nothing until the first request.  Redirects are not followed, proxies of the environment
/// not asked.  The only place that knows libcurl.
class Client {
 public:
  Client(ClientOptions options, Stop& stop);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) = delete;

  /// Returns a response of any status.  Exception, with Auth::digest and `login`: a 401 is answered
  /// once with the credentials; Error{auth} if that is refused, if no username or password is set,
  /// or if the server offers no digest that we can compute. Throws Error: timeout, network, tls,
  /// too_large, protocol, auth, internal; config for what the user wrote (an impossible URL or
  /// header, a TLS policy that check() refuses).  No message holds a secret.
  Response send(const Request& request);

  /// For the requests from now on; forgets the nonce of the old credentials.
  void set_credentials(std::string username, Secret password);

  /// Digest challenges answered so far, successfully or not.  Basic logins are not counted.
  std::uint64_t logins() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boxmeter::http
