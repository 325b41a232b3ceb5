#include "publish/web_guard.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "http/url.h"

namespace boxmeter {
namespace {

using http::Logins;
using http::ServerRequest;
using http::ServerResponse;
using LoginResult = Logins::Result;

constexpr std::chrono::minutes kBetweenLines{1};

bool is_address(const std::string& host) {
  in6_addr any{};
  const std::string plain = host.substr(0, host.find('%'));
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, plain.c_str(), &any) == 1;
}

std::string machine_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// The search domains of resolv.conf(5), "search lan fritz.box"; the last such line counts.
std::vector<std::string> search_domains() {
  std::vector<std::string> domains;
  try {
    const std::string text = read_file("/etc/resolv.conf");
    for (const auto line : split(text, '\n')) {
      const auto words = split(trim(line), ' ');
      if (words[0] != "search" && words[0] != "domain") continue;
      domains.clear();
      for (std::size_t i = 1; i < words.size(); ++i)
        if (!trim(words[i]).empty()) domains.emplace_back(trim(words[i]));
    }
  } catch (const Error&) {  // no such file, no domains
  }
  return domains;
}

/// The host name of a Host header, in lower case, without a dot at its end.
std::string host_of(std::string_view authority) {
  const auto url = http::parse_url(authority);
  std::string host = lower(url ? url->plain_host() : "");
  if (host.ends_with('.')) host.pop_back();
  return host;
}

std::string shown_host(std::string_view text) {
  std::string shown(text.substr(0, 100));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~' || c == '\''; }, '?');
  return "'" + shown + "'";
}

bool is_about_health(const ServerRequest& request) {
  return request.path == "/-/healthy" || request.path == "/-/ready";
}

/// Judged by the headers that browsers send with a POST (Sec-Fetch-Site, Origin).  Other clients
/// send none of them: true.
bool is_same_origin(const ServerRequest& request, const std::string& external_url) {
  const std::string site = request.header("sec-fetch-site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  const std::string origin = lower(request.header("origin"));
  if (origin.empty()) return true;
  const auto outside = http::parse_url(external_url);
  return origin == (request.tls ? "https://" : "http://") + lower(request.header("host")) ||
         (outside && origin == lower(outside->origin()));
}

}  // namespace

HostNames::HostNames(const WebOptions& options, const std::string& machine,
                     const std::vector<std::string>& domains) {
  names_ = {"localhost", lower(machine), lower(machine) + ".local"};
  for (const auto& domain : domains)
    names_.push_back(lower(std::string(machine).append(".").append(domain)));
  for (const auto& host : options.hosts) names_.push_back(host_of(host));
  if (!options.external_url.empty()) names_.push_back(host_of(options.external_url));
}

HostNames HostNames::here(const WebOptions& options) {
  return {options, machine_name(), search_domains()};
}

bool HostNames::allow(std::string_view host) const {
  if (host.empty()) return true;
  const std::string name = host_of(host);
  return name.find('.') == std::string::npos || is_address(name) ||
         std::ranges::find(names_, name) != names_.end();
}

struct WebGuard::Rules {
  explicit Rules(const WebOptions& with)
      : options(with), hosts(HostNames::here(with)), file(with.config_file) {}

  const WebOptions options;
  const HostNames hosts;
  WatchedWebFile file;
};

WebGuard::WebGuard(const WebOptions& options, OwnSeries& own) : own_(own) { use(rules(options)); }

std::shared_ptr<WebGuard::Rules> WebGuard::rules(const WebOptions& options) {
  return std::make_shared<Rules>(options);
}

void WebGuard::use(std::shared_ptr<Rules> rules) {
  rules_.with([&](auto& in_use) { std::swap(in_use, rules); });
}

std::shared_ptr<WebGuard::Rules> WebGuard::in_force() const {
  return rules_.with([](const auto& rules) { return rules; });
}

std::shared_ptr<const WebFile> WebGuard::file() const { return in_force()->file.at(Clock::now()); }

std::shared_ptr<const http::TlsIdentity> WebGuard::identity() { return file()->identity; }

/// Logs at most one line a minute: the first refusal at once, then a summary of those since the
/// last line.
void WebGuard::count_refused(const http::RefusedClient& refusal) {
  const auto now = Clock::now();
  const std::string reason(refusal.reason);
  own_.count_refusal(reason);
  std::vector<std::string> counts;
  unlogged_.with([&](Unlogged& unlogged) {
    ++unlogged.counts[reason];
    if (now < unlogged.next_line) return;
    unlogged.next_line = now + kBetweenLines;
    for (const auto& [word, count] : std::exchange(unlogged.counts, {}))
      counts.push_back(std::to_string(count) + " " + word);
  });
  if (counts.empty()) return;
  log_event(LogLevel::warn, "web server: refused " + joined(counts) + "; the last: " + reason +
                                " from " + refusal.client +
                                (refusal.detail.empty() ? "" : " (" + refusal.detail + ")"));
}

