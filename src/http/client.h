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
  void closed(int socket);  // before ::close(), which may hand its number to somebody else

  std::atomic<bool> stopped_ = false;
  std::atomic<std::chrono::steady_clock::time_point> when_{};  // set before stopped_
  Guarded<std::set<int>> sockets_;
};

enum class TlsMode { system, first_use, ca_file, pin, insecure };

/// Whom to believe on https.
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

struct Request;
struct Response;
/// Sees every request that was answered, in the thread that sends it; no digest of a password is in
/// it, but the tokens that a brand puts into its own headers and bodies are.
using Tap = std::function<void(const Request&, const Response&)>;

struct ClientOptions {
  std::chrono::milliseconds timeout{10'000};  // total, name lookup to last byte
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
  /// May be sent again, once, when the kept connection turns out to have been closed.  If not, it
  /// goes out on a new connection and is never sent twice.
  bool reading = true;
  /// What comes behind a whole header may break off, be too long or packed wrongly: the answer then
  /// has as much of the body as there was.
  bool status_is_enough = false;
  bool login = true;  // false: sent without the client's credentials, and a 401 is a response
};

struct Response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string body = {};

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

  /// Any status is a response, but for digest: 401 to an answered challenge, or without credentials
  /// to answer it, is Error{auth}.  A challenge is answered at most once per request.
  /// Throws Error: timeout, network, tls, too_large, protocol, auth; config for what the user wrote
  /// (an impossible URL or header, a TLS policy that check() refuses).  No message holds a secret.
  Response send(const Request& request);

  /// From now on; forgets the nonce of the old ones.
  void set_credentials(std::string username, Secret password);

  /// Challenges answered so far.
  std::uint64_t logins() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `text` with every byte outside RFC 3986's unreserved set percent-encoded.
std::string percent_encoded(std::string_view text);

}  // namespace boxmeter::http
