#pragma once
#include <functional>
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

/// The names that pages may be asked by where nobody logs in.  A page of a stranger's that resolves
/// its own name to our address (DNS rebinding) could read ours else, also on loopback.  Pure.
class HostNames {
 public:
  /// `machine` is its own name, `domains` those that its resolver completes names with.
  HostNames(const WebOptions& options, const std::string& machine,
            const std::vector<std::string>& domains);
  /// Of this machine.
  static HostNames here(const WebOptions& options);

  /// `host` is a Host header.  An IP address, and a name without a dot, which nobody can register,
  /// are always good; so is none at all, which no browser sends.
  bool take(std::string_view host) const;

 private:
  std::vector<std::string> names_;  // in lower case
};

/// Decides who may ask what.  Any thread.
class WebGuard {
 public:
  /// `own` counts, and outlives it.  Throws ConfigMistakes when the web file is wrong.
  WebGuard(const WebOptions& options, OwnSeries& own);

  /// Reads what `options` name; use() then puts it in force.  Throws ConfigMistakes.
  struct Rules;
  static std::shared_ptr<Rules> rules(const WebOptions& options);
  void use(std::shared_ptr<Rules> rules);

  /// As http::ServerOptions wants them.
  std::shared_ptr<const http::TlsIdentity> identity();
  void count_refused(const http::RefusedClient& refusal);

  /// Calls `answer` and returns its answer, or a refusal, or what decides later, because a login
  /// must be checked first.
  http::ServerResponse guarded(const http::ServerRequest& request,
                               std::function<http::ServerResponse()> answer);

  /// For what changes something: nothing when the request comes from a page of ours, from no page
  /// at all, or with a login; else the refusal.
  std::optional<http::ServerResponse> refuse_foreign(const http::ServerRequest& request);

  /// Headers of every answer; those of the web file take the place of ours.
  void add_headers(http::ServerResponse& response);

 private:
  /// Refusals since the last line of the log.
  struct Untold {
    std::map<std::string, std::uint64_t> counts = {};
    Clock::time_point next_line = {};
  };

  /// Of web_file.h's RateLimit.
  struct Bucket {
    double left = 0;
    Clock::time_point counted = {};
  };

  bool take_request(const RateLimit& limit);
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
  Guarded<Untold> untold_;
};

}  // namespace boxmeter
