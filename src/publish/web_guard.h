#pragma once
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "http/logins.h"
#include "http/server.h"
#include "publish/own_series.h"
#include "publish/watched_web_file.h"
#include "publish/web_options.h"

namespace boxmeter {

/// The host names that requests may use if there is no login.  Otherwise a web page of an attacker
/// whose name resolves to our address (DNS rebinding) could read our pages in a visitor's browser,
/// also on loopback.  Pure, any thread.
class HostNames {
 public:
  /// `machine` is the machine's own name, `domains` are the search domains of its resolver.
  HostNames(const WebOptions& options, const std::string& machine,
            const std::vector<std::string>& domains);
  /// With name and search domains of this machine.
  static HostNames here(const WebOptions& options);

  /// Whether a request with this Host header is allowed.  IP addresses and names without a dot,
  /// which nobody can register, always are; so is an empty header, which no browser sends.
  bool allow(std::string_view host) const;

 private:
  std::vector<std::string> names_;  // in lower case
};

/// Decides which requests are answered: by login, host name, origin and rate limit.  Any thread.
class WebGuard {
 public:
  /// `own` counts refusals and logins, and must outlive it.  Throws ConfigMistakes if the web file
  /// is wrong.
  WebGuard(const WebOptions& options, OwnSeries& own);

  /// Reads the web file of `options`; the result takes effect with use().  Throws ConfigMistakes.
  struct Rules;
  static std::shared_ptr<Rules> rules(const WebOptions& options);
  void use(std::shared_ptr<Rules> rules);

  /// The functions of these names in http::ServerOptions.
  std::shared_ptr<const http::TlsIdentity> identity();
  void count_refused(const http::RefusedClient& refusal);

  /// Returns the response of `answer`, or a refusal, or a response that decides later, if a
  /// password must be checked first, which takes long.
  http::ServerResponse guarded(const http::ServerRequest& request,
                               std::function<http::ServerResponse()> answer);

  /// For requests that have an effect: the refusal if the request comes from a page of another site
  /// and without a login; else nullopt.
  std::optional<http::ServerResponse> refuse_foreign(const http::ServerRequest& request);

  /// Adds the headers that every response has; those of the web file replace the default ones.
  void add_headers(http::ServerResponse& response);

 private:
  /// Refusals that were not logged yet.
  struct Unlogged {
    std::map<std::string, std::uint64_t> counts = {};
    Clock::time_point next_line = {};
  };

  /// The token bucket of RateLimit.
  struct Bucket {
    double left = std::numeric_limits<double>::infinity();  // tokens; full at the start
    Clock::time_point counted = {};                         // when `left` was computed
  };

  bool take_token(const RateLimit& limit);
  http::ServerResponse refused_rate(const http::ServerRequest& request, const RateLimit& limit);
  http::ServerResponse refused(const http::ServerRequest& request, std::string_view reason,
                               http::ServerResponse response);
  http::ServerResponse refused_host(const http::ServerRequest& request);
  http::ServerResponse refused_login(const http::ServerRequest& request,
                                     http::Logins::Result result);
  void count_login(http::Logins::Result result);
  std::shared_ptr<Rules> in_force() const;
  std::shared_ptr<const WebFile> file() const;

  Guarded<std::shared_ptr<Rules>> rules_;
  http::Logins logins_;
  OwnSeries& own_;
  Guarded<Bucket> bucket_;
  Guarded<Unlogged> unlogged_;
};

}  // namespace boxmeter