ServerResponse WebGuard::refused(const ServerRequest& request, std::string_view reason,
                                 ServerResponse response) {
  count_refused({.reason = reason, .client = request.client});
  return response;
}

bool WebGuard::take_token(const RateLimit& limit) {
  if (limit.interval.count() == 0) return true;
  const auto now = Clock::now();
  return bucket_.with([&](Bucket& bucket) {
    const std::chrono::duration<double> since = now - bucket.counted;
    bucket.left = std::min(static_cast<double>(limit.burst), bucket.left + since / limit.interval);
    bucket.counted = now;
    if (bucket.left < 1) return false;
    --bucket.left;
    return true;
  });
}

ServerResponse WebGuard::refused_rate(const ServerRequest& request, const RateLimit& limit) {
  auto response = ServerResponse::text(429, "too many requests; try again in a moment\n");
  const auto pause = std::chrono::ceil<std::chrono::seconds>(limit.interval);
  response.headers.emplace_back("Retry-After", std::to_string(pause.count()));
  return refused(request, "rate", std::move(response));
}

ServerResponse WebGuard::refused_host(const ServerRequest& request) {
  const std::string host = shown_host(request.header("host"));
  count_refused({.reason = "host", .client = request.client, .detail = "Host " + host});
  return ServerResponse::text(
      421, "boxmeter is not known by the name " + host +
               ", and nobody has to log in here: a page of somebody else's could read this.\n"
               "Use its IP address, list the name in web.hosts, or configure a login "
               "(web.config_file).\n");
}

ServerResponse WebGuard::refused_login(const ServerRequest& request, LoginResult result) {
  if (result == LoginResult::limited) {
    auto response = ServerResponse::text(429, "too many wrong passwords; try again in a moment\n");
    response.headers.emplace_back("Retry-After", "2");
    return refused(request, "login_rate", std::move(response));
  }
  auto response = ServerResponse::text(401, "user name and password, please\n");
  response.headers.emplace_back("WWW-Authenticate", R"(Basic realm="boxmeter", charset="UTF-8")");
  return refused(request, "login", std::move(response));
}

void WebGuard::count_login(LoginResult result) {
  const char* word = result == LoginResult::accepted ? "accepted"
                     : result == LoginResult::wrong  ? "wrong"
                                                     : "limited";
  own_.count_login(word);
}

ServerResponse WebGuard::guarded(const ServerRequest& request,
                                 std::function<ServerResponse()> answer) {
  if (request.control) return answer();
  const auto rules = in_force();
  const auto file = rules->file.at(Clock::now());
  const bool open = rules->options.health_without_login && is_about_health(request);
  if (!open && !take_token(file->rate_limit)) return refused_rate(request, file->rate_limit);
  if (file->users.empty())
    return rules->hosts.allow(request.header("host")) ? answer() : refused_host(request);
  if (open) return answer();
  const auto login = http::parse_basic(request.header("authorization"));
  if (!login) return refused_login(request, LoginResult::wrong);
  const auto result = logins_.look(file->users, *login, request.client, Clock::now());
  if (result == LoginResult::accepted) return answer();
  if (result == LoginResult::limited) {
    count_login(result);
    return refused_login(request, result);
  }
  return {.later = [this, file, request, login = *login, answer = std::move(answer)] {
    const auto checked = logins_.check(file->users, login, request.client);
    count_login(checked);
    return checked == LoginResult::accepted ? answer() : refused_login(request, checked);
  }};
}

std::optional<ServerResponse> WebGuard::refuse_foreign(const ServerRequest& request) {
  const auto rules = in_force();
  // If there are users, guarded() has let only requests with a login through.
  if (is_same_origin(request, rules->options.external_url) ||
      !rules->file.at(Clock::now())->users.empty())
    return {};
  return refused(request, "origin",
                 ServerResponse::text(403,
                                      "a page of another site asked for this; from there it "
                                      "needs a login (web.config_file)\n"));
}

void WebGuard::add_headers(ServerResponse& response) {
  const std::pair<std::string, std::string> ours[] = {
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
       "'self'; "
       "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"}};
  const auto read = file();
  const auto& theirs = read->headers;
  for (const auto& header : ours) {
    const bool replaced =
        std::ranges::find(theirs, header.first, &std::pair<std::string, std::string>::first) !=
        theirs.end();
    if (!replaced) response.headers.push_back(header);
  }
  response.headers.insert(response.headers.end(), theirs.begin(), theirs.end());
}

}  // namespace boxmeter
